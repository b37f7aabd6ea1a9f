"""The cases that a pair is proved by: a model, an image shape, a precision, a mode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.models import Choice
from bench.models.geometry import ImageShape

CLASSES: dict[ImageShape, int] = {(28, 28, 1): 10, (16, 24, 3): 7}
"""The image shapes of a proof, with the number of classes there: the notebooks' own, and one whose sides and channels
differ, so that no two axes can be confused."""
SHAPES = tuple(CLASSES)
EXACT = "fp64"
"""The precision that proves a pair: rounding disappears, only real differences remain."""


@dataclass(frozen=True)
class Case:
    """One experiment that both halves carry out."""

    choice: Choice
    image_shape: ImageShape
    precision: str
    mode: str

    @property
    def num_classes(self) -> int:
        """How many classes the labels tell apart."""
        return CLASSES[self.image_shape]

    @property
    def trains(self) -> bool:
        """Whether whole trajectories are compared: below float64, training amplifies rounding without bound."""
        return self.precision == EXACT

    @property
    def quantities(self) -> set[str]:
        """What must be found by either half; a quantity that is missing has not passed."""
        description = self.choice.description
        expected = {"losses", "gradients", "samples", "levels"}
        if description.family == "autoencoder":
            expected |= {"posterior", "bound"}
        if description.masks is not None:
            expected |= {"own dropout"}
        if self.trains:
            expected |= {"trajectory", "weights", "long call", "resumed"}
        return expected

    @property
    def title(self) -> str:
        """For people: `gan at 28x28x1, fp64, compiled`."""
        return f"{self.choice.text} at {written(self.image_shape)}, {self.precision}, {self.mode}"


def written(image_shape: ImageShape) -> str:
    """An image shape as it is written: 28x28x1."""
    return "x".join(map(str, image_shape))


def cases(choices: Iterable[Choice], precision: str, modes: Iterable[str]) -> list[Case]:
    """What proves these models for training in this precision and these modes: that precision, and float64.

    One model after the other.
    """
    modes, precisions = tuple(modes), dict.fromkeys((EXACT, precision))
    return [
        Case(choice, shape, each, mode)
        for choice in choices
        for shape in SHAPES
        for each in precisions
        for mode in modes
    ]
