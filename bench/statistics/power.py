"""How many seeds an answer takes."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable

from bench.statistics.estimate import student_quantile
from bench.statistics.permutation import least_p

POWER = 0.8
"""Chance of an answer, of the number of seeds that is recommended."""
POWER_IN_WORDS = "four times in five"
"""The same in a sentence."""
CERTAIN = 30.0
"""A shift of the noncentral t beyond which its power is 1 to many digits and SciPy's formulas overflow."""
MOST_SEEDS = 1000
"""Beyond it no number is given: nobody trains a thousand seeds."""


def power_of_comparison(effect: float, n: int, alpha: float) -> float:
    """Chance that n seeds against n, `effect` standard deviations apart, give p <= alpha in the right direction.

    Of the two-sided t-test under normal noise (Cohen 1988, by the noncentral t), which the permutation test comes close
    to; 0 where so few seeds cannot give so small a p-value at all.
    """
    from scipy.special import nctdtr

    if n < 2 or least_p(n, n) > alpha:
        return 0.0
    degrees = 2 * n - 2
    shift = min(abs(effect) * math.sqrt(n / 2), CERTAIN)
    return 1 - float(nctdtr(degrees, shift, student_quantile(degrees, 1 - alpha)))


def seeds_to_compare(effect: float, alpha: float, least: int = 2, power: float = POWER) -> int | None:
    """Seeds of each recipe for `power`, at least `least`; None beyond `MOST_SEEDS`."""
    return _first(lambda n: power_of_comparison(effect, n, alpha), max(2, least), power)


def power_of_equivalence(deviation: float, log_margin: float, n: int, alpha: float) -> float:
    """Chance that n pairs show equivalence where there is no difference at all.

    Of two one-sided t-tests on log ratios of the given standard deviation (Schuirmann 1987), by the noncentral t
    (Phillips 1990); the two chances to fail are added, so that the true chance is not smaller.
    """
    from scipy.special import nctdtr

    if n < 2:
        return 0.0
    shift = min(log_margin * math.sqrt(n) / deviation, CERTAIN) if deviation else CERTAIN
    return max(0.0, 1 - 2 * float(nctdtr(n - 1, shift, student_quantile(n - 1, 1 - 2 * alpha))))


def seeds_for_equivalence(
    deviation: float, log_margin: float, alpha: float, least: int = 3, power: float = POWER
) -> int | None:
    """Pairs for `power`, at least `least`; None beyond `MOST_SEEDS`."""
    return _first(lambda n: power_of_equivalence(deviation, log_margin, n, alpha), least, power)


def _first(power_of: Callable[[int], float], least: int, power: float) -> int | None:
    """The smallest n from `least` on with that power, which only rises with n."""
    if power_of(MOST_SEEDS) < power:
        return None
    return bisect.bisect_left(range(least, MOST_SEEDS), power, key=power_of) + least
