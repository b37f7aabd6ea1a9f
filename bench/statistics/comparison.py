"""Two recipes on one measure: how far apart they are, and whether it could be chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bench.statistics.estimate import Better, Estimate, Scale, sign_of
from bench.statistics.improvement import probability_of_improvement
from bench.statistics.means import difference
from bench.statistics.permutation import permutation_p

Side = Literal["a", "b"]


@dataclass(frozen=True)
class Comparison:
    """Recipe A against recipe B over independent seeds."""

    n_a: int
    n_b: int
    better: Better
    scale: Scale
    difference: Estimate
    """Mean of A minus mean of B; on the log scale, the ratio of their geometric means."""
    improvement: Estimate
    """Probability that a seed of A is better than a seed of B."""
    merit: float | None
    """The difference in standard deviations of a seed (Cohen's d, of the mean variance), positive where A is better;
    None without a spread."""
    p_permutation: float
    p_welch: float | None
    p_value: float
    """The larger of the two: what a family is corrected over."""
    ahead: Side | None
    """Who has the better mean; None where the means are equal."""

    @property
    def leader(self) -> Side | None:
        """Who has the better mean and also wins more pairs of seeds; None where these disagree."""
        share = self.improvement.value or 0.0
        if self.ahead is None or share == 0.5 or (share > 0.5) != (self.ahead == "a"):
            return None
        return self.ahead

    @property
    def agreement(self) -> float:
        """Share of pairs of seeds in which whoever has the better mean is better; ties count half."""
        share = self.improvement.value or 0.0
        return share if self.ahead == "a" else 1 - share


def compare(a: Iterable[float], b: Iterable[float], better: Better, scale: Scale = "linear") -> Comparison:
    """Compare the values of A, a seed each, with those of B; the seeds of both are independent.

    The p-value is the larger one of the exact permutation test and of Welch's t-test. The first is exact for any noise
    that both recipes share, and alone it keeps three seeds against three from ever being significant; but where one
    recipe spreads more than the other it calls equal means different too often. The second is made for that case. The
    scale is to be declared beforehand; the log scale needs positive values. ValueError as in `array_of`.
    """
    first, second = list(a), list(b)
    found = difference(first, second, scale)
    p_permutation = permutation_p(first, second, scale)
    merit = found.gap * sign_of(better)
    return Comparison(
        n_a=len(first),
        n_b=len(second),
        better=better,
        scale=scale,
        difference=found.estimate,
        improvement=probability_of_improvement(first, second, better),
        merit=merit / found.deviation if found.deviation else None,
        p_permutation=p_permutation,
        p_welch=found.p_value,
        p_value=p_permutation if found.p_value is None else max(p_permutation, found.p_value),
        ahead=None if merit == 0 else "a" if merit > 0 else "b",
    )
