"""An array of images as a data set: `npz:FILE`, whoever wrote the file.

Keys: `images`, uint8 [N, H, W, C] or [N, H, W]; optionally `labels`, whole numbers [N] from 0; optionally both again
as `test_images` and `test_labels`, which are then the test set. No pickle is loaded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets.folders.names import NPZ, read_npz_name, spelt
from bench.datasets.folders.scan import shown
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Source
from bench.errors import UserError
from bench.paths import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.datasets.folders.entry import Entry, Manifest
    from bench.datasets.npz_file import Array

MOST = 20_000_000
"""Images in a file: each takes 107 bytes of memory while the entry is made, and ImageNet-21k has fewer."""
MADE = "as in the file"


@dataclass(frozen=True, eq=False, kw_only=True)
class NpzSource(Source):
    """Images in a file of the user's; parted into training and test when they are first asked for, and kept."""

    path: Path
    """The file, resolved."""

    @property
    def label(self) -> str:
        """The file's own name."""
        return f"{NPZ}{shown(self.path.name)}"

    @property
    def how_to_get(self) -> str:
        """For the case that the file has gone since its name was read."""
        return f"put an array into {shown(str(self.path))}"

    def where(self) -> Path | None:
        """The file."""
        return self.path if self.path.is_file() else None

    def load(self) -> ImageSet:
        """The images, memory-mapped; see `Source.load`."""
        return self._prepared().images(self.name, self.path)

    def fetch(self, progress: bool) -> Path:  # noqa: ARG002 - takes no time to speak of
        """Prepare the images, and return the folder of the cache in which they are kept."""
        return self._prepared().folder

    def _prepared(self) -> Entry:
        from bench.code import code_hash
        from bench.datasets.folders.content import file_sha256
        from bench.datasets.folders.entry import obtain

        try:
            content = file_sha256(self.path).hex()
        except OSError as error:
            raise UserError(f"cannot read {shown(str(self.path))}: {error.strerror}") from None
        key = [content, "npz", code_hash("bench/datasets/folders")]
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]
        return obtain(cache_folder() / "prepared" / name, partial(_make, path=self.path))


def npz_source(name: str) -> NpzSource:
    """The source that a name says, which begins with `npz:`. Raises `UserError` where there is no such file."""
    path = read_npz_name(name)
    return NpzSource(
        name=f"{NPZ}{spelt(path)}",
        title=f"your images in {shown(str(path))}",
        licence="yours to know",
        origin=shown(str(path)),
        path=path,
    )


def _make(folder: Path, path: Path) -> Manifest:
    """Write the file's images as an entry of the cache; `UserError` says what is wrong with the file."""
    import numpy as np

    from bench.datasets.folders.collect import Collection
    from bench.datasets.folders.prepare import FEWEST
    from bench.datasets.npz_file import opened

    file = shown(str(path))
    with opened(path) as arrays:
        sides = [side_of(file, arrays, "")]
        if "test_images" in arrays:
            sides.append(side_of(file, arrays, "test_"))
            (train, train_labels), (test, test_labels) = sides
            if picture_shape(train) != picture_shape(test):
                raise UserError(
                    f"{file}: images are {train.shape[1:]} and test_images {test.shape[1:]}: make them alike"
                )
            if (train_labels is None) != (test_labels is None):
                raise UserError(f"{file}: give labels and test_labels, or neither")
        elif "test_labels" in arrays:
            raise UserError(f"{file}: test_labels without test_images")
        counts = [images.shape[0] for images, _ in sides]
        if not FEWEST <= sum(counts) <= MOST:
            bound = f"{FEWEST} are needed at least" if sum(counts) < FEWEST else f"{MOST:,} may be in it at most"
            raise UserError(f"{file} has {sum(counts):,} images; {bound}")
        labels = [class_numbers(file, array, sum(counts)) for _, array in sides if array is not None]
        with Collection(folder, picture_shape(sides[0][0])) as pictures:
            for images, _ in sides:
                for image in images.rows():
                    pictures.add(image.reshape(picture_shape(images)))
            test_side = np.repeat([False, True], counts) if len(sides) > 1 else None
            return pictures.finish(MADE, np.concatenate(labels) if labels else None, None, test_side)


def side_of(file: str, arrays: dict[str, Array], prefix: str) -> tuple[Array, Array | None]:
    """Images and labels of one side, if their headers are what they should be."""
    images, labels = arrays[f"{prefix}images"], arrays.get(f"{prefix}labels")
    if images.dtype != "uint8":
        raise UserError(f"{file}: {prefix}images must be uint8 (0 to 255), not {images.dtype}")
    if len(images.shape) not in (3, 4) or picture_shape(images)[2] not in (1, 3) or min(images.shape) < 1:
        raise UserError(
            f"{file}: {prefix}images must be [N, H, W], [N, H, W, 1] or [N, H, W, 3], not {list(images.shape)}"
        )
    if labels is not None and (labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]):
        raise UserError(
            f"{file}: {prefix}labels must be {images.shape[0]} whole numbers, not {labels.dtype} {list(labels.shape)}"
        )
    return images, labels


def picture_shape(images: Array) -> tuple[int, int, int]:
    """Height, width and channels."""
    height, width, channels = (*images.shape[1:], 1)[:3]
    return height, width, channels


def class_numbers(file: str, array: Array, images: int) -> NDArray[np.int64]:
    """The labels of one side, if each may number a class: there are no more classes than `images`."""
    import numpy as np

    labels = array.numbers()
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest < 0:
        raise UserError(f"{file}: {array.key} must count from 0, but one is {lowest}")
    if highest >= images:
        raise UserError(
            f"{file}: {array.key} must number the classes from 0, but one is {highest}, with {images:,} images in all"
        )
    return labels.astype(np.int64)
