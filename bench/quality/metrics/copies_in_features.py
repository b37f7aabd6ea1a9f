"""Copies of training images by their features: what a classifier sees as one and the same."""

from __future__ import annotations

import numpy as np

from bench.quality.copies import copies, judged, threshold
from bench.quality.metrics import Evidence, Figures
from bench.quality.neighbours import nearest

FIELDS = ("copied", "nearest")


def measure(evidence: Evidence) -> Figures:
    """The share of copies among 2,000 generated images, and the nearest pairs.

    Needs the features of all training images: for 60,000 of 28x28 half a core-minute and 30 MB, once for ever; then
    half a second a trial.
    """
    some = judged(len(evidence.generated))
    train = evidence.train().features
    scale = evidence.once(
        "copies in features",
        lambda: {"threshold": np.array(threshold(nearest(evidence.reference.features[some], train)[0]))},
    )
    distances, indices = nearest(evidence.generated.features[some], train)
    share, pairs = copies(some, indices, distances, float(scale["threshold"]))
    return {"copied": share, "nearest": pairs}
