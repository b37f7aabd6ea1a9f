"""The metrics, one a file, found by walking this folder; importing one imports PyTorch.

A module here, or one that an entry point of the group `pairbench.metrics` names, has

    FIELDS: tuple[str, ...]                              the figures of the record that it fills, as in JSON
    measure(evidence: Evidence) -> Figures               all of them, or `UnmeasurableError` with the reason

A figure that alone has no meaning is an `Absent` with its reason; a figure or feature that is not finite is a
FloatingPointError.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality.cache import Arrays
from bench.quality.features import Features, Images, why_other_classes
from bench.quality.ladder import drawn
from bench.quality.plugins import plugins

ENTRY_POINT_GROUP = "pairbench.metrics"
RNG_SEED = 2020
"""The seed of everything random in a metric: torch-fidelity's default, so that others get our figures."""
IS_SPLITS = 10
"""Parts over which an inception score is averaged: the custom since Salimans 2016."""
KID_SUBSETS = 100
"""Pairs of subsets over which a kernel inception distance is averaged: torch-fidelity's default."""
KID_LEAST_N = 100
"""Fewest images on a side for a kernel inception distance."""
BOOTSTRAP_RESAMPLES = 200
"""Resamples of the generated images behind an interval."""
NEIGHBOURS_N = 5_000
"""Most images on a side where neighbours are counted: the time grows with its square."""
NEIGHBOURS_LEAST_N = 100
"""Fewest images on a side where neighbours are counted: with fewer, a share has steps of a per cent and more."""
MANIFOLD_K = 3
"""The neighbour that sets the radius for precision and recall (Kynkäänniemi 2019)."""
DENSITY_K = 5
"""The neighbour that sets the radius for density and coverage (Naeem 2020)."""
COPIES_N = 2_000
"""Most generated images of which copies are looked for: a share of 1 % then has a standard error of 0.2 %."""


def kid_subset_size(n: int) -> int:
    """Images in a subset of n: torch-fidelity's 1,000, but never more than half, so that the subsets differ."""
    return min(1000, n // 2)


class UnmeasurableError(Exception):
    """A figure has no meaning here; the text is the reason that the record gives."""


class Absent(str):
    """Why one figure of a metric has no meaning here, in its place."""


Figures = dict[str, Any]
"""Figures of the record by name: numbers, tuples, or `Absent`."""
Once = Callable[[str, Callable[[], Arrays]], Arrays]
"""Gives the arrays of a name, computed by a function at the first time ever (`bench.quality.cache.Once`)."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What metrics judge: images and what one extractor sees in them, n images on each side."""

    generated: Features
    reference: Features  # Real test images.
    real: Features  # Real training images: what perfect generation scores.
    noise: Features  # Uniform noise: what knowing nothing scores.
    least_n: int  # Fewest images for a Fréchet distance of this extractor.
    no_classes: str  # Why there are no logits, where there are none.
    images: Images  # The generated images.
    labels: NDArray[np.int64] | None  # The classes that were asked for, of a conditional model.
    reference_labels: NDArray[np.int64] | None
    num_classes: int  # Of the data set; 0 without labels.
    test_images: Images  # All of them.
    train_images: Images  # All of them: any may have been copied.
    train: Callable[[], Features]  # Their features; UnmeasurableError where these are not to be had.
    once: Once  # For what depends on extractor, data set and n alone.
    once_in_pixels: Once  # For what depends on the data set alone.


def too_few(n: int, least: int, what: str) -> str:
    """Why n images are too few for something that needs `least`."""
    return f"N too small: {n:,} images, and {what} needs {least:,}"


def class_logits(evidence: Evidence) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Logits [n, classes of the data set] of generated, reference and real training images, or UnmeasurableError."""
    logits = evidence.generated.logits, evidence.reference.logits, evidence.real.logits
    generated, reference, real = logits
    if generated is None or reference is None or real is None:
        raise UnmeasurableError(evidence.no_classes)
    reason = why_other_classes(generated.shape[1], evidence.num_classes)
    if reason is not None:
        raise UnmeasurableError(reason)
    return generated, reference, real


def sides(evidence: Evidence, what: str) -> tuple[NDArray[np.float32], ...]:
    """Features float32 [min(n, 5,000), d] of generated, reference and real training images, for neighbours.

    Drawn by a fixed seed, because neither data sets nor other people's images lie in random order. Fewer than 100 are
    an UnmeasurableError.
    """
    n = len(evidence.reference)
    if n < NEIGHBOURS_LEAST_N:
        raise UnmeasurableError(too_few(n, NEIGHBOURS_LEAST_N, what))
    some = drawn(n, NEIGHBOURS_N)
    return tuple(found.features[some] for found in (evidence.generated, evidence.reference, evidence.real))


def measure(evidence: Evidence) -> tuple[Figures, dict[str, str]]:
    """Every figure of every metric, and the reasons of those that have no meaning here."""
    figures: Figures = {}
    absent: dict[str, str] = {}
    for name, importer in plugins(sys.modules[__name__], ENTRY_POINT_GROUP).items():
        metric: Any = importer()
        try:
            found = metric.measure(evidence)
        except UnmeasurableError as reason:
            found = dict.fromkeys(metric.FIELDS, Absent(reason))
        if set(found) != set(metric.FIELDS):
            raise ValueError(f"metric {name} gave {sorted(found)}, not {sorted(metric.FIELDS)}")
        for field, figure in found.items():
            if isinstance(figure, Absent):
                absent[field] = str(figure)
            else:
                figures[field] = figure
    return figures, absent
