"""When B overtakes A: the crossover of two curves over time, several seeds each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.statistics.bootstrap import generator, resampled
from bench.statistics.curves import Curve, read_at, span_of
from bench.statistics.estimate import CONFIDENCE, Better, Scale, sign_of, student_quantile
from bench.statistics.means import ONE_SEED, welch_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 2_000
GRID = 257
"""Times at which the curves are compared, equally far apart in logarithm, besides the curves' own."""


@dataclass(frozen=True)
class Crossover:
    """The time from which B is better than A to the end of the budget. What is None is explained in `reason`."""

    outcome: Literal["crosses", "from the start", "never", "not comparable"]
    time: float | None
    """In the curves' unit; None unless they cross within the common time."""
    low: float | None
    """B may overtake as early as this, or earlier where it is `start`."""
    high: float | None
    """B may overtake as late as this; None: beyond the budget."""
    probability: float | None
    """Share of resamples of the seeds in which B is ahead at the end; ties count half."""
    start: float | None
    """First time that all curves reach."""
    end: float | None
    """Last time that all curves reach: the common budget."""
    confidence: float
    reason: str
    """The outcome as a sentence."""


def crossover(
    a: Sequence[Curve], b: Sequence[Curve], better: Better, scale: Scale = "linear", confidence: float = CONFIDENCE
) -> Crossover:
    """When the mean of B's curves overtakes the mean of A's, for good, within the time that all curves cover.

    Curves run straight between checkpoints over the logarithm of time; nothing is extrapolated. On the log scale the
    means are geometric. The interval holds the times around the crossover at which Welch's test does not tell the
    means apart: at the true crossover they are equal, so that it misses it no more often than that test errs (the idea
    of Fieller 1954), with three seeds as with ten. ValueError as in `span_of`.
    """
    import numpy as np

    start, end = span_of([*a, *b])
    if start >= end:
        reason = "the curves have no stretch of time in common"
        return Crossover("not comparable", None, None, None, None, None, None, confidence, reason)
    own = [time for curve in (*a, *b) for time, _ in curve if start < time < end]
    times = np.unique(np.concatenate([np.geomspace(start, end, GRID)[1:-1], own, [start, end]]))
    merits = [sign_of(better) * read_at(curves, times, scale) for curves in (a, b)]
    lead = merits[1].mean(axis=0) - merits[0].mean(axis=0)

    behind = np.flatnonzero(lead <= 0)
    outcome: Literal["crosses", "from the start", "never"]
    if not behind.size:
        outcome, last, time = "from the start", 0, None
        reason = f"ahead from the first common checkpoint, at {start:.3g}, to the end"
    elif (last := int(behind[-1])) == len(times) - 1:
        outcome, time = "never", None
        reason = f"not ahead at the end of the common time, at {end:.3g}"
    else:
        outcome, time = "crosses", _zero(times[last : last + 2], lead[last : last + 2])
        reason = f"overtakes at {time:.3g}"
    low = high = None
    if min(len(a), len(b)) < 2:
        reason += f"; {ONE_SEED}"
    elif (open_times := _not_told_apart(lead, merits, confidence, last)) is None:
        reason += "; the seeds leave no doubt of it"
    else:
        first, final = open_times
        low, high = float(times[first]), float(times[final]) if final < len(times) - 1 else None
        early, late = f"{low:.3g}{' or earlier' if not first else ''}", f"{high:.3g}" if high else "beyond the budget"
        reason += f"; {confidence:.0%}: {early} to {late}"

    drawn = [side[resampled(len(side), RESAMPLES, generator(2, place)), -1] for place, side in enumerate(merits)]
    ahead = np.sign(drawn[1].mean(axis=1) - drawn[0].mean(axis=1))
    probability = float(np.mean(ahead + 1) / 2)
    return Crossover(outcome, time, low, high, probability, start, end, confidence, reason)


def _zero(times: NDArray[np.float64], lead: NDArray[np.float64]) -> float:
    """Where a straight line over the logarithm of time from lead[0] <= 0 to lead[1] > 0 is 0."""
    share = -lead[0] / (lead[1] - lead[0])
    return float(times[0] * (times[1] / times[0]) ** share)


def _not_told_apart(
    lead: NDArray[np.float64], merits: Sequence[NDArray[np.float64]], confidence: float, last: int
) -> tuple[int, int] | None:
    """First and last place of the stretch around place `last` at which the means may be equal.

    Where they cross between that place and the next, both belong to it. The ends are one place outside, because the
    stretch may end anywhere between two. None where the means are told apart at `last` and do not cross there.
    """
    sizes = len(merits[0]), len(merits[1])
    variances = [side.var(axis=0, ddof=1) for side in merits]

    def apart(place: int) -> bool:
        error, degrees = welch_error((float(variances[0][place]), float(variances[1][place])), sizes)
        return bool(abs(lead[place]) > student_quantile(degrees, confidence) * error)

    end = len(lead) - 1
    crosses = last < end and lead[last] <= 0 < lead[last + 1]
    if apart(last) and not crosses:
        return None
    first, final = last, min(last + 1, end) if crosses else last
    while first > 0 and not apart(first):
        first -= 1
    while final < end and not apart(final):
        final += 1
    return first, final
