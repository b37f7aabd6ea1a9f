"""Probability of improvement: how likely a seed of A is better than a seed of B."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from bench.statistics.estimate import CONFIDENCE, Better, Estimate, array_of, sign_of

METHOD = "Wilson's score interval with as many trials as the smaller group has seeds"


def probability_of_improvement(
    a: Iterable[float], b: Iterable[float], better: Better, confidence: float = CONFIDENCE
) -> Estimate:
    """P(A better than B) over all pairs of a seed of A and one of B; ties count half (Mann & Whitney 1947)."""
    return over_data_sets({"": (list(a), list(b))}, better, confidence)


def over_data_sets(
    values: Mapping[str, tuple[Iterable[float], Iterable[float]]], better: Better, confidence: float = CONFIDENCE
) -> Estimate:
    """The mean over data sets of P(A better than B), of data set -> (values of A, values of B) (Agarwal et al. 2021).

    The interval is Wilson's (1927) for as many trials as the smaller group of a data set has seeds, times the number
    of data sets: the variance of the estimate is at most p (1 - p) / min(n_a, n_b), whatever the two distributions
    are (van Dantzig 1951), and no mean of such terms exceeds that of their mean. So it holds under unequal spread,
    and does not shrink to a point where all pairs agree, as the bootstrap's does. Where some sets have fewer seeds
    than others it is wider than it need be.
    """
    from scipy.special import ndtri

    share, trials = _share(values, better)
    low, high = wilson(share, trials, float(ndtri((1 + confidence) / 2)))
    return Estimate(share, low, high, confidence, METHOD)


def no_improvement_p(values: Mapping[str, tuple[Iterable[float], Iterable[float]]], better: Better) -> float:
    """Two-sided p-value of "the mean of P(A better than B) over these data sets is one half": the score test.

    It is at most alpha exactly where the interval of `over_data_sets` of confidence 1 - alpha leaves one half out, and
    it is conservative for the same reason.
    """
    from scipy.special import ndtr

    share, trials = _share(values, better)
    return 2 * float(ndtr(-abs(share - 0.5) / math.sqrt(0.25 / trials)))


def _share(values: Mapping[str, tuple[Iterable[float], Iterable[float]]], better: Better) -> tuple[float, int]:
    """The mean share of pairs of seeds that A wins, and how many trials it is worth at least."""
    import numpy as np

    shares, sizes = [], []
    for sides in values.values():
        first, second = (sign_of(better) * array_of(side) for side in sides)
        gaps = first[:, np.newaxis] - second[np.newaxis, :]
        shares.append(float(np.mean((np.sign(gaps) + 1) / 2)))
        sizes.append(min(len(first), len(second)))
    if not shares:
        raise ValueError("no data set to compare on")
    return math.fsum(shares) / len(shares), len(sizes) * min(sizes)


def wilson(share: float, trials: int, z: float) -> tuple[float, float]:
    """Wilson's score interval of a share: the p with |share - p| <= z √(p (1 - p) / trials)."""
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    # The ends are exact where all or no trials agree; rounding would leave the share outside.
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))
