"""What a score is once it is written down: the `quality` object of a trial, framework-free."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

NOT_BUILT = "this version of the suite does not measure it"
"""The reason of a figure that belongs to the record but that no metric fills."""
NOT_RECORDED = "the version of the suite that wrote this record did not measure it"
"""The reason of a figure that a stored record says nothing of."""
YOUNGER_FIGURES = (
    "kid_std",
    "kid_floor",
    "kid_ceiling",
    "fd_infinity",
    "precision_real",
    "recall_real",
    "density_real",
    "coverage_real",
    "coverage_by_class",
    "copied_real",
    "nearest",
    "copied_pixels",
    "copied_pixels_real",
    "nearest_pixels",
    "label_accuracy_real",
    "ambiguous_real",
)
"""Figures that the first records of this schema did not have."""


PAIR_PICTURES = ("nearest", "nearest_pixels")
"""Figures of pairs of images, each of which is also drawn to a picture of its name beside the trial's record."""


class NearestPair(BaseModel):
    """A generated image and the training image nearest to it: what a reader looks at to judge whether it is a copy."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    generated: int = Field(ge=0, description="index among the generated images")
    train: int = Field(ge=0, description="index among the training images of the data set")
    distance: float = Field(
        ge=0, description="Euclidean, between features; between pixels: root mean square difference, in grey levels"
    )
    threshold: float = Field(
        ge=0,
        description="a pair no farther apart is a copy: 1st percentile of the same distance of test images, "
        "between features with an allowance for rounding",
    )


class Measured(BaseModel):
    """The head of every score: by what, on how many images, against what; and why a figure is absent.

    A figure is a number or None, and None has its reason in `absent` under the name that it has in JSON.
    NaN and infinity are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    extractor: str = Field(description="name of the extractor, such as 'fashion-mnist-162c87b7'")
    title: str = Field(description="what a column of its Fréchet distances is called; 'FID' for Inception-2015 alone")
    n: int = Field(ge=0, description="images on each side of every comparison")
    reference: str = Field(description="the real images, in words")
    fd: float | None = Field(default=None, description="Fréchet distance of the features, generated to reference")
    inception_score: float | None = Field(
        default=None,
        validation_alias="is",
        serialization_alias="is",
        description="inception score of the generated images",
    )
    kid: float | None = Field(default=None, description="kernel inception distance, generated to reference")
    absent: dict[str, str] = Field(default_factory=dict, description="reason of each figure that is null")

    @classmethod
    def figures(cls) -> tuple[str, ...]:
        """The names, as in JSON, of the figures that may be absent."""
        return tuple(
            field.serialization_alias or name for name, field in cls.model_fields.items() if field.default is None
        )

    @model_validator(mode="after")
    def _absent_has_a_reason(self) -> Self:
        values = self.model_dump(by_alias=True)
        for name in self.figures():
            if (values[name] is None) != (name in self.absent):
                raise ValueError(f"'{name}' is {values[name]}: null needs a reason in 'absent', a number has none")
        return self


class Quality(Measured):
    """How good a set of generated images is, by one extractor, with the scale to read it by."""

    fd_interval: tuple[float, float] | None = Field(
        default=None,
        description="95 % bootstrap interval of fd at this n, over generated images, conditional on the reference",
    )
    fd_infinity: float | None = Field(
        default=None, description="fd extrapolated to infinitely many images on both sides"
    )
    floor: float | None = Field(
        default=None, description="fd of real training images at the same n: what perfection scores"
    )
    ceiling: float | None = Field(default=None, description="fd of uniform noise at the same n")
    is_std: float | None = Field(default=None, description="standard deviation of the inception score over its splits")
    is_real: float | None = Field(default=None, description="inception score of the reference images")
    kid_std: float | None = Field(default=None, description="standard deviation of kid over its subsets")
    kid_floor: float | None = Field(default=None, description="kid of real training images at the same n")
    kid_ceiling: float | None = Field(default=None, description="kid of uniform noise at the same n")
    precision: float | None = Field(default=None, description="share of generated images inside the real manifold")
    precision_real: float | None = Field(default=None, description="precision of real training images")
    recall: float | None = Field(default=None, description="share of real images inside the generated manifold")
    recall_real: float | None = Field(default=None, description="recall of real training images")
    density: float | None = Field(
        default=None, description="how many real neighbourhoods hold a generated image, scaled"
    )
    density_real: float | None = Field(default=None, description="density of real training images")
    coverage: float | None = Field(default=None, description="share of real neighbourhoods that hold a generated image")
    coverage_real: float | None = Field(default=None, description="coverage of real training images")
    coverage_by_class: tuple[float | None, ...] | None = Field(
        default=None, description="coverage of each class's real images, in class order; null: no real image of it"
    )
    copied: float | None = Field(
        default=None, description="share of generated images whose features copy a training image's"
    )
    copied_real: float | None = Field(
        default=None,
        description="the same share of test images: 1 %, or more where so many have the features of training images",
    )
    nearest: tuple[NearestPair, ...] | None = Field(
        default=None, description="nearest pairs by features, nearest first, each training image once"
    )
    copied_pixels: float | None = Field(
        default=None, description="share of generated images whose pixels copy a training image's"
    )
    copied_pixels_real: float | None = Field(
        default=None,
        description="the same share of test images: 1 %, or more where so many repeat training images",
    )
    nearest_pixels: tuple[NearestPair, ...] | None = Field(
        default=None, description="nearest pairs by pixels, nearest first, each training image once"
    )
    label_accuracy: float | None = Field(default=None, description="share of images of the class that was asked for")
    label_accuracy_real: float | None = Field(
        default=None, description="share of reference images that the extractor puts into their own class"
    )
    ambiguous: float | None = Field(
        default=None,
        description="share of images between classes: entropy above the 95th percentile of the reference images'",
    )
    ambiguous_real: float | None = Field(default=None, description="the same share of real training images")
    protocol: dict[str, int | str] = Field(
        default_factory=dict,
        description="batch size, random seeds, splits, subsets, neighbours, device and versions behind the figures",
    )

    @model_validator(mode="before")
    @classmethod
    def _written_before_a_figure_existed(cls, data: Any) -> Any:
        """Give a figure that is younger than the record its reason: old results stay readable."""
        if not isinstance(data, dict) or not isinstance(absent := data.get("absent", {}), dict):
            return data
        missing = [name for name in YOUNGER_FIGURES if name not in data]
        return {**data, "absent": dict.fromkeys(missing, NOT_RECORDED) | absent}


class CurvePoint(Measured):
    """The light score of a checkpoint during training: few images, no floor, no ceiling."""

    evaluation_seconds: float | None = Field(
        default=None, description="wall time that this score took, reference included where it was not cached"
    )
