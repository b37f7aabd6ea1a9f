"""Claim 2: the GAN's pictures have faults: cut-off pictures, incoherent shapes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict import latent
from bench.verdict.borders import touching
from bench.verdict.cases import Case, Recipe
from bench.verdict.claims.fusions import HELD_OUT, between_classes
from bench.verdict.hypotheses import (
    NO_CLASSES,
    Claimed,
    Evident,
    Hypothesis,
    Limit,
    beside,
    of_share,
    threshold,
    untested,
)
from bench.verdict.measures import share
from bench.verdict.record import Side

CUT_OFF = "cut off: more on the border than real pictures"
INCOHERENT = "incoherent: more pictures between classes than real ones"
LASTING = "incoherent shapes last: the same noise stays between classes more often than by chance"
IN_COLOUR = "in colour there is no background of zero that a thing could be cut off against"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        if (gan := case.recipes.get("gan")) is None:
            continue
        if evident.channels(case) in (1, None):
            read = evident.dataset(case)
            fingerprint, test = (read.fingerprint, read.test) if read is not None else (None, None)
            factory = touching(evident.folder, fingerprint)
            yield threshold(case, gan, factory, CUT_OFF, _border, "higher", pictures=test)
        else:
            yield untested(case, CUT_OFF, IN_COLOUR)
        if evident.classes(case) == 0:
            yield untested(case, INCOHERENT, NO_CLASSES)
            continue
        yield threshold(case, gan, share("ambiguous"), INCOHERENT, between_classes, "higher")
        if evident.experiments:
            yield _lasting(case, gan)


def _lasting(case: Case, gan: Recipe) -> Hypothesis:
    cvae = case.recipes.get("cvae")
    figures = (
        *beside(case, cvae, latent.lasting, "for comparison"),
        *beside(case, gan, latent.drift, "how much the same noise changes"),
        *beside(case, cvae, latent.drift, "how much the same noise changes"),
    )
    return threshold(case, gan, latent.lasting, LASTING, _chance, "higher", figures)


def _border(found: Side) -> Limit | str:
    if found.real is None:
        return "the border of real test pictures was not measured"
    # At most: as if the border of a picture were all lit or all dark.
    return of_share(found.real, "the same share of real test pictures")


def _chance(_: Side) -> Limit:
    return Limit(0.0, "no more than by chance")


CLAIM = Claimed(
    id=2,
    claim="The GAN's pictures have faults: cut-off pictures, incoherent shapes.",
    measure="share of the pixels of the border that are lit, of grey pictures; share of pictures between classes; "
    "where `--experiments` asks for it, share of the same noise that stays between classes over three checkpoints",
    direction="higher",
    threshold=f"on the border, the same share of real test pictures; between classes, {HELD_OUT:.0%}, which real test "
    "pictures have by definition; of what lasts, what would by chance",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("gan",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of gan",
    experiments=True,
)
