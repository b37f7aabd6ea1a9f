"""The domain extractors at hand: their cards, and weights that are what the card says. No framework.

Some come with the suite; others the user has trained (`python -m bench extractor train`). A bundled one scores every
data set of its domain. One of the user's own images, which are of no domain, is tied to them by their fingerprint: a
folder that has gained a picture since is another set, and no extractor is at hand for it until one is trained again.
Some classes of a set are scored by what scores all of it, so that they can be compared.
"""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.errors import UserError
from bench.paths import extractors_folder

BUNDLED = Path(__file__).parent / "weights"
"""The folder of the extractors that come with the suite."""


class Rung(BaseModel):
    """One step of the ladder: what the extractor says of images whose fault is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    fd: float | None = Field(description="Fréchet distance to the test images, null if they are too few")
    inception_score: float | None = Field(
        validation_alias="is",
        serialization_alias="is",
        description="inception score, null if they are too few",
    )
    kid: float | None = Field(
        default=None, description="kernel inception distance to the test images, null if they are too few"
    )


class Card(BaseModel):
    """Everything there is to know about one domain extractor, beside its weights in `<name>.safetensors`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    name: str = Field(description="domain and the first 8 hex digits of sha256")
    domain: str = Field(description="the kind of image that it knows: data sets of one domain share it")
    dataset: str | None = Field(
        default=None, description="what it was trained on, as it was typed; null: the data set of that domain"
    )
    fingerprint: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        description="of the one data set that it scores, images of no known domain; null: it scores its whole domain",
    )
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the weights file, in hex")
    architecture: str = Field(description="the network, layer by layer")
    image_shape: tuple[int, int, int] = Field(description="height, width, channels")
    dimension: int = Field(description="length of a feature vector")
    class_names: tuple[str, ...] = Field(description="what the logits stand for, in order")
    test_accuracy: float = Field(description="share of the test images that it classifies correctly")
    is_real: float | None = Field(description="inception score of the test images, null if they are too few")
    floor: float | None = Field(description="Fréchet distance of training to test images at floor_n, or null")
    floor_n: int = Field(description="images on each side of floor and ladder")
    feature_rms: float = Field(description="root mean square of the features of the training images before scaling")
    train_images: int = Field(description="number of images that it was trained on")
    train_images_sha256: str = Field(description="of the bytes of those images, in order, in hex")
    held_out: str | None = Field(description="the data set whose images were kept out of training, if any")
    recipe: dict[str, int | float] = Field(description="epochs, batch size, learning rate, dropout, seed")
    ladder: dict[str, Rung] = Field(description="scores of images with known faults, at floor_n")
    versions: dict[str, str] = Field(description="of the software that trained it")

    @property
    def num_classes(self) -> int:
        """Length of a vector of logits."""
        return len(self.class_names)

    def scores(self, domain: str | None, image_shape: tuple[int, int, int], fingerprint: str | None) -> bool:
        """Whether it is for a data set of this domain (None: of no known one), image shape and fingerprint."""
        if self.image_shape != image_shape:
            return False
        return self.domain == domain if self.fingerprint is None else self.fingerprint == fingerprint


class Kept(NamedTuple):
    """An extractor at hand: its card, and the folder that holds its weights."""

    card: Card
    folder: Path


def folders() -> tuple[Path, ...]:
    """Where extractors are looked for, the bundled ones first."""
    return BUNDLED, extractors_folder()


def cards(folder: Path = BUNDLED) -> dict[str, Card]:
    """The cards in a folder that have weights beside them, by name. A damaged card is a UserError."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        card = _read(path)
        if card is not None and path.with_suffix(".safetensors").is_file():
            found[card.name] = card
    return found


def _read(path: Path) -> Card | None:
    """The card in a file; None where there is none, because another process may just have replaced it."""
    try:
        card = Card.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"cannot read the extractor's card {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}: " for part in first["loc"])
        raise UserError(
            f"{path} is not an extractor's card: {where}{first['msg']}.\n"
            "Restore it, or remove it and the weights beside it."
        ) from error
    if card.name != path.stem:
        raise UserError(f"{path} is the card of {card.name}: give both files the name that the card has")
    return card


def card_of_domain(domain: str, folder: Path = BUNDLED) -> Card | None:
    """The one card of a domain in a folder, or None. Two are a UserError: scores by them would not compare."""
    found = [card for card in cards(folder).values() if card.domain == domain]
    if len(found) > 1:
        names = " and ".join(card.name for card in found)
        raise UserError(f"{folder} holds two extractors for '{domain}', {names}: keep one.")
    return found[0] if found else None


def card_for(
    domain: str | None,
    image_shape: tuple[int, int, int],
    fingerprint: str | None,
    among: tuple[Path, ...] = (),
    *,
    part_of: str | None = None,
) -> Kept | None:
    """The classifier that scores a data set, from `folders()` or those given; None: then random features do.

    `part_of` is the fingerprint of the whole set that the images are some classes of: its classifier serves where they
    have none of their own.

    The first folder that has one decides: what is bundled is never displaced by what somebody has trained. Of several
    in a folder the one with the newest card does: while one is being replaced, both are there for a moment.
    """
    for folder in among or folders():
        known = cards(folder).values()
        for of in (fingerprint, part_of):
            found = [card for card in known if card.scores(domain, image_shape, of)]
            if found:
                return Kept(max(found, key=lambda card: (_written(card, folder), card.name)), folder)
    return None


def card_named(name: str) -> Card | None:
    """The card of that name in `folders()`; no other card is read.

    None where there is none, and for one that is damaged: what a score was measured by outlives its card.
    """
    if Path(name).name != name:  # the kinds of other packages are named as they like
        return None
    try:
        return next((card for folder in folders() if (card := _read(folder / f"{name}.json")) is not None), None)
    except UserError:
        return None


def outdated(dataset: str, fingerprint: str) -> Card | None:
    """A card for the data set of that name as it was before its images changed, or None."""
    known = cards(extractors_folder()).values()
    return next(
        (card for card in known if card.dataset == dataset and card.fingerprint not in (None, fingerprint)), None
    )


def why_random_features(dataset: str, fingerprint: str) -> str:
    """Why no classifier scores the images of a data set, in words; for one of which `card_for` finds none."""
    older = outdated(dataset, fingerprint)
    why = f"its images have changed since {older.name} was trained on them" if older else "no classifier of such images"
    return f"{why}, so random features score them: coarse, no inception score"


def training_command(dataset: str) -> str:
    """What to type to train the extractor of a data set."""
    return shlex.join(["python", "-m", "bench", "extractor", "train", dataset])


def read_weights(card: Card, folder: Path = BUNDLED) -> bytes:
    """The bytes of the weights file, which are refused with a UserError unless their hash is the card's."""
    path = folder / f"{card.name}.safetensors"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read the weights {path}: {error.strerror}; restore them, or train again") from error
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256:
        raise UserError(
            f"{path} is not what its card describes (sha256 {found[:8]}…, expected {card.sha256[:8]}…): "
            "restore the file, or train the extractor again."
        )
    return content


def _written(card: Card, folder: Path) -> int:
    """When its file was last written, in ns since 1970; 0 where it has gone since."""
    try:
        return (folder / f"{card.name}.json").stat().st_mtime_ns
    except OSError:
        return 0
