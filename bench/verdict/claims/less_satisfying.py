"""Claim 3: the CVAE's pictures are less satisfying than the GAN's."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.hypotheses import TWO_SAMPLES, Claimed, Evident, Hypothesis, contest
from bench.verdict.measures import distance


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case, gan, cvae in evident.with_both("gan", "cvae"):
        yield contest(case, gan, cvae, distance, "the GAN is nearer to the data")


CLAIM = Claimed(
    id=3,
    claim="The CVAE's pictures are less satisfying than the GAN's.",
    measure="distance to test pictures at the end of the budget, of both recipes as in the seed",
    direction="the GAN's is lower",
    threshold="none: any difference",
    test=f"{TWO_SAMPLES}, on the log scale",
    models=("gan", "cvae"),
    hypotheses=_hypotheses,
    otherwise="the run has not both gan and cvae on one data set at one budget",
)
