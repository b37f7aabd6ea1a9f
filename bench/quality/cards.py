"""The domain extractors at hand: their cards, and weights that are what the card says. No framework."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.errors import UserError

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


class Card(BaseModel):
    """Everything there is to know about one domain extractor, beside its weights in `<name>.safetensors`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: int = Field(default=1, validation_alias="schema", serialization_alias="schema")
    name: str = Field(description="domain and the first 8 hex digits of sha256")
    domain: str = Field(description="the kind of image that it knows: data sets of one domain share it")
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


def cards(folder: Path = BUNDLED) -> dict[str, Card]:
    """The cards in a folder that have weights beside them, by name. A damaged card is a UserError."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            card = Card.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise UserError(f"{path} is not an extractor's card: {error.errors()[0]['msg']}") from error
        if path.with_suffix(".safetensors").is_file():
            found[card.name] = card
    return found


def card_of_domain(domain: str, folder: Path = BUNDLED) -> Card | None:
    """The one card of a domain, or None. Two are a UserError: scores by different weights do not compare."""
    found = [card for card in cards(folder).values() if card.domain == domain]
    if len(found) > 1:
        names = " and ".join(card.name for card in found)
        raise UserError(f"{folder} holds two extractors for '{domain}', {names}: keep one.")
    return found[0] if found else None


def card_for(domain: str | None, image_shape: tuple[int, int, int], folder: Path = BUNDLED) -> Card | None:
    """The card of the classifier that scores images of a domain and shape, or None: then random features do."""
    card = card_of_domain(domain, folder) if domain else None
    return card if card is not None and card.image_shape == image_shape else None


def read_weights(card: Card, folder: Path = BUNDLED) -> bytes:
    """The bytes of the weights file, which are refused with a UserError unless their hash is the card's."""
    path = folder / f"{card.name}.safetensors"
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256:
        raise UserError(
            f"{path} is not what its card describes (sha256 {found[:8]}…, expected {card.sha256[:8]}…): "
            "restore the file from the release."
        )
    return content
