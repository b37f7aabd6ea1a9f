"""An array of images as a data set: `npz:FILE`, whoever wrote the file.

Keys: `images`, uint8 [N, H, W, C] or [N, H, W]; optionally `labels`, whole numbers [N] from 0; optionally both again
as `test_images` and `test_labels`, which are then the test set. No pickle is loaded.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.datasets.folders.names import NPZ, read_npz_name, spelt
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Source
from bench.errors import UserError, unknown
from bench.paths import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.datasets.folders.entry import Entry, Manifest

KEYS = ("images", "labels", "test_images", "test_labels")
MADE = "as in the file"


@dataclass(frozen=True, eq=False, kw_only=True)
class NpzSource(Source):
    """Images in a file of the user's; parted into training and test when they are first asked for, and kept."""

    path: Path
    """The file, resolved."""

    @property
    def label(self) -> str:
        """The file's own name."""
        return f"{NPZ}{self.path.name}"

    @property
    def how_to_get(self) -> str:
        """For the case that the file has gone since its name was read."""
        return f"put an array into {self.path}"

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
            raise UserError(f"cannot read {self.path}: {error.strerror}") from None
        key = [content, "npz", code_hash("bench/datasets/folders")]
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]
        return obtain(cache_folder() / "prepared" / name, partial(_make, path=self.path))


def npz_source(name: str) -> NpzSource:
    """The source that a name says, which begins with `npz:`. Raises `UserError` where there is no such file."""
    path = read_npz_name(name)
    return NpzSource(
        name=f"{NPZ}{spelt(path)}",
        title=f"your images in {path}",
        licence="yours to know",
        origin=str(path),
        path=path,
    )


def _make(folder: Path, path: Path) -> Manifest:
    """Write the file's images as an entry of the cache; `UserError` says what is wrong with the file."""
    import numpy as np

    from bench.datasets.folders.collect import Collection
    from bench.datasets.folders.prepare import FEWEST

    arrays = read_arrays(path)
    images, labels = checked_arrays(path, arrays)
    test = None
    if "test_images" in arrays:
        test_images, test_labels = checked_arrays(path, arrays, "test_")
        if images.shape[1:] != test_images.shape[1:]:
            raise UserError(
                f"{path}: images are {images.shape[1:]} and test_images {test_images.shape[1:]}: make them alike"
            )
        if (labels is None) != (test_labels is None):
            raise UserError(f"{path}: give labels and test_labels, or neither")
        test = np.repeat([False, True], [len(images), len(test_images)])
        images = np.concatenate([images, test_images])
        labels = None if labels is None or test_labels is None else np.concatenate([labels, test_labels])
    elif "test_labels" in arrays:
        raise UserError(f"{path}: test_labels without test_images")
    if len(images) < FEWEST:
        raise UserError(f"{path} has {len(images)} images; {FEWEST} are needed at least")
    with Collection(folder, images.shape[1:]) as pictures:
        for image in images:
            pictures.add(image)
        return pictures.finish(MADE, labels, None, test)


def read_arrays(path: Path, *, others: bool = False) -> dict[str, Any]:
    """The arrays of a file by their keys, of which only `images` must be there.

    Raises `UserError` for a file of another form, and for a key that is not known unless `others` may be there: they
    are not read.
    """
    import numpy as np

    try:
        # Opened here, because numpy leaves the file open where it is no archive.
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                raise UserError(f"{path} is a single array: save it with np.savez({path.stem!r}, images=...)")
            with archive:
                for key in archive.files:
                    if key not in KEYS and not others:
                        raise UserError(f"{path}: {unknown('key', key, KEYS)}")
                if "images" not in archive.files:
                    raise UserError(f"{path} has no key 'images'")
                return {key: archive[key] for key in archive.files if key in KEYS}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, AttributeError, TypeError) as error:
        raise UserError(f"{path} is not an .npz file of plain arrays: {' '.join(str(error).split())}") from None


def checked_arrays(
    path: Path, arrays: dict[str, Any], prefix: str = ""
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Images uint8 [N, H, W, C] and labels int64 [N] of one side, if they are what they should be, else `UserError`."""
    import numpy as np

    images, labels = arrays[f"{prefix}images"], arrays.get(f"{prefix}labels")
    if images.dtype != np.uint8:
        raise UserError(f"{path}: {prefix}images must be uint8 (0 to 255), not {images.dtype}")
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[3] not in (1, 3) or not images.size:
        shape = list(arrays[f"{prefix}images"].shape)
        raise UserError(f"{path}: {prefix}images must be [N, H, W], [N, H, W, 1] or [N, H, W, 3], not {shape}")
    if labels is None:
        return images, None
    if labels.dtype.kind not in "iu" or labels.shape != (len(images),):
        raise UserError(
            f"{path}: {prefix}labels must be {len(images)} whole numbers, not {labels.dtype} {list(labels.shape)}"
        )
    if labels.min() < 0 or labels.max() >= 2**31:
        raise UserError(f"{path}: {prefix}labels must count from 0, but one is {labels.min()}")
    return images, labels.astype(np.int64)
