"""Scores of generated images against the real ones: one set of features, every metric, one record."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import metadata
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.datasets import ImageSet
from bench.quality.cache import Identity, Once, cached_features, of_extractor
from bench.quality.features import (
    Extractor,
    Features,
    Images,
    checked_asked_labels,
    checked_images,
    why_no_classes,
    why_no_train_features,
)
from bench.quality.ladder import SEED, drawn, noise
from bench.quality.last_seen import LastSeen
from bench.quality.metrics import (
    BOOTSTRAP_RESAMPLES,
    COPIES_N,
    DENSITY_K,
    IS_SPLITS,
    KID_SUBSETS,
    MANIFOLD_K,
    NEIGHBOURS_N,
    RNG_SEED,
    Evidence,
    UnmeasurableError,
    kid_subset_size,
    measure,
)
from bench.quality.record import NOT_BUILT, CurvePoint, Quality

LARGEST_N = 10_000
CURVE_N = 2_000
_generated = LastSeen()
"""The last checkpoint of a training is often the very pictures that are scored at its end."""


def score(
    images: Images,
    against: ImageSet,
    extractor: Extractor,
    n: int = LARGEST_N,
    labels: NDArray[np.generic] | None = None,
) -> Quality:
    """The quality of generated images uint8 [N, H, W, C] against the test images of a data set.

    The first `sample_size` of them are judged. `labels`, integers [N], are the classes that a conditional model was
    asked for. Images or labels of another type or shape are a UserError, features that are not finite a
    FloatingPointError.

    The record is the same to the bit for the same bytes, machine and number of threads. The first score against a data
    set takes the features of all its real images, which are kept (`bench.quality.cache`); from then on 10,000 images
    of 28x28 take about 7 core-seconds, two thirds of them for features, and 0.9 GiB (the first score 1.7 GiB).
    """
    size = sample_size(n, len(checked_images(images, against.image_shape)), against)
    asked = None if labels is None else checked_asked_labels(labels, len(images), against.num_classes)[:size]
    figures, absent = measure(_evidence(images[:size], asked, against, extractor))
    filled = figures.keys() | absent.keys()
    absent |= {name: NOT_BUILT for name in Quality.figures() if name not in filled}
    head = _head(extractor, against, size)
    return Quality.model_validate({**head, **figures, "absent": absent, "protocol": _protocol(extractor, size)})


def _evidence(images: Images, labels: NDArray[np.int64] | None, against: ImageSet, extractor: Extractor) -> Evidence:
    size = len(images)

    def train() -> Features:
        reason = why_no_train_features(extractor)
        if reason is not None:
            raise UnmeasurableError(reason)
        return _of_split(extractor, against, "train", len(against.train_images))

    test_labels = against.test_labels
    return Evidence(
        generated=_generated.features(extractor, images),
        reference=_of_split(extractor, against, "test", size),
        real=_of_split(extractor, against, "train", size),
        noise=_of_noise(extractor, against.image_shape, size),
        least_n=extractor.least_n,
        no_classes=why_no_classes(extractor),
        images=images,
        labels=labels,
        reference_labels=None if test_labels is None else test_labels[drawn(len(test_labels), size)],
        num_classes=against.num_classes,
        test_images=against.test_images,
        train_images=against.train_images,
        train=train,
        once=_once(against, {**of_extractor(extractor), "n": size}),
        once_in_pixels=_once(against, {}),
    )


def _once(against: ImageSet, besides: Identity) -> Once:
    """What is kept of a data set's images; `besides` is what else decides it."""
    libraries = {name: metadata.version(name) for name in ("torch-fidelity", "numpy")}
    return Once({"images": against.fingerprint, "draw": SEED, **libraries, **besides})


def unscored(kind: str, images: Images, against: ImageSet, reason: str, n: int = LARGEST_N) -> Quality:
    """The record of a score that could not be made: every figure absent for one reason."""
    size = sample_size(n, len(images), against)
    absent = dict.fromkeys(Quality.figures(), reason)
    return Quality(extractor=kind, title=kind, n=size, reference=reference(against, size), absent=absent)


def unscored_point(kind: str, images: Images, against: ImageSet, reason: str, n: int = CURVE_N) -> CurvePoint:
    """The record of a checkpoint that could not be scored, for one reason."""
    size = sample_size(n, len(images), against)
    absent = dict.fromkeys(CurvePoint.figures(), reason)
    return CurvePoint(extractor=kind, title=kind, n=size, reference=reference(against, size), absent=absent)


