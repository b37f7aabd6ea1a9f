"""Claim 1: the GAN's pictures are recognisable and close to the data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from bench.verdict.cases import Recipe
from bench.verdict.hypotheses import NO_CLASSES, Claimed, Evident, Hypothesis, Limit, threshold, untested
from bench.verdict.measures import distance, share
from bench.verdict.record import Side

HALF = 0.5


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        if (gan := case.recipes.get("gan")) is not None:
            yield threshold(case, gan, distance, "close to the data", partial(_near, gan), "lower")
            if evident.classes(case) == 0:
                yield untested(case, "recognisable", NO_CLASSES)
            else:
                yield threshold(case, gan, share("ambiguous"), "recognisable", _half, "lower")


def _half(_: Side) -> Limit:
    return Limit(HALF, "half of the pictures")


def _near(gan: Recipe, found: Side) -> Limit | str:
    """The preset target of the curves; where there is none, halfway by factors between real pictures and noise."""
    targets = {
        (own.target, own.target_source or "")
        for trial in gan.finished
        if (own := trial.time_to_quality) and own.target is not None and trial.quality
        if own.extractor == trial.quality.extractor and (own.figure == "fd") == (trial.quality.fd is not None)
    }
    if len(targets) == 1:
        value, words = targets.pop()
        return Limit(float(value or 0), words)
    if found.real is None or found.noise is None or min(found.real, found.noise) <= 0:
        return "no ladder, nor a positive floor and ceiling to take the mean of"
    halfway = math.sqrt(found.real * found.noise)
    return Limit(halfway, "the geometric mean of real pictures and uniform noise at the same N")


CLAIM = Claimed(
    id=1,
    claim="The GAN's pictures end up recognisable and close to the data.",
    measure="distance to test pictures at the end of the budget; share of pictures between classes",
    direction="lower",
    threshold="the distance of real pictures behind a 3x3 blur (without a ladder: the geometric mean of floor and "
    "ceiling); half of the pictures",
    test="Student's t of the seeds against the threshold, two-sided; the distance on the log scale",
    models=("gan",),
    hypotheses=_hypotheses,
    otherwise="the run has no trial of gan",
)
