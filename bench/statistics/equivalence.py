"""Whether the two frameworks are alike: two one-sided tests on the ratio of paired values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bench import numbers
from bench.statistics.estimate import Estimate
from bench.statistics.means import mean
from bench.statistics.power import POWER_IN_WORDS, seeds_for_equivalence

LEAST_PAIRS = 3
"""Two differences have one degree of freedom: an interval 6 times as wide as the values' own distance."""


@dataclass(frozen=True)
class Equivalence:
    """Whether two frameworks give the same quality, to within a margin."""

    verdict: Literal["equivalent", "different", "undecided"]
    ratio: Estimate
    """Geometric mean of first / second over the seeds. Its confidence is 1 - 2 alpha: it lies inside the margin exactly
    where both one-sided tests reject."""
    margin: float
    p_value: float | None
    """The larger one of the two tests; None where they cannot be made."""
    pairs: int
    pairs_needed: int | None
    """Pairs that would show equivalence with 80 % power if there is no difference; None where decided or unknown."""
    reason: str


def equivalence(
    pairs: Iterable[tuple[float, float]], margin: float, names: tuple[str, str], alpha: float = 0.05
) -> Equivalence:
    """Test the ratio of the halves of each seed against a declared margin (TOST, Schuirmann 1987).

    `margin` > 1 is the largest ratio that does not matter, in either direction: 1.1 declares that up to ten per cent
    more, or the same factor less, is alike. `names` are those of the first and second half. Equivalent: the interval
    lies inside (1/margin, margin). Different: it lies wholly outside; a difference that is there but may be too small
    to matter stays undecided. Values must be positive; what is undefined is undecided, with the reason. A margin of 1
    or less: ValueError.
    """
    if not margin > 1:
        raise ValueError(f"a margin of {margin} leaves no room: it is a ratio above 1, such as 1.1")
    found = list(pairs)
    if (problem := _undefined(found)) is not None:
        nothing = Estimate(None, None, None, 1 - 2 * alpha, reason=problem)
        return Equivalence("undecided", nothing, margin, None, len(found), None, problem)
    ratio = mean([first / second for first, second in found], 1 - 2 * alpha, scale="log")
    if ratio.value is None or ratio.low is None or ratio.high is None:
        raise ValueError("three pairs always have an interval")
    bound = math.log(margin)
    deviation = _deviation([math.log(first / second) for first, second in found])
    p_value = _one_sided(abs(math.log(ratio.value)) - bound, deviation, len(found))
    value, low, high = map(numbers.significant, (ratio.value, ratio.low, ratio.high))
    says = f"{names[0]} / {names[1]} = {value} ({ratio.confidence:.0%} interval: {low} to {high})"
    if 1 / margin < ratio.low and ratio.high < margin:
        reason = f"alike to within a factor of {margin:g}: {says}"
        return Equivalence("equivalent", ratio, margin, p_value, len(found), None, reason)
    if ratio.low >= margin or ratio.high <= 1 / margin:
        reason = f"different by more than a factor of {margin:g}: {says}"
        return Equivalence("different", ratio, margin, p_value, len(found), None, reason)
    needed = seeds_for_equivalence(deviation, bound, alpha)
    if needed is None or needed <= len(found):
        would = "at this spread no number of seeds in reach would show" if needed is None else "new seeds may show"
    else:
        would = f"{needed} seeds would, {POWER_IN_WORDS}, show"
    reason = f"{says} reaches beyond a factor of {margin:g} either way; {would} that they are alike, if they are"
    return Equivalence("undecided", ratio, margin, p_value, len(found), needed, reason)


def _undefined(pairs: list[tuple[float, float]]) -> str | None:
    """Why there is no ratio to test; None where there is."""
    if len(pairs) < LEAST_PAIRS:
        have = "1 seed has" if len(pairs) == 1 else f"{len(pairs)} seeds have"
        return f"{have} both halves, {LEAST_PAIRS} are needed at least"
    if any(not (math.isfinite(value) and value > 0) for pair in pairs for value in pair):
        return "a ratio needs positive values in both halves of every seed"
    return None


def _deviation(values: list[float]) -> float:
    import numpy as np

    return float(np.std(values, ddof=1))


def _one_sided(beyond: float, deviation: float, n: int) -> float:
    """p-value of "the difference is at least the margin", of a mean `beyond` it (negative: inside)."""
    from scipy.special import stdtr

    if deviation == 0:
        return 0.0 if beyond < 0 else 1.0
    return float(stdtr(n - 1, beyond / (deviation / math.sqrt(n))))
