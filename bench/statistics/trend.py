"""Whether late training still helps: the relative change over the last part of the budget."""

from __future__ import annotations

from collections.abc import Sequence

from bench.statistics.curves import Curve, read_at, span_of
from bench.statistics.estimate import CONFIDENCE, Estimate
from bench.statistics.means import mean


def late_change(curves: Sequence[Curve], since: float = 0.5, confidence: float = CONFIDENCE) -> Estimate:
    """The relative change from the share `since` of the budget to its end: -0.1 is ten per cent less.

    The geometric mean over the seeds of value(end) / value(since · end), minus 1, with Student's t interval of the
    logarithms; each curve ends at its own time. Values must be positive. A curve that begins later than that has no
    such change: then the value is None. ValueError as in `span_of`.
    """
    import numpy as np

    span_of(curves)
    ratios = []
    for curve in curves:
        end = curve[-1][0]
        if curve[0][0] > since * end:
            return Estimate(
                None,
                None,
                None,
                confidence,
                reason=f"a curve begins after {since:.0%} of its time: too few checkpoints",
            )
        before, after = read_at([curve], np.array([since * end, end]), "log")[0]
        ratios.append(float(np.exp(after - before)))
    found = mean(ratios, confidence, scale="log")
    return found.mapped(lambda ratio: ratio - 1)
