"""Curves of a measure while training, a seed each: checked, and read between their points."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.statistics.estimate import Scale, array_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Curve = Sequence[tuple[float, float]]
"""Points (time, value) of one seed in order of time; a time is seconds on the training clock, or images."""


def span_of(curves: Sequence[Curve]) -> tuple[float, float]:
    """The first and last time that all curves reach; the first is not before the last where they have none in common.

    No curve, a curve of fewer than two points, or times that are not positive and rising: ValueError.
    """
    if not curves:
        raise ValueError("no curve: at least one seed is needed")
    for curve in curves:
        times = [time for time, _ in curve]
        if len(times) < 2 or times[0] <= 0 or any(later <= sooner for sooner, later in itertools.pairwise(times)):
            raise ValueError(f"a curve at times {times}: it needs two points at least, at positive, rising times")
    return max(curve[0][0] for curve in curves), min(curve[-1][0] for curve in curves)


def read_at(curves: Sequence[Curve], times: NDArray[np.float64], scale: Scale = "linear") -> NDArray[np.float64]:
    """Values [curves, times] on their scale, straight lines between the points over the logarithm of time."""
    import numpy as np

    logs = np.log(times)
    return np.stack(
        [
            np.interp(logs, np.log([time for time, _ in curve]), array_of([value for _, value in curve], scale))
            for curve in curves
        ]
    )
