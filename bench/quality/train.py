"""Make a domain extractor: `python -m bench.quality.train mnist --out FOLDER` trains, measures and writes it.

Runs in a process of its own, on one thread unless told otherwise, and takes about six core-minutes for
60,000 images of 28x28.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save as save_safetensors

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.paths import write_atomically
from bench.quality.cards import Card, Rung
from bench.quality.extractors.domain import DomainExtractor
from bench.quality.features import Features
from bench.quality.ladder import drawn, ladder
from bench.quality.metrics import UnmeasurableError
from bench.quality.metrics.frechet import frechet_distance
from bench.quality.metrics.inception_score import inception_score
from bench.quality.network import DomainNetwork, architecture
from bench.quality.score import LARGEST_N
from bench.quality.selection import held_out_of, images_sha256, training_images
from bench.quality.training import Recipe, train_network


def train_extractor(images: ImageSet, out: Path, recipe: Recipe = Recipe()) -> Card:  # noqa: B008 -- frozen
    """Train the extractor of a labelled data set on its train split and write weights and card into a folder.

    A set without labels is a UserError. torch's random state and settings are changed: see `train_network`.
    """
    train_images, train_labels = training_images(images)
    network = train_network(train_images, train_labels, images.num_classes, recipe)
    return write_extractor(network, images, out, recipe)


def write_extractor(network: DomainNetwork, images: ImageSet, out: Path, recipe: Recipe) -> Card:
    """Measure a trained network; write `<name>.safetensors` and `<name>.json` into a folder."""
    # In the file they lie in the order of their shape, whatever order the network computed in.
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    content = save_safetensors(tensors)
    sha256 = hashlib.sha256(content).hexdigest()
    domain = images.domain or images.name
    card = _measured(DomainExtractor(network, f"{domain}-{sha256[:8]}", sha256), images, domain, recipe)
    write_atomically(out / f"{card.name}.safetensors", content)
    # The card last: it is only found where its weights are.
    write_atomically(out / f"{card.name}.json", card.model_dump_json(by_alias=True, indent=2) + "\n")
    return card


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; a user's mistake is a line on standard error and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality.train", description=__doc__)
    parser.add_argument("dataset", help="a labelled data set, such as mnist or fashion-mnist")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--threads", type=int, default=1, help="another number gives other rounding")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(options.threads)
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    try:
        card = train_extractor(load(options.dataset), options.out, recipe)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(card.model_dump_json(by_alias=True, indent=2) + "\n")
    return 0


def _measured(extractor: DomainExtractor, images: ImageSet, domain: str, recipe: Recipe) -> Card:
    train_images, train_labels = training_images(images)
    test = extractor(images.test_images)
    n = min(LARGEST_N, len(images.train_images), len(images.test_images))
    reference = test.features[drawn(len(test), n)]
    rungs = {
        name: _rung(extractor(made()), reference, extractor.least_n)
        for name, made in ladder(train_images, train_labels, n).items()
    }
    return Card(
        name=extractor.name,
        domain=domain,
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
        recipe=asdict(recipe),
        ladder=rungs,
        versions={name: metadata.version(name) for name in ("torch", "torch-fidelity", "numpy")},
    )


def _rung(found: Features, reference: NDArray[np.float32], least_n: int) -> Rung:
    return Rung(
        fd=_or_none(lambda: frechet_distance(found.features, reference, least_n)),
        inception_score=_or_none(lambda: inception_score(found.logits)[0]),
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


if __name__ == "__main__":
    sys.exit(main())
