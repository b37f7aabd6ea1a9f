"""Copies of training images by their features: what a classifier sees as one and the same."""

from __future__ import annotations

import numpy as np

from bench.quality.cache import Arrays
from bench.quality.copies import copies, judged, scale
from bench.quality.metrics import Evidence, Figures
from bench.quality.neighbours import nearest

FIELDS = ("copied", "copied_real", "nearest")
ROUNDING = 1e-4
"""Of the root mean square distance of test features from their mean: nearer features count as equal.

Equal images in batches of other sizes differ in the last bits: of Fashion-MNIST by 2e-7 of it; its nearest test and
training images are 0.1 of it apart.
"""


def measure(evidence: Evidence) -> Figures:
    """The share of copies among 2,000 generated images, that of as many test images, and the nearest pairs.

    Needs the features of all training images: for 60,000 of 28x28 half a core-minute and 30 MB, once for ever; then
    half a second a trial. NaN or infinity is a FloatingPointError.
    """
    some = judged(len(evidence.generated))
    generated, test = evidence.generated.features[some], evidence.reference.features[some]
    if not (np.isfinite(generated).all() and np.isfinite(test).all()):
        raise FloatingPointError("copies in features: a feature is not finite")
    train = evidence.train().features

    def real() -> Arrays:
        spread = np.sqrt(test.var(axis=0, dtype=np.float64).sum())
        return scale(nearest(test, train)[0], ROUNDING * float(spread))

    found = evidence.once("copies in features", real)
    distances, indices = nearest(generated, train)
    share, pairs = copies(some, indices, distances, float(found["threshold"]))
    return {"copied": share, "copied_real": float(found["real"]), "nearest": pairs}
