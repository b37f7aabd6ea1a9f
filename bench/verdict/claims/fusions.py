"""Claim 4: some of the CVAE's pictures are fusions of several classes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, beside, threshold
from bench.verdict.measures import share
from bench.verdict.record import Side


def real_share(found: Side) -> tuple[float, str] | str:
    """What real training pictures score, or why that is unknown."""
    if found.real is None:
        return "the same share of real pictures was not measured"
    return found.real, "the same share of real training pictures"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        cvae = case.recipes.get("cvae")
        # Without classes there is nothing to fuse.
        if cvae is not None and any(trial.num_classes for trial in cvae.trials):
            gan = beside(case, case.recipes.get("gan"), share("ambiguous"), "for comparison")
            yield threshold(
                case,
                cvae,
                share("ambiguous"),
                "more pictures between classes than real ones",
                real_share,
                "higher",
                gan,
            )


CLAIM = Claimed(
    id=4,
    claim="Some of the CVAE's pictures are fusions of several classes.",
    measure="share of pictures between classes: the classifier's entropy is above the 95th percentile of real ones'",
    direction="higher",
    threshold="the same share of real training pictures",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("cvae",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of cvae on a data set with classes",
)
