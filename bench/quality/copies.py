"""What makes a generated image a copy: as near to a training image as the nearest 1 % of the test images are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.quality.cache import Arrays
from bench.quality.ladder import drawn
from bench.quality.metrics import COPIES_N, NEIGHBOURS_LEAST_N, UnmeasurableError, too_few
from bench.quality.record import NearestPair

PERCENTILE = 1
PAIRS = 8
"""Nearest pairs that a record keeps."""


def judged(n: int) -> NDArray[np.int64]:
    """Indices of those of n images of which copies are looked for. Fewer than 100 are an UnmeasurableError.

    A fixed draw of 2,000 at most: the share that copies, p, then has the standard error (p (1 - p) / 2,000)^½.
    """
    if n < NEIGHBOURS_LEAST_N:
        raise UnmeasurableError(too_few(n, NEIGHBOURS_LEAST_N, "a share of copies"))
    return drawn(n, COPIES_N)


def threshold(test_distances: NDArray[np.float64]) -> float:
    """The 1st percentile of the distances [N] from test images to the nearest training image."""
    return float(np.percentile(test_distances, PERCENTILE))


def scale(test_distances: NDArray[np.float64], rounding: float = 0.0) -> Arrays:
    """What generated images are held against: the `threshold`, and the share of test images at it as `real`.

    `rounding`, in the unit of the distances [N], is how far apart computing leaves what is equal: the threshold is
    the 1st percentile plus that. `real` is 1 % unless many test images repeat training images: where more than 1 %
    do, the threshold is 0 plus rounding and `real` is their share.
    """
    least = threshold(test_distances) + rounding
    return {"threshold": np.array(least), "real": np.array(np.mean(test_distances <= least))}


def copies(
    generated: NDArray[np.int64], train: NDArray[np.int64], distances: NDArray[np.float64], threshold: float
) -> tuple[float, tuple[NearestPair, ...]]:
    """The share of N generated images that are copies, and the 8 nearest pairs, each training image at most once.

    `generated` and `train` are the indices [N] of an image and of the training image nearest to it. An image exactly
    at the threshold counts: where test images repeat training images, theirs is the distance of a true copy.
    """
    order = np.lexsort((generated, distances))
    _, first = np.unique(train[order], return_index=True)
    pairs = tuple(
        NearestPair(
            generated=int(generated[index]),
            train=int(train[index]),
            distance=float(distances[index]),
            threshold=threshold,
        )
        for index in order[np.sort(first)[:PAIRS]]
    )
    return float(np.mean(distances <= threshold)), pairs