class Checkpoint(NamedTuple):
    """The light score of a checkpoint, and what it was made of: features of its images and of as many test images."""

    point: CurvePoint
    generated: Features
    reference: Features


def curve_point(images: Images, against: ImageSet, extractor: Extractor, n: int = CURVE_N) -> CurvePoint:
    """The light score of a checkpoint: the distances and the inception score of the first n images."""
    return checkpoint(images, against, extractor, n).point


def checkpoint(images: Images, against: ImageSet, extractor: Extractor, n: int = CURVE_N) -> Checkpoint:
    """The same, with the features, for who asks more of them than a score."""
    # Here and not above: these import PyTorch, and the evaluator imports this file before it owns its output.
    from bench.quality.metrics.frechet import frechet_distance
    from bench.quality.metrics.inception_score import inception_score
    from bench.quality.metrics.kid import kept_kernels, last_distance

    started = time.perf_counter()
    size = sample_size(n, len(checked_images(images, against.image_shape)), against)
    generated = _generated.features(extractor, images[:size])
    real = _of_split(extractor, against, "test", size)
    figures: dict[str, float] = {}
    absent: dict[str, str] = {}

    def kid() -> float:
        own = kept_kernels(_once(against, {**of_extractor(extractor), "n": size}), size, real.features)
        return last_distance(generated.features, real.features, own)[0]

    metrics: dict[str, Callable[[], float]] = {
        "fd": lambda: frechet_distance(generated.features, real.features, extractor.least_n),
        "kid": kid,
        "is": lambda: inception_score(generated.logits, why_no_classes(extractor))[0],
    }
    for name, figure in metrics.items():
        try:
            figures[name] = figure()
        except UnmeasurableError as reason:
            absent[name] = str(reason)
    figures["evaluation_seconds"] = time.perf_counter() - started
    point = CurvePoint.model_validate({**_head(extractor, against, size), **figures, "absent": absent})
    return Checkpoint(point, generated, real)


def sample_size(asked: int, generated: int, against: ImageSet) -> int:
    """The one N of both sides, of floor and ceiling: the bias depends on it (Chong & Forsyth 2020).

    The least of what was asked, 10,000, the generated, the training and the reference images.
    """
    return min(asked, LARGEST_N, generated, len(against.train_images), len(against.test_images))


def reference(against: ImageSet, n: int) -> str:
    """What the images were compared with, in words: "mnist test, 2,000 of 10,000 images"."""
    count = len(against.test_images)
    return f"{against.name} test, {n:,} images" if n == count else f"{against.name} test, {n:,} of {count:,} images"


def _of_split(extractor: Extractor, against: ImageSet, split: str, n: int) -> Features:
    images = against.test_images if split == "test" else against.train_images
    identity: Identity = {"images": against.fingerprint, "split": split, "draw": SEED}
    return cached_features(extractor, identity, n, lambda: extractor(images[drawn(len(images), n)]))


def _of_noise(extractor: Extractor, image_shape: tuple[int, int, int], n: int) -> Features:
    identity: Identity = {"images": f"uniform noise {image_shape}", "draw": SEED}
    return cached_features(extractor, identity, n, lambda: extractor(noise(n, image_shape)))


def _head(extractor: Extractor, against: ImageSet, n: int) -> dict[str, object]:
    return {
        "extractor": extractor.name,
        "title": extractor.title,
        "n": n,
        "reference": reference(against, n),
    }


def _protocol(extractor: Extractor, n: int) -> dict[str, int | str]:
    return {
        "batch_size": extractor.batch_size,
        "rng_seed": RNG_SEED,
        "is_splits": IS_SPLITS,
        "kid_subsets": KID_SUBSETS,
        "kid_subset_size": kid_subset_size(n),
        "bootstrap_resamples": BOOTSTRAP_RESAMPLES,
        "manifold_k": MANIFOLD_K,
        "density_k": DENSITY_K,
        "neighbours_n": min(n, NEIGHBOURS_N),
        "copies_n": min(n, COPIES_N),
        "device": extractor.device,
        "torch": metadata.version("torch"),
        "torch_fidelity": metadata.version("torch-fidelity"),
    }
