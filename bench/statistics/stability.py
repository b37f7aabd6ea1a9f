"""Whether the verdict would be the same with other seeds, by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.statistics.bootstrap import generator, resampled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 2_000


def flip_probability(
    a: Sequence[float] | NDArray[np.float64],
    b: Sequence[float] | NDArray[np.float64],
    winner: Callable[[NDArray[np.float64], NDArray[np.float64]], object] | None = None,
    resamples: int = RESAMPLES,
    expected: object | None = None,
) -> float:
    """Share of resamples of the seeds of A and of B in which the winner is another one.

    `a` and `b` hold a row a seed: [n] or [n, measures], so that a verdict over several measures is resampled with all
    measures of a seed together. `winner` maps two such arrays to anything that can be compared; by default it is
    the one with the larger mean, of which lower values being better only changes the name. A resample without a
    winner, such as equal means, counts half where the default decides. `expected` is the winner that others are told
    from, where it is known from more than these seeds; None: that of `a` and `b` as they are. With few seeds this is
    too small: three seeds a side that are fully apart never flip.
    """
    import numpy as np

    sides = [np.asarray(side, dtype=np.float64) for side in (a, b)]
    if any(not len(side) or not np.isfinite(side).all() for side in sides):
        raise ValueError("values of seeds must be finite, and at least one on each side")
    chance = generator(1)
    drawn = [side[resampled(len(side), resamples, chance)] for side in sides]
    if winner is None:
        if any(side.ndim != 1 for side in sides):
            raise ValueError("several measures a seed need a `winner` that weighs them")
        seen = np.sign(sides[0].mean() - sides[1].mean())
        gaps = np.sign(drawn[0].mean(axis=1) - drawn[1].mean(axis=1))
        return float(np.mean(np.abs(gaps - seen)) / 2)
    told = winner(*sides) if expected is None else expected
    return sum(winner(first, second) != told for first, second in zip(*drawn, strict=True)) / resamples
