"""How a domain extractor is made: trained, measured, and written with its card."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import save as save_safetensors

from bench.datasets import ImageSet
from bench.errors import UserError
from bench.paths import write_atomically
from bench.quality.cards import Card, Rung
from bench.quality.extractors.domain import DomainExtractor
from bench.quality.features import Features
from bench.quality.ladder import drawn, ladder
from bench.quality.metrics import UnmeasurableError
from bench.quality.metrics.frechet import frechet_distance
from bench.quality.metrics.inception_score import inception_score
from bench.quality.metrics.kid import kernel_distance
from bench.quality.network import DomainNetwork, architecture
from bench.quality.score import LARGEST_N
from bench.quality.selection import held_out_of, images_sha256, training_images
from bench.quality.training import Notify, Recipe, train_network

TRAINING_SHARE = 0.9
"""Of the whole work, as far as progress is concerned: the rest is floor and ladder."""


def train_extractor(
    images: ImageSet,
    out: Path,
    recipe: Recipe | None = None,
    label: str | None = None,
    notify: Notify = lambda *_: None,
) -> Card:
    """Train the extractor of a labelled data set on its train split and write weights and card into a folder.

    Without a recipe the number of images decides it. `label` is a short name of a set that is of no domain. A set that
    no classifier can be made of is a UserError. torch's random state and settings are changed: see `train_network`.
    """
    train_images, train_labels = training_images(images)
    recipe = recipe or Recipe.for_images(len(train_images))
    network = train_network(
        train_images,
        train_labels,
        images.num_classes,
        recipe,
        lambda text, fraction: notify(text, TRAINING_SHARE * fraction),
    )
    return write_extractor(network, images, out, recipe, label, notify)


def write_extractor(
    network: DomainNetwork,
    images: ImageSet,
    out: Path,
    recipe: Recipe,
    label: str | None = None,
    notify: Notify = lambda *_: None,
) -> Card:
    """Measure a trained network; write `<name>.safetensors` and `<name>.json` into a folder."""
    # In the file they lie in the order of their shape, whatever order the network computed in.
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    content = save_safetensors(tensors)
    sha256 = hashlib.sha256(content).hexdigest()
    domain = images.domain or plain(label or images.name)
    card = measured(DomainExtractor(network, f"{domain}-{sha256[:8]}", sha256), images, domain, asdict(recipe), notify)
    write_atomically(out / f"{card.name}.safetensors", content)
    # The card last: it is only found where its weights are.
    write_atomically(out / f"{card.name}.json", card.model_dump_json(by_alias=True, indent=2) + "\n")
    return card


def plain(label: str) -> str:
    """A label as the name of a file: `folder:my pics,size=32` -> `folder-my-pics-size-32`."""
    return re.sub(r"\W+", "-", label).strip("-")[:60] or "images"


def measured(
    extractor: DomainExtractor,
    images: ImageSet,
    domain: str,
    recipe: dict[str, int | float],
    notify: Notify = lambda *_: None,
) -> Card:
    """The card of an extractor that was trained on a data set: accuracy, floor and ladder."""
    train_images, train_labels = training_images(images)
    test = extractor(images.test_images)
    n = min(LARGEST_N, len(images.train_images), len(images.test_images))
    reference = test.features[drawn(len(test), n)]
    made = ladder(train_images, train_labels, n)
    rungs = {}
    for place, (name, make) in enumerate(made.items()):
        notify("measuring floor and ladder", TRAINING_SHARE + (1 - TRAINING_SHARE) * place / len(made))
        rungs[name] = _rung(extractor(make()), reference, extractor.least_n)
    return Card(
        name=extractor.name,
        domain=domain,
        dataset=images.name,
        fingerprint=None if images.domain else images.fingerprint,
        sha256=extractor.weights_sha256,
        architecture=architecture(images.image_shape),
        image_shape=images.image_shape,
        dimension=extractor.dimension,
        class_names=images.class_names or tuple(str(label) for label in range(images.num_classes)),
        test_accuracy=_accuracy(test.logits, images.test_labels),
        is_real=_or_none(lambda: inception_score(test.logits)[0]),
        floor=rungs["real"].fd,
        floor_n=n,
        feature_rms=extractor.feature_rms,
        train_images=len(train_images),
        train_images_sha256=images_sha256(train_images),
        held_out=held_out_of(images),
        recipe=recipe,
        ladder=rungs,
        versions={name: metadata.version(name) for name in ("torch", "torch-fidelity", "numpy")},
    )


def _rung(found: Features, reference: NDArray[np.float32], least_n: int) -> Rung:
    return Rung(
        fd=_or_none(lambda: frechet_distance(found.features, reference, least_n)),
        inception_score=_or_none(lambda: inception_score(found.logits)[0]),
        kid=_or_none(lambda: kernel_distance(found.features, reference)[0]),
    )


def _accuracy(logits: NDArray[np.float32] | None, labels: NDArray[np.int64] | None) -> float:
    if logits is None or labels is None:
        raise UserError("accuracy needs logits and labels")
    return float(np.mean(logits.argmax(axis=1) == labels))


def _or_none(figure: Callable[[], float]) -> float | None:
    """A figure, or None where the test split is too small for it: the extractor is useful all the same."""
    try:
        return figure()
    except UnmeasurableError:
        return None
