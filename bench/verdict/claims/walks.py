"""Claim 8: a walk through the CVAE's latent space turns a shoe into trousers by way of a pullover."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict import latent
from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, beside, threshold
from bench.verdict.record import Side

MOST = 0.5
"""Share of the walks above which "a walk" that does so is what one meets."""
ELSEWHERE = "a third class on the way"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        cvae = case.recipes.get("cvae")
        if cvae is None or not latent.asked(cvae.finished, "walks"):
            continue
        # With two classes there is no third.
        if any((trial.num_classes or 0) > 2 for trial in cvae.trials):
            of_the_seed = [t.walks.route for t in cvae.finished if t.walks is not None and t.walks.by_way_of]
            part = of_the_seed[0] if of_the_seed else ELSEWHERE
            fades = beside(case, cvae, latent.cross_fades, "for comparison, the plain cross-fade of the same pictures")
            yield threshold(case, cvae, latent.walks, part, _half, "higher", fades)


def _half(_: Side) -> tuple[float, str]:
    return MOST, "one half: most walks"


CLAIM = Claimed(
    id=8,
    claim="A walk through the CVAE's latent space turns a shoe into trousers by way of a pullover.",
    measure="share of the straight walks between the encodings of two test pictures on which the classifier sees a "
    "third class: a pullover from a shoe to trousers, on other data sets than clothes any third class",
    direction="higher",
    threshold="one half: most walks",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("cvae",),
    hypotheses=_hypotheses,
    otherwise="the run has no walks of cvae on a data set of three classes and more: --experiments asks for them",
    experiments=True,
)
