"""Claim 11: a conditional model gives the class that it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, Limit, of_share, threshold
from bench.verdict.measures import share
from bench.verdict.record import Side

NEARLY = 0.9


def _limit(found: Side) -> Limit | str:
    if found.real is None:
        return "how often the classifier finds the class of real pictures was not measured"
    words = f"{NEARLY:.0%} of how often the classifier finds the class of real test pictures"
    return of_share(found.real, words, NEARLY)


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        if (model := case.recipes.get("cond_vae")) is not None and evident.classes(case) != 0:
            yield threshold(
                case, model, share("label_accuracy"), "the class that was asked for is seen", _limit, "higher"
            )


CLAIM = Claimed(
    id=11,
    claim="A conditional model gives the class that it is asked for.",
    measure="share of cond_vae's pictures that the classifier puts into the class that was asked for",
    direction="higher",
    threshold=f"{NEARLY:.0%} of the same share of real test pictures and their own classes",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("cond_vae",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of cond_vae on a data set with classes",
)
