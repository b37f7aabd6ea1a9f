"""Means and differences of means with Student's and Welch's intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bench.statistics.estimate import CONFIDENCE, Estimate, Scale, array_of, student_quantile

ONE_SEED = "one seed has no spread, so there is no interval: two are needed at least"


@dataclass(frozen=True)
class Difference:
    """The difference of two means and what Welch's test says of it."""

    estimate: Estimate
    """Mean of A minus mean of B; on the log scale, the ratio of their geometric means."""
    gap: float
    """The difference on the scale itself: a difference of logarithms on the log scale."""
    p_value: float | None
    """Two-sided, of equal means under unequal spreads; None with one seed in a group."""
    deviation: float | None
    """Root of the mean of the two variances, on the scale: what the effect is measured in; None as above."""


def mean(values: Iterable[float], confidence: float = CONFIDENCE, scale: Scale = "linear") -> Estimate:
    """The mean with Student's t interval (Student 1908); on the log scale, the geometric mean."""
    array = array_of(values, scale)
    n, centre = len(array), float(array.mean())
    if n < 2:
        return Estimate(_back(centre, scale), None, None, confidence, reason=ONE_SEED)
    half = student_quantile(n - 1, confidence) * float(array.std(ddof=1)) / math.sqrt(n)
    low, high = _back(centre - half, scale), _back(centre + half, scale)
    return Estimate(_back(centre, scale), low, high, confidence, "Student's t interval")


def difference(
    a: Iterable[float], b: Iterable[float], scale: Scale = "linear", confidence: float = CONFIDENCE
) -> Difference:
    """Mean of A minus mean of B with Welch's interval and p-value (Welch 1947), for groups of unequal spread.

    An interval by inverting the permutation test is not used: it has no end at three seeds against three, and assumes
    equal spread.
    """
    from scipy.special import stdtr

    first, second = array_of(a, scale), array_of(b, scale)
    gap = float(first.mean() - second.mean())
    if min(len(first), len(second)) < 2:
        return Difference(Estimate(_back(gap, scale), None, None, confidence, reason=ONE_SEED), gap, None, None)
    variances = float(first.var(ddof=1)), float(second.var(ddof=1))
    error, degrees = welch_error(variances, (len(first), len(second)))
    half = student_quantile(degrees, confidence) * error
    p_value = 2 * float(stdtr(degrees, -abs(gap) / error)) if error > 0 else float(gap == 0)
    low, high = _back(gap - half, scale), _back(gap + half, scale)
    estimate = Estimate(_back(gap, scale), low, high, confidence, "Welch's t interval")
    return Difference(estimate, gap, p_value, math.sqrt(sum(variances) / 2))


def welch_error(variances: tuple[float, float], sizes: tuple[int, int]) -> tuple[float, float]:
    """Standard error of a difference of two means, and its degrees of freedom (Welch 1947, Satterthwaite 1946)."""
    parts = [variance / n for variance, n in zip(variances, sizes, strict=True)]
    total = math.fsum(parts)
    if total == 0:
        return 0.0, math.inf
    # Shares of the total, because squares of small variances underflow.
    weights = [(part / total) ** 2 / (n - 1) for part, n in zip(parts, sizes, strict=True)]
    return math.sqrt(total), 1 / math.fsum(weights)


def _back(value: float, scale: Scale) -> float:
    return math.exp(value) if scale == "log" else value
