"""Claim 8: a walk through the CVAE's latent space turns a shoe into trousers by way of a pullover."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict import latent
from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, Limit, beside, threshold, untested
from bench.verdict.record import Side

MOST = 0.5
"""Share of the walks above which "a walk" that does so is what one meets."""
BEYOND = "more often than a cross-fade"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    if not evident.experiments:
        return
    for case in evident.cases:
        cvae = case.recipes.get("cvae")
        classes = evident.classes(case)
        # With two classes there is no third.
        if cvae is None or (classes is not None and classes < 3):
            continue
        part = latent.seeds_route(evident.dataset(case))
        if part is None:
            yield untested(case, "by way of a pullover", latent.NO_SHOES)
            continue
        fades = beside(case, cvae, latent.cross_fades, "for comparison, the plain cross-fade of the same pictures")
        yield threshold(case, cvae, latent.walks, part, _half, "higher", fades)
        yield threshold(case, cvae, latent.beyond_cross_fade, BEYOND, _no_more, "higher")


def _half(_: Side) -> Limit:
    return Limit(MOST, "one half: most walks")


def _no_more(_: Side) -> Limit:
    return Limit(0.0, "no more often than along the plain cross-fade")


CLAIM = Claimed(
    id=8,
    claim="A walk through the CVAE's latent space turns a shoe into trousers by way of a pullover.",
    measure="share of the straight walks between the encodings of a shoe and of trousers on which the classifier sees "
    "a pullover; the same share less that of the plain cross-fades of the two pictures",
    direction="higher",
    threshold="one half: most walks; of the difference 0: a latent space that shows no more than a cross-fade of "
    "pixels says nothing of the data",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("cvae",),
    hypotheses=_hypotheses,
    otherwise="the run has no walks of cvae from a shoe to trousers: `--experiments` asks for them",
    experiments=True,
)
