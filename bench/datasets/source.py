"""`Source`: a data set that is known by name, wherever its images are and whether or not they are here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from bench.errors import UserError

if TYPE_CHECKING:
    from bench.datasets.imageset import ImageSet


@dataclass(frozen=True)
class Sizes:
    """How much there is in a data set, known without reading it."""

    train: int
    """Number of training images."""
    test: int
    """Number of test images."""
    image_shape: tuple[int, int, int]
    """Height, width, channels."""
    classes: int
    """Number of classes that the labels tell apart; 0: without labels."""

    def __str__(self) -> str:
        return f"{self.train:,} + {self.test:,} of {'×'.join(map(str, self.image_shape))}"


@dataclass(frozen=True)
class Verified:
    """What checking a data set has found, all being well in the end."""

    detail: str
    """In a few words."""
    repaired: bool = False
    """Whether something was damaged and has been made again."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Source(ABC):
    """One data set: what it is, whether it is on this machine, and how its images are had.

    Subclasses say where the images are. Making a source must be cheap: it reads no file and imports nothing
    heavy, because every command that lists the data sets makes all of them.
    """

    name: str
    """What the user calls it, unique among all sources: "mnist"."""
    title: str
    """What it shows, in a few words."""
    licence: str
    """Under which terms the images may be used, and whose they are."""
    origin: str
    """Where the images come from, in words."""
    sizes: Sizes | None = None
    """Counts and image shape where they are known beforehand, else None."""
    domain: str | None = None
    """The family whose bundled extractor scores the images, or None (see `ImageSet.domain`)."""
    always_here: ClassVar[bool] = False
    """Whether no machine lacks the images, because they are part of the installation or made by it."""
    bundled: ClassVar[bool] = False
    """Whether they are part of the installation."""

    @property
    def label(self) -> str:
        """A short name for people, where the name that can be typed again is long; not unique."""
        return self.name

    @property
    @abstractmethod
    def how_to_get(self) -> str:
        """One line, without a full stop, that says what to do when the images are not here."""

    @property
    def known_checksums(self) -> Mapping[str, str]:
        """SHA-256 (hex) of what must be there, by what it is of; empty where nobody knows beforehand."""
        return {}

    @abstractmethod
    def where(self) -> Path | None:
        """The file or folder on this machine that `load` would read, or None.

        Judged by what files there are, not by their content: asking is always cheap.
        """

    @abstractmethod
    def load(self) -> ImageSet:
        """Read and verify the images. Raises `UserError` when they are absent or damaged."""

    @abstractmethod
    def fetch(self, progress: bool) -> Path:
        """Bring the images to this machine unless they are here, and return where they are.

        `progress` shows a progress bar on standard error. Raises `UserError` when they cannot be had.
        """

    def bring(self, path: Path) -> Path:
        """Take the images from a folder or archive of the user's, and return where they are kept.

        Raises `UserError` when there is nothing usable, or when this data set is had in another way.
        """
        raise UserError(f"'{self.name}' is not taken from {path}.\nTo get it: {self.how_to_get}")

    def verify(self) -> Verified:
        """Check the images that are here.

        What the suite itself made and finds damaged is made again. Raises `UserError` when the images are damaged
        and cannot be made again.
        """
        images = self.load()
        return Verified(f"{len(images.train_images) + len(images.test_images):,} pictures read and checked")
