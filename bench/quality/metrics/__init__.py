"""The metrics, one a file, found by walking this folder; importing one imports PyTorch.

A module here, or one that an entry point of the group `pairbench.metrics` names, has

    FIELDS: tuple[str, ...]                              the figures of the record that it fills, as in JSON
    measure(evidence: Evidence) -> dict[str, float]      all of them, or `UnmeasurableError` with the reason

A figure is None only through that error; a figure or feature that is not finite is a FloatingPointError.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from bench.quality.features import NO_CLASSES, Features
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


def kid_subset_size(n: int) -> int:
    """Images in a subset of n: torch-fidelity's 1,000, but never more than half, so that the subsets differ."""
    return min(1000, n // 2)


class UnmeasurableError(Exception):
    """A figure has no meaning here; the text is the reason that the record gives."""


@dataclass(frozen=True)
class Evidence:
    """What metrics judge: features of n images each, by one extractor."""

    generated: Features
    reference: Features  # Real test images.
    real: Features  # Real training images: what perfect generation scores.
    noise: Features  # Uniform noise: what knowing nothing scores.
    least_n: int  # Fewest images for a Fréchet distance of this extractor.
    no_classes: str = NO_CLASSES  # Why there are no logits, where there are none.


def measure(evidence: Evidence) -> tuple[dict[str, float], dict[str, str]]:
    """Every figure of every metric, and the reasons of those that have no meaning here."""
    figures: dict[str, float] = {}
    absent: dict[str, str] = {}
    for name, importer in plugins(sys.modules[__name__], ENTRY_POINT_GROUP).items():
        metric: Any = importer()
        try:
            found = metric.measure(evidence)
        except UnmeasurableError as reason:
            absent.update(dict.fromkeys(metric.FIELDS, str(reason)))
            continue
        if set(found) != set(metric.FIELDS):
            raise ValueError(f"metric {name} gave {sorted(found)}, not {sorted(metric.FIELDS)}")
        figures.update(found)
    return figures, absent
