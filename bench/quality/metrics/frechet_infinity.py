"""The Fréchet distance of infinitely many images: FD is linear in 1/N, and its slope differs by model.

So at one N two models have biases of their own, which equal N does not take away (Chong & Forsyth 2020).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.quality.gaussians import Reference, fitted
from bench.quality.metrics import RNG_SEED, Evidence, UnmeasurableError, too_few
from bench.quality.metrics.frechet import check_count

FIELDS = ("fd_infinity",)
SIZES = 8
"""Numbers of images at which the line is fitted, evenly spaced in 1/N."""
SMALLEST_PART = 5
"""The smallest of them is N / 5, or what the dimensions need."""


def measure(evidence: Evidence) -> dict[str, float]:
    """The generated images' extrapolated distance."""
    generated, reference = evidence.generated.features, evidence.reference.features
    check_count(generated, reference, evidence.least_n)
    return {"fd_infinity": extrapolated(generated, reference)}


def extrapolated(generated: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """Where the straight line of FD against 1/N meets 1/N = 0, for features [N, d] of as many images on each side.

    Both sides shrink together, because our reference is a sample too (the paper's was the training set): the line
    ends at the distance of the two distributions. At each of 8 sizes, evenly spaced in 1/N from N to N / 5, the
    images are shuffled and dealt into as many disjoint parts as there are, and their distances averaged. A size that
    does not divide N leaves the rest of that shuffle out: of N to N / 5 they use 1, .64, .93, .74, .91, .78, .90 and
    all of the images. All sizes weigh the same in the fit, also those with a single part: the more parts, the smaller
    they are, and the variance of their mean goes by the images that are used. Slightly below 0 is as good as 0.

    The line bends where N nears d: the smallest size is at least 2 d (the paper's was 2.4 d), and N at least 4 d,
    else it is an UnmeasurableError.
    """
    n, dimension = len(generated), generated.shape[1]
    if n < 4 * dimension:
        raise UnmeasurableError(too_few(n, 4 * dimension, f"the extrapolation in {dimension} dimensions"))
    smallest = max(n // SMALLEST_PART, 2 * dimension)
    sizes = np.rint(1 / np.linspace(1 / n, 1 / smallest, SIZES)).astype(int)
    random = np.random.Generator(np.random.Philox(RNG_SEED))
    distances = [_mean_distance(generated, reference, size, random) for size in sizes]
    _, intercept = np.polyfit(1 / sizes, distances, 1)
    if not np.isfinite(intercept):
        raise FloatingPointError(f"extrapolated Fréchet distance: the result is {intercept}")
    return float(intercept)


def _mean_distance(
    generated: NDArray[np.float32], reference: NDArray[np.float32], size: int, random: np.random.Generator
) -> float:
    deals = [random.permutation(len(side)) for side in (generated, reference)]
    distances = []
    for part in range(len(generated) // size):
        ours, theirs = (deal[part * size : (part + 1) * size] for deal in deals)
        distances.append(Reference(fitted(reference[theirs])).distance(fitted(generated[ours])))
    return float(np.mean(distances))
