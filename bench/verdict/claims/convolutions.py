"""Claim 10: on Pokémon, convolutional layers change the VAE's result."""

from __future__ import annotations

from collections.abc import Iterator

from bench.statistics.holm import Adjusted
from bench.verdict.hypotheses import TWO_SAMPLES, Claimed, Evident, Hypothesis, contest
from bench.verdict.measures import distance
from bench.verdict.record import Finding

PART = "their distances differ"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case, convolutional, dense in evident.with_both("vae_conv", "vae_dense"):
        yield _either_way(contest(case, convolutional, dense, distance, PART))


def _either_way(found: Hypothesis) -> Hypothesis:
    """A difference in either direction supports it; that there is none cannot be shown by a test of difference."""

    def concluded(adjusted: Adjusted) -> Finding:
        finding = found.conclude(adjusted)
        changes: dict[str, object] = {"verdict": "supported"} if finding.verdict == "refuted" else {}
        if finding.verdict == "leaning":
            changes["leans"] = "supported"
        return finding.model_copy(update=changes)

    return Hypothesis(found.p_value, concluded)


CLAIM = Claimed(
    id=10,
    claim="On Pokémon, convolutional layers change the VAE's result.",
    measure="distance to test pictures at the end of the budget, of vae_conv and vae_dense; on every data set that "
    "both were tried on",
    direction="either",
    threshold="none: any difference",
    test=f"{TWO_SAMPLES}, two-sided; on the log scale where the distance is an FD",
    models=("vae_dense", "vae_conv"),
    hypotheses=_hypotheses,
    otherwise="the run has not both vae_dense and vae_conv on one data set at one budget",
    datasets="pokemon",
)
