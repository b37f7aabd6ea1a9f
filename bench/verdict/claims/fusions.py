"""Claim 4: some of the CVAE's pictures are fusions of several classes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, Limit, beside, of_share, threshold
from bench.verdict.measures import share
from bench.verdict.record import Side

HELD_OUT = 0.05
"""Share of real test pictures that are between classes, by the definition of the measure. Real training pictures have
fewer, because the classifier was trained on them: held against those, a perfect generator would seem to have faults."""


def between_classes(_: Side) -> Limit:
    """The share of real pictures between classes that no classifier was trained on, and what it is called."""
    return of_share(HELD_OUT, f"the share of real test pictures, {HELD_OUT:.0%} by definition")


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        cvae = case.recipes.get("cvae")
        # Without classes there is nothing to fuse.
        if cvae is not None and evident.classes(case) != 0:
            gan = beside(case, case.recipes.get("gan"), share("ambiguous"), "for comparison")
            yield threshold(
                case,
                cvae,
                share("ambiguous"),
                "more pictures between classes than real ones",
                between_classes,
                "higher",
                gan,
            )


CLAIM = Claimed(
    id=4,
    claim="Some of the CVAE's pictures are fusions of several classes.",
    measure="share of pictures between classes: the classifier's entropy is above the 95th percentile of real ones'",
    direction="higher",
    threshold=f"{HELD_OUT:.0%}: the same share of real test pictures, by definition",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("cvae",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of cvae on a data set with classes",
)
