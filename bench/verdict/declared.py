"""What is declared before anything is looked at: the arms, the weights, the margins and the least evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.verdict.record import Arm

LEAST_STEPS = 500
"""Optimiser steps of the shortest trial for a verdict. A verdict is of these recipes at this budget; below it every
recipe is still where it began, as after the 32 steps of `smoke`, and a verdict would be of the initial weights."""

LEAST_DATASETS = 3
"""Data sets for a verdict over all of them: the middle half of two is still both of them."""

QUALITY_MARGIN = 1.1
"""The frameworks are alike where the ratio of their distances is within this factor, in either direction. Ten per cent
is about what two seeds of one recipe differ by."""

ALIKE = 1.05
"""A ratio of two recipes within this factor is too small to matter in the recommendation."""

ALIKE_SHARES = 0.01
"""The same for shares of pictures, such as coverage, as a difference."""

WEIGHTS: Mapping[str, float] = {
    "distance": 0.30,
    "variety": 0.25,
    "sharpness": 0.15,
    "speed": 0.10,
    "cost": 0.10,
    "stability": 0.05,
    "sampling": 0.05,
}
"""Share of each criterion in the recommendation. Pictures weigh more than half, as who asks for a generator wants
pictures; distance and variety most, because they decide together."""


@dataclass(frozen=True)
class Contest:
    """Two recipes that are set against each other."""

    arm: Arm
    a: str
    b: str
    headline: bool


CONTESTS = (
    Contest("equal footing", "gan", "cvae[equal]", headline=True),
    Contest("as in the seed", "gan", "cvae", headline=False),
)
"""A GAN against a CVAE of the same latent size, generator and pixels; and the two notebooks as they stand, which differ
in everything at once. Each is a family of its own: all criteria on all data sets. So are the claims, and what each arm
says over all data sets together, where there are several: five questions."""
