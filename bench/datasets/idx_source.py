"""Data sets published as four idx files, as MNIST is: found on this machine or fetched from mirrors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets import download, idx, places
from bench.datasets.imageset import ImageSet
from bench.datasets.integrity import DamagedError, verified
from bench.datasets.source import Source
from bench.errors import UserError
from bench.paths import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.progress import Progress

FILES: Mapping[str, str] = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
"""The four parts and the names of their files, to which ".gz" is added when they are compressed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class IdxSource(Source):
    """Grey, labelled images in four idx files, each plain or gzipped, each with a known checksum."""

    class_names: tuple[str, ...]
    """What the labels mean, in their order."""
    checksums: Mapping[str, str]
    """SHA-256 (hex) of each part's unpacked file, by the keys of `FILES`."""
    mirrors: tuple[str, ...]
    """Addresses of folders that hold the four files with ".gz", each with its final slash."""

    @property
    def how_to_get(self) -> str:
        """One line that says what to do when the images are not here."""
        name = self.name
        return f"python -m bench data fetch {name}, or set BENCH_DATA to a folder that holds {name}/"

    @property
    def known_checksums(self) -> dict[str, str]:
        """Of each unpacked file; see `Source.known_checksums`."""
        return {FILES[part]: sha256 for part, sha256 in self.checksums.items()}

    def where(self) -> Path | None:
        """The first of the searched folders that has all four files, or None."""
        folders = places.search(self.name)
        return next((folder for folder in folders if all(_path(folder, part) for part in FILES)), None)

    def load(self) -> ImageSet:
        """Read the four files and verify their checksums; see `Source.load`."""
        import numpy as np

        folder = self.where()
        if folder is None:
            raise UserError(f"the data set '{self.name}' is not on this machine.\nTo get it: {self.how_to_get}")
        return ImageSet(
            name=self.name,
            train_images=self._array(folder, "train_images", 3)[..., np.newaxis],
            train_labels=self._array(folder, "train_labels", 1).astype(np.int64),
            test_images=self._array(folder, "test_images", 3)[..., np.newaxis],
            test_labels=self._array(folder, "test_labels", 1).astype(np.int64),
            class_names=self.class_names,
            domain=self.domain,
        )

    def fetch(self, progress: bool) -> Path:
        """Bring the four files into the user's cache unless sound ones are found; see `Source.fetch`.

        Only what is missing or damaged in the cache is fetched. A damaged file in `$BENCH_DATA` is an error,
        because that folder is the user's own and is searched before the cache.
        """
        found, cache = self.where(), places.cached(self.name)
        if found is not None and found != cache:
            damage = self._damage(found, FILES)
            if damage is None:
                return found
            if self._precedes_cache(found):
                raise damage
        wanted = [part for part in FILES if self._damage(cache, (part,))]
        with download.display(progress and bool(wanted)) as shown:
            for part in wanted:
                self._download(part, cache, shown)
        return cache

    def _download(self, part: str, cache: Path, shown: Progress | None) -> None:
        """Fetch one part into the cache, where it stays unpacked because every trial reads it again."""
        content = download.from_mirrors(f"{FILES[part]}.gz", self.mirrors, self.checksums[part], shown)
        try:
            write_atomically(cache / FILES[part], content)
        except OSError as error:
            raise places.cache_refused(error) from error

    def _array(self, folder: Path, part: str, dimensions: int) -> NDArray[np.uint8]:
        path, content = self._content(folder, part)
        try:
            return idx.parse(content, dimensions)
        except DamagedError as error:
            raise self._damaged(path, error) from error

    def _content(self, folder: Path, part: str) -> tuple[Path, bytes]:
        """The file of one part and its unpacked bytes, verified; `UserError` when it is absent or damaged."""
        path = _path(folder, part)
        if path is None:
            raise UserError(f"there is no {FILES[part]} in {folder}.\nTo get it: {self.how_to_get}")
        try:
            return path, verified(path.read_bytes(), self.checksums[part])
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}.\nTo get it: {self.how_to_get}") from error
        except DamagedError as error:
            raise self._damaged(path, error) from error

    def _damage(self, folder: Path, parts: Iterable[str]) -> UserError | None:
        """What is wrong with these parts in that folder, or None when all of them are sound."""
        try:
            for part in parts:
                self._content(folder, part)
        except UserError as error:
            return error
        return None

    def _damaged(self, path: Path, error: DamagedError) -> UserError:
        # A sound copy in the cache helps only where the damaged file is not found before it.
        first = "Delete it, then" if self._precedes_cache(path.parent) else "To replace it,"
        return UserError(
            f"the file {path} of the data set '{self.name}' is damaged: {error}.\n"
            f"{first} run: python -m bench data fetch {self.name}"
        )

    def _precedes_cache(self, folder: Path) -> bool:
        order = places.search(self.name)
        return order.index(folder) < order.index(places.cached(self.name))


def _path(folder: Path, part: str) -> Path | None:
    """The file of one part in that folder, plain or gzipped, or None.

    A file that may not be read is as good as absent: the next folder may have one that may.
    """
    candidates = (folder / FILES[part], folder / f"{FILES[part]}.gz")
    return next((path for path in candidates if os.access(path, os.R_OK)), None)
