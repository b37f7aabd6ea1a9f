"""Claim 9: the same architecture serves faces or pizzas by changing the data set alone."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, Limit, threshold
from bench.verdict.measures import position
from bench.verdict.record import Side

HALFWAY = 0.5
COLOURS = 3


def _limit(_: Side) -> Limit:
    return Limit(HALFWAY, "halfway between uniform noise and real pictures")


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        if evident.channels(case) != COLOURS:
            continue
        for name in ("gan", "cvae"):
            if (recipe := case.recipes.get(name)) is not None:
                part = f"{name}, unchanged, is nearer to colour pictures than to noise"
                yield threshold(case, recipe, position, part, _limit, "higher")


CLAIM = Claimed(
    id=9,
    claim="The same architecture serves faces or pizzas by changing the data set alone.",
    measure="the distance of gan and cvae, unchanged, on colour pictures, between uniform noise (0) and real ones (1)",
    direction="higher",
    threshold=f"{HALFWAY:g}: nearer to real pictures than to noise. It says that they serve, not how well",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("gan", "cvae"),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of gan or cvae on pictures in colour",
    datasets="monsters",
)
