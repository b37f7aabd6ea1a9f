"""Claim 6: iterations hardly improve the CVAE."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.curves import late_ratio
from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, Limit, beside, threshold
from bench.verdict.record import Side

HARDLY = 0.9
"""Less than ten per cent nearer over the second half of the budget is hardly an improvement."""


def _limit(_: Side) -> Limit:
    return Limit(HARDLY, "ten per cent nearer than halfway")


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        if (cvae := case.recipes.get("cvae")) is not None:
            gan = beside(case, case.recipes.get("gan"), late_ratio, "for comparison")
            part = "the second half of the budget brings less than ten per cent"
            yield threshold(case, cvae, late_ratio, part, _limit, "higher", gan)


CLAIM = Claimed(
    id=6,
    claim="Iterations hardly improve the CVAE.",
    measure="distance at the end of the budget as a multiple of that halfway through it, by the curve",
    direction="higher",
    threshold=f"{HARDLY:g}: ten per cent nearer",
    test="Student's t of the seeds' log ratios against the threshold, two-sided",
    models=("cvae",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of cvae",
)
