"""Quality over time: what a curve of distances says in a few numbers. Framework-free.

The curve is of the Fréchet distance (FD), or of the kernel inception distance (KID) where images are too few for an FD.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.quality.cards import Card
from bench.quality.record import Quality

RUNG = "blurred"
"""The rung of an extractor's ladder that is the target: as far from real images as real images behind a 3x3 blur."""

Distance = Literal["fd", "kid"]
DISTANCES: tuple[Distance, ...] = ("fd", "kid")
"""What a curve may be of: of the first that any of its points has."""


class Moment(NamedTuple):
    """A checkpoint: training images seen, seconds on the training clock, and the distance that was measured."""

    images: int
    seconds: float
    distance: float


class Target(NamedTuple):
    """The distance to reach; `words` say what it is, or, where `value` is None, why there is none."""

    value: float | None
    words: str


class Crossing(NamedTuple):
    """When a curve first came to its target; images and seconds are interpolated, hence fractions."""

    images: float
    seconds: float


class TimeToQuality(BaseModel):
    """What a trial's curve says of how soon it got how good; a figure that is null has its reason in `absent`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    figure: Distance = Field(description="what the curve is of: fd, or kid where images are too few for an fd")
    extractor: str = Field(description="of the curve's scores")
    n: int = Field(description="images on each side of every score of the curve, mostly fewer than of the final one")
    reference: str = Field(description="the real images, in words")
    first_images: int = Field(description="training images seen at the first checkpoint")
    last_images: int = Field(description="training images seen at the last checkpoint")
    curve_area: float | None = Field(
        default=None,
        description="area under the curve of the figure over the logarithm of images, by the trapezoid rule, divided "
        "by its width: the mean figure from first_images to last_images; compare only between equal ends",
    )
    target: float | None = Field(
        default=None, description="the figure to reach, set before the trial and whatever its outcome"
    )
    target_source: str | None = Field(default=None, description="what the target is, in words")
    reached: Literal["between checkpoints", "before the first checkpoint", "never"] | None = Field(
        default=None, description="where the curve first came to the target"
    )
    images_to_target: float | None = Field(
        default=None,
        description="training images until the curve first came to the target: between two checkpoints, linear in "
        "log(images) and log(fd), or in kid itself, which may be negative",
    )
    seconds_to_target: float | None = Field(
        default=None, description="training clock at that moment, linear in images between the same checkpoints"
    )
    absent: dict[str, str] = Field(default_factory=dict, description="reason of each figure that is null")

    @model_validator(mode="after")
    def _absent_has_a_reason(self) -> Self:
        null = {name for name, value in self if value is None}
        if null != self.absent.keys():
            raise ValueError(f"null are {sorted(null)}, and reasons have {sorted(self.absent)}")
        return self


def time_to_quality(
    figure: Distance, extractor: str, n: int, reference: str, moments: Sequence[Moment], target: Target
) -> TimeToQuality:
    """The record of a curve of one protocol; `moments` are one or more, in order of images, which only grow."""
    first, last = moments[0], moments[-1]
    found: dict[str, object] = {"curve_area": curve_area(moments), "target": target.value}
    absent = {}
    if found["curve_area"] is None:
        absent["curve_area"] = "one checkpoint alone has no area under it"
    missed = ("target_source", "reached", "images_to_target", "seconds_to_target")
    if target.value is None:
        absent |= dict.fromkeys(("target", *missed), target.words)
    else:
        found["target_source"] = target.words
        crossing = first_crossing(moments, target.value, logarithmic=figure == "fd")
        if first.distance <= target.value:
            found["reached"] = "before the first checkpoint"
            why = f"below {target.value:.4g} at the first checkpoint already"
            absent["images_to_target"] = f"{why}: at most {first.images:,} images"
            absent["seconds_to_target"] = f"{why}: at most {first.seconds:,.1f} s"
        elif crossing is None:
            found["reached"] = "never"
            reason = f"never below {target.value:.4g} in this budget"
            absent |= dict.fromkeys(missed[2:], reason)
        else:
            found["reached"] = "between checkpoints"
            found |= {"images_to_target": crossing.images, "seconds_to_target": crossing.seconds}
    head = {"figure": figure, "extractor": extractor, "n": n, "reference": reference}
    ends = {"first_images": first.images, "last_images": last.images}
    return TimeToQuality.model_validate({**head, **ends, **found, "absent": absent})


def curve_area(moments: Sequence[Moment]) -> float | None:
    """The mean distance over the logarithm of images, from the first checkpoint to the last; None for one alone.

    The area under the curve, by the trapezoid rule over log(images), divided by log(last / first): a curve that stands
    at one value has that value. Over the logarithm, because checkpoints halve back from the end, so that each doubling
    of the images counts alike, as in the learning curves of the active-learning and AutoDL challenges (Guyon et al.
    2011; Liu et al. 2021); over images the last half would be half of it all.
    """
    if len(moments) < 2:
        return None
    area = sum(
        (after.distance + before.distance) / 2 * math.log(after.images / before.images)
        for before, after in itertools.pairwise(moments)
    )
    return area / math.log(moments[-1].images / moments[0].images)


def first_crossing(moments: Sequence[Moment], target: float, *, logarithmic: bool) -> Crossing | None:
    """When the curve first falls to the target, or None: it never does, or stands there from the start.

    Interpolated between the checkpoint above the target and the next, which is not: linear in log(images) and, where
    `logarithmic`, in log(distance), because distances fall about as a power of the images; a distance that may be zero
    or negative is taken as it is. Seconds are linear in images in between: the pace of a training is steady.
    """
    if moments[0].distance <= target:
        return None
    for before, after in itertools.pairwise(moments):
        if after.distance <= target:
            height = math.log if logarithmic and min(after.distance, target) > 0 else float
            fall = height(before.distance) - height(after.distance)
            # Two distances may be so near that they have one logarithm.
            way = (height(before.distance) - height(target)) / fall if fall > 0 else 1.0
            images = min(before.images * (after.images / before.images) ** way, after.images)
            share = (images - before.images) / (after.images - before.images)
            return Crossing(images, before.seconds + share * (after.seconds - before.seconds))
    return None


def preset_target(figure: Distance, n: int, quality: Quality, card: Card | None) -> Target:
    """The target of curves at N = n that an extractor scores: nothing in it depends on how a trial ends.

    By a domain extractor it is what `RUNG` of its ladder scores, at the ladder's N. By another it is the geometric mean
    of floor and ceiling, halfway between them by factors, if `quality`, a score by the same extractor, has them at the
    curve's N. KID has none then: that of real images is zero but for chance.
    """
    rung = card.ladder.get(RUNG) if card else None
    # A card of an older version has no KID of its rungs.
    value = getattr(rung, figure, None)
    if card is not None and value is not None:
        return Target(value, f"real images behind a 3x3 blur, at N = {card.floor_n:,}, by the ladder of {card.name}")
    if figure == "kid":
        return Target(None, "no target: no ladder has a KID here, and that of real images is zero but for chance")
    if quality.floor is None or quality.ceiling is None or quality.floor <= 0 or quality.ceiling <= 0:
        return Target(None, "no target: there is no ladder, nor a floor and a ceiling to take the mean of")
    if quality.n != n:
        return Target(
            None,
            f"no target: there is no ladder, and floor and ceiling are at N = {quality.n:,}, not the curve's {n:,}",
        )
    return Target(
        math.sqrt(quality.floor * quality.ceiling),
        f"the geometric mean of real images ({quality.floor:.3g}) and uniform noise ({quality.ceiling:.3g}) "
        f"at N = {n:,}",
    )
