"""What is recorded of a latent space: walks through it, and what fixed points of it show over time. Framework-free."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Measured(BaseModel):
    """Base of both records: of `figures`, null has its reason in `absent`, and a number has none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    figures: ClassVar[tuple[str, ...]] = ()

    extractor: str = Field(description="name of the extractor that classified the pictures")
    absent: dict[str, str] = Field(default_factory=dict, description="reason of each figure that is null")

    @model_validator(mode="after")
    def _absent_has_a_reason(self) -> Self:
        null = {name for name in self.figures if getattr(self, name) is None}
        if null != self.absent.keys():
            raise ValueError(f"null are {sorted(null)}, and reasons have {sorted(self.absent)}")
        return self


class ThirdClass(BaseModel):
    """A class that is seen on the way, and is that of neither end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: int = Field(ge=0)
    name: str = Field(description="what the data set calls it; its number where it has no names")
    walks: int = Field(ge=1, description="walks on which it is seen")


class WalkRecord(_Measured):
    """Straight walks between the latent points of test pictures of two classes, and the classes seen on the way."""

    figures: ClassVar[tuple[str, ...]] = ("share", "cross_fade")

    route: str = Field(description="where the walks go, in words")
    starts: tuple[str, ...] = Field(description="classes of the pictures at the start; empty: any")
    ends: tuple[str, ...] = Field(description="classes of the pictures at the end; empty: any but that of the start")
    by_way_of: str | None = Field(description="the class that is looked for; null: any but those of the two ends")
    pairs: int = Field(ge=1, description="walks that were made, each between two test pictures")
    points: int = Field(ge=3, description="pictures of a walk, both ends included")
    seed: int = Field(description="that drew the pictures: both halves of a pair walk between the same")
    probability: float = Field(description="a class is seen where it is the most probable one with at least this")
    recognised: int = Field(
        ge=0,
        description="walks that count: the classifier sees both real pictures, and both of their reconstructions, as "
        "their own class",
    )
    share: float | None = Field(default=None, description="of the walks that count: on which the third class is seen")
    cross_fade: float | None = Field(
        default=None, description="the same share where the pixels of the two real pictures fade into each other"
    )
    third_classes: tuple[ThirdClass, ...] = Field(description="the commonest on the walks that count, commonest first")
    cross_fade_classes: tuple[ThirdClass, ...] = Field(description="the same of the cross-fades")


class FixedNoiseRecord(_Measured):
    """What the same noise shows at the last three checkpoints of a training."""

    figures: ClassVar[tuple[str, ...]] = ("drift", "class_changes", "ambiguous", "lasting", "lasting_by_chance")

    n: int = Field(ge=1, description="pictures of each checkpoint, from the same noise in the same order")
    images: tuple[int, ...] = Field(description="training images seen at the three checkpoints")
    drift: float | None = Field(
        default=None,
        description="mean distance of features of the same noise between the last two checkpoints, divided by that of "
        "different noise at the last: 0 stands still, 1 shows pictures that have nothing to do with each other",
    )
    class_changes: float | None = Field(
        default=None, description="share of the pictures whose class is another at the last checkpoint than before it"
    )
    ambiguous: tuple[float, ...] | None = Field(
        default=None, description="share of pictures between classes at each of the three, as quality.ambiguous has it"
    )
    lasting: float | None = Field(default=None, description="share of pictures between classes at all three")
    lasting_by_chance: float | None = Field(
        default=None, description="product of the three shares: what would last if each checkpoint began anew"
    )
