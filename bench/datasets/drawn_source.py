"""Data sets that our own code draws: made when they are first asked for, then kept in the cache."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from bench.datasets import places
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Sizes, Source, Verified
from bench.errors import UserError
from bench.paths import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawnSource(Source):
    """The first monsters, so many for training and the next for testing, labelled with their kinds.

    The cache holds the pixels alone, and they count only if their SHA-256 is the one in the code: a damaged file is
    drawn again. Processes that draw at the same time write the same bytes, each of them whole.
    """

    sizes: Sizes
    class_names: tuple[str, ...]
    """What the labels mean, in their order."""
    sha256: str
    """SHA-256 (hex) of the pixels of all pictures, as they are drawn on every machine."""
    always_here: ClassVar[bool] = True

    @property
    def path(self) -> Path:
        """The file in the cache; another version of the drawing has another name."""
        return places.cached(self.name) / f"{self.sha256[:16]}.uint8"

    @property
    def how_to_get(self) -> str:
        """One line on what is never needed."""
        return "drawn when it is first used"

    @property
    def known_checksums(self) -> dict[str, str]:
        """Of the pixels; see `Source.known_checksums`."""
        return {"pixels": self.sha256}

    def where(self) -> Path:
        """The file in the cache, whether or not it has been made yet: no machine lacks it."""
        return self.path

    def load(self) -> ImageSet:
        """Read the pictures from the cache, or draw them; see `Source.load`."""
        pictures = self._kept()
        if pictures is None:
            pictures = self._drawn()
            # A cache that cannot be written to costs time, not the data set.
            with contextlib.suppress(OSError):
                write_atomically(self.path, pictures.tobytes())
        return self._image_set(pictures)

    def fetch(self, progress: bool) -> Path:  # noqa: ARG002 - drawing takes seconds
        """Draw the pictures into the cache unless sound ones are there; see `Source.fetch`."""
        if self._kept() is None:
            self._write(self._drawn())
        return self.path

    def verify(self) -> Verified:
        """Check the file in the cache and draw it again if it is damaged; see `Source.verify`."""
        if not self.path.exists():
            return Verified(self.how_to_get)
        if self._kept() is not None:
            return Verified("checksum as in the code")
        self._write(self._drawn())
        return Verified("was damaged and has been drawn again", repaired=True)

    def _kept(self) -> NDArray[np.uint8] | None:
        """The pictures in the cache; None where there are none, or others."""
        import numpy as np

        try:
            pixels = np.fromfile(self.path, np.uint8)
        except OSError:
            return None
        return pixels.reshape(self._shape) if hashlib.sha256(pixels.data).hexdigest() == self.sha256 else None

    def _drawn(self) -> NDArray[np.uint8]:
        """The pictures, drawn now. Raises `UserError` where they come out otherwise than they should."""
        from bench.datasets.monsters.drawing import draw

        pictures = draw(self._shape[0])
        actual = hashlib.sha256(pictures.data).hexdigest()
        if actual != self.sha256:
            raise UserError(
                f"the data set '{self.name}' comes out differently on this machine ({actual[:12]}…, expected "
                f"{self.sha256[:12]}…).\nNothing drawn here could be compared with other machines: install another "
                "release of NumPy, and please report this."
            )
        return pictures

    def _write(self, pictures: NDArray[np.uint8]) -> None:
        try:
            write_atomically(self.path, pictures.tobytes())
        except OSError as error:
            raise places.cache_refused(error) from error

    @property
    def _shape(self) -> tuple[int, int, int, int]:
        return (self.sizes.train + self.sizes.test, *self.sizes.image_shape)

    def _image_set(self, pictures: NDArray[np.uint8]) -> ImageSet:
        from bench.datasets.monsters.drawing import labels

        kinds, train = labels(len(pictures)), self.sizes.train
        return ImageSet(
            name=self.name,
            train_images=pictures[:train],
            train_labels=kinds[:train],
            test_images=pictures[train:],
            test_labels=kinds[train:],
            class_names=self.class_names,
            domain=self.domain,
        )
