"""Claim 5: the CVAE looks right from the first iterations, the GAN needs several."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict.curves import first_distance
from bench.verdict.hypotheses import TWO_SAMPLES, Claimed, Evident, Hypothesis, contest


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case, cvae, gan in evident.with_both("cvae", "gan"):
        yield contest(case, cvae, gan, first_distance, "the CVAE is nearer to the data at the first checkpoint")


CLAIM = Claimed(
    id=5,
    claim="The CVAE looks right from the first iterations, the GAN needs several.",
    measure="distance to test pictures at the first checkpoint, of both recipes as in the seed",
    direction="the CVAE's is lower",
    threshold="none: any difference",
    test=f"{TWO_SAMPLES}, on the log scale",
    models=("gan", "cvae"),
    hypotheses=_hypotheses,
    otherwise="the run has not both gan and cvae on one data set at one budget",
)
