"""What the same noise shows while a model goes on training: how far its pictures drift, and whether faults last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench.quality.features import Extractor, Features, why_no_classes, why_other_classes
from bench.quality.metrics import UnmeasurableError
from bench.quality.metrics.ambiguity import entropy, largest_entropy
from bench.quality.neighbours import Points, squared_distances

CHECKPOINTS = 3
"""The last checkpoints that are looked at."""
ROUNDING = 1e-4
"""Of the root mean square length of features: pictures that are no further apart on average count as alike.

Equal pictures in batches of other sizes, such as the last one, differ in the last bits: by 1e-7 of that length.
"""
OF_CLASSES = ("class_changes", "ambiguous", "lasting", "lasting_by_chance")
"""Figures that need a classifier of the data set."""


def over_time(seen: Sequence[Features], reference: Features, extractor: Extractor, num_classes: int) -> dict[str, Any]:
    """Figures of `bench.quality.latent.FixedNoiseRecord`, and why some are absent.

    `seen` are the last `CHECKPOINTS` in their order, with the same noise at the same places; `reference` are real test
    images, which say what is ambiguous (`bench.quality.metrics.ambiguity`).
    """
    found: dict[str, Any] = {"extractor": extractor.name, "n": len(seen[-1]), "absent": {}}
    measures: dict[tuple[str, ...], Callable[[], dict[str, Any]]] = {
        ("drift",): lambda: {"drift": drift(seen[-2].features, seen[-1].features)},
        OF_CLASSES: lambda: _of_classes(seen, reference, extractor, num_classes),
    }
    for names, measure in measures.items():
        try:
            found |= measure()
        except UnmeasurableError as reason:
            found["absent"] |= dict.fromkeys(names, str(reason))
    return found


def drift(before: Points, after: Points) -> float:
    """Mean distance of features [N, d] of the same noise, divided by that of different noise afterwards.

    Where all pictures are alike afterwards, to `ROUNDING`, there is nothing to divide by: an UnmeasurableError. NaN or
    infinity: FloatingPointError.
    """
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        raise FloatingPointError("drift: a feature is not finite")
    last = after.astype(np.float64)
    moved = np.linalg.norm(last - before, axis=1).mean()
    total = 0.0
    for rows, squares in squared_distances(after, after):
        squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = 0  # to itself, which is no other
        total += float(np.sqrt(squares.clip(0)).sum(dtype=np.float64))
    apart = total / max(1, len(after) * (len(after) - 1))
    if apart <= ROUNDING * np.sqrt((last**2).sum(axis=1).mean()):
        raise UnmeasurableError("all pictures of the last checkpoint are alike")
    return float(moved) / apart


def _of_classes(
    seen: Sequence[Features], reference: Features, extractor: Extractor, num_classes: int
) -> dict[str, Any]:
    real, logits = reference.logits, [found.logits for found in seen if found.logits is not None]
    if real is None or len(logits) < len(seen):
        raise UnmeasurableError(why_no_classes(extractor))
    other = why_other_classes(real.shape[1], num_classes)
    if other is not None:
        raise UnmeasurableError(other)
    before, after = (found.argmax(axis=1) for found in logits[-2:])
    bound = largest_entropy(real)
    doubtful = np.stack([entropy(found) > bound for found in logits])
    shares = doubtful.mean(axis=1)
    return {
        "class_changes": float(np.mean(before != after)),
        "ambiguous": shares.tolist(),
        "lasting": float(doubtful.all(axis=0).mean()),
        "lasting_by_chance": float(shares.prod()),
    }
