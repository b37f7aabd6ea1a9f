"""Claim 2: the GAN's pictures have faults: cut-off pictures, incoherent shapes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.verdict import latent
from bench.verdict.borders import touching
from bench.verdict.claims.fusions import real_share
from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, beside, threshold
from bench.verdict.measures import share
from bench.verdict.record import Side


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        gan = case.recipes.get("gan")
        if gan is None:
            continue
        # In colour there is no background of zero that a thing could be cut off against.
        if any(trial.image_shape and trial.image_shape[2] == 1 for trial in gan.trials):
            fingerprint = read.fingerprint if (read := evident.datasets.get(case.setting.dataset)) else None
            factory = touching(evident.folder, fingerprint)
            yield threshold(case, gan, factory, "cut off: more on the border than real pictures", real_share, "higher")
        if any(trial.num_classes for trial in gan.trials):
            part = "incoherent: more pictures between classes than real ones"
            yield threshold(case, gan, share("ambiguous"), part, real_share, "higher")
            if latent.asked(gan.finished, "fixed_noise"):
                cvae = case.recipes.get("cvae")
                figures = (
                    *beside(case, cvae, latent.lasting, "for comparison"),
                    *beside(case, gan, latent.drift, "how much the same noise changes"),
                    *beside(case, cvae, latent.drift, "how much the same noise changes"),
                )
                part = "incoherent shapes last: the same noise stays between classes more often than by chance"
                yield threshold(case, gan, latent.lasting, part, _chance, "higher", figures)


def _chance(_: Side) -> tuple[float, str]:
    return 0.0, "no more than by chance"


CLAIM = Claimed(
    id=2,
    claim="The GAN's pictures have faults: cut-off pictures, incoherent shapes.",
    measure="share of the pixels of the border that are lit, of grey pictures; share of pictures between classes; "
    "where --experiments asks for it, share of the same noise that stays between classes over three checkpoints",
    direction="higher",
    threshold="the same share of real pictures; of what lasts, what would by chance",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("gan",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of gan",
    experiments=True,
)
