"""Pictures that may not be passed on: the user brings them, once, and they are kept in the cache.

They are copied, not remembered by their path: whether they came out of a folder, an archive or Kaggle, they stand in
one place with their checksums beside them, and a folder that is tidied away takes no data set with it.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets import places
from bench.datasets.copies import PICTURES, copy_pictures, pictures_in, problems
from bench.datasets.folders.cache import locked, remove, writing
from bench.datasets.folders.scan import shown
from bench.datasets.source import Source, Verified
from bench.errors import UserError

if TYPE_CHECKING:
    from bench.datasets.imageset import ImageSet

FEWEST = 25
"""Pictures without which nothing is taken over: what `folder:` needs at least."""
_BEFORE, _UNPACKED, _COPIED = "before", "unpacked", "copied"


@dataclass(frozen=True, eq=False, kw_only=True)
class BroughtSource(Source):
    """A folder of pictures without labels, brought by the user or fetched from Kaggle; prepared as `folder:` is."""

    kaggle: str
    """The set's handle on Kaggle: "owner/name"."""
    kaggle_folder: str
    """The folder of the set that holds the pictures; others repeat them in another format."""

    @property
    def how_to_get(self) -> str:
        """One line that says what to do when the pictures are not here."""
        return (
            f"python -m bench data fetch {self.name} --from FOLDER, or without --from out of Kaggle "
            "(`python -m pip install 'pairbench[kaggle]'`)"
        )

    def where(self) -> Path | None:
        """The first of the searched folders that holds anything: `$BENCH_DATA`, the cache, the system's."""
        cached = places.cached(self.name)
        folders = (folder / PICTURES if folder == cached else folder for folder in places.search(self.name))
        return next((folder for folder in folders if _holds_anything(folder)), None)

    def load(self) -> ImageSet:
        """The pictures, prepared now unless they were before; see `Source.load`."""
        from bench.datasets.folder_source import folder_source
        from bench.datasets.folders.names import FOLDER, spelt

        folder = self.where()
        if folder is None:
            raise UserError(f"the data set '{self.name}' is not on this machine.\nTo get it: {self.how_to_get}")
        self._check(folder)
        images = folder_source(f"{FOLDER}{spelt(pictures_in(folder, self.kaggle_folder))}").load()
        if images.train_labels is None:
            return dataclasses.replace(images, name=self.name, domain=self.domain)
        # Subfolders of somebody's collection are no classes of this set.
        return dataclasses.replace(
            images,
            name=self.name,
            train_labels=None,
            test_labels=None,
            class_names=None,
            domain=self.domain,
            verified=None,
        )

    def fetch(self, progress: bool) -> Path:  # noqa: ARG002 - kagglehub shows its own
        """Fetch the pictures from Kaggle unless some are here; see `Source.fetch`."""
        if self.where() is None and self._beside(_BEFORE).exists():
            with self._alone():
                pass  # which puts back what a process had moved aside that was killed then
        return self.where() or self.bring(_from_kaggle(self.kaggle, self.how_to_get))

    def bring(self, path: Path) -> Path:
        """Copy the pictures in a folder or archive into the cache; see `Source.bring`.

        What was there before is replaced. Files that are no pictures are left behind, with a warning for each.
        """
        from bench.datasets.archives import unpack

        if not path.is_dir() and not path.is_file():
            raise UserError(f"there is no folder or archive {shown(str(path))}")
        with self._alone():
            if path.is_dir():
                return self._copy(path)
            with self._unfinished(_UNPACKED) as folder:
                unpack(path, folder)
                return self._copy(folder, path)

    def verify(self) -> Verified:
        """Read the pictures, copies in the cache against their checksums; see `Source.verify`."""
        found = super().verify()
        folder = self.where()
        return Verified(f"{found.detail}; checksums as when they were brought") if self._is_copy(folder) else found

    def _is_copy(self, folder: Path | None) -> bool:
        """Whether a folder of pictures is the cache's own, which has checksums."""
        return folder is not None and folder.parent == places.cached(self.name)

    def _check(self, folder: Path) -> None:
        """Refuse copies that are not as they were brought."""
        found = problems(folder.parent) if self._is_copy(folder) else []
        if found:
            raise UserError(
                f"{len(found)} of the pictures of '{self.name}' in {folder} are damaged, missing or none of those "
                f"that were brought: {', '.join(found[:5])}.\n"
                f"Bring them again: python -m bench data fetch {self.name} --from FOLDER"
            )

    def _copy(self, root: Path, called: Path | None = None) -> Path:
        """Copy what can be used into the cache, all of it or nothing; `called` is what the user calls `root`."""
        cached = places.cached(self.name)
        with self._unfinished(_COPIED) as folder:
            count = copy_pictures(root, self.kaggle_folder, folder)
            if count < FEWEST:
                raise UserError(
                    f"{shown(str(called or root))} has {count or 'no'} picture{'s' * (count != 1)} that can be read; "
                    f"'{self.name}' needs {FEWEST} at least"
                )
            # Whoever is killed between the two has lost nothing: see `_clear`.
            if cached.exists():
                cached.rename(self._beside(_BEFORE))
            folder.rename(cached)
        self._clear()
        return cached / PICTURES

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from bringing the set; what goes wrong within, goes wrong in the cache."""
        cached = places.cached(self.name)
        with writing():
            cached.parent.mkdir(parents=True, exist_ok=True)
            with locked(cached):
                self._clear()
                yield

    def _clear(self) -> None:
        """Remove what processes have left that were killed; the caller holds the lock."""
        cached, before = places.cached(self.name), self._beside(_BEFORE)
        if before.exists() and not cached.exists():
            before.rename(cached)
        for left in map(self._beside, (_BEFORE, _UNPACKED, _COPIED)):
            remove(left)

    @contextlib.contextmanager
    def _unfinished(self, purpose: str) -> Iterator[Path]:
        """A folder beside the cache's own that is not there yet, and gone afterwards unless it was renamed."""
        folder = self._beside(purpose)
        try:
            yield folder
        finally:
            remove(folder)

    def _beside(self, purpose: str) -> Path:
        """A hidden neighbour of the set's own folder in the cache."""
        cached = places.cached(self.name)
        return cached.with_name(f".{cached.name}.{purpose}")


def _holds_anything(folder: Path) -> bool:
    try:
        return any(not path.name.startswith(".") for path in folder.iterdir())
    except OSError:  # absent, not a folder, or not to be read: as good as empty
        return False


def _from_kaggle(handle: str, how_to_get: str) -> Path:
    """The folder into which kagglehub has fetched a set."""
    try:
        import kagglehub
    except ImportError:
        raise UserError(f"fetching from Kaggle needs the package kagglehub, which is not here.\n{how_to_get}") from None
    try:
        return Path(kagglehub.dataset_download(handle))
    except Exception as error:  # its own errors, the HTTP library's, the disk's: the user is told which
        first = " ".join(str(error).split())[:200] or type(error).__name__
        raise UserError(f"Kaggle does not deliver {handle}: {first}\nTo bring the pictures: {how_to_get}") from error
