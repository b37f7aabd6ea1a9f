"""Claim 10: on Pokémon, convolutional layers change the VAE's result."""

from __future__ import annotations

from collections.abc import Iterator

from bench.statistics.holm import Adjusted
from bench.verdict.cases import Case
from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, contest
from bench.verdict.measures import distance
from bench.verdict.record import Finding

PART = "their distances differ"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        if "vae_conv" in case.recipes and "vae_dense" in case.recipes:
            yield _either_way(case)


def _either_way(case: Case) -> Hypothesis:
    """A difference in either direction supports it; that there is none cannot be shown by a test of difference."""
    found = contest(case, case.recipes["vae_conv"], case.recipes["vae_dense"], distance, PART)

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
    test="the larger p of the exact permutation test and Welch's t-test over the seeds, two-sided; on the log scale "
    "where the distance is an FD",
    models=("vae_dense", "vae_conv"),
    hypotheses=_hypotheses,
    otherwise="the run has not both vae_dense and vae_conv on one data set at one budget",
    datasets="pokemon",
)
