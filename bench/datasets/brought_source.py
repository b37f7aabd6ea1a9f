"""Pictures that may not be passed on: the user brings them, once, and they are kept in the cache.

They are copied, not remembered by their path: whether they came out of a folder, an archive or Kaggle, they stand in
one place with their checksums beside them, and a folder that is tidied away takes no data set with it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets import places
from bench.datasets.source import Source, Verified
from bench.errors import UserError

if TYPE_CHECKING:
    from bench.datasets.imageset import ImageSet

PICTURES, CHECKSUMS = "pictures", "SHA256SUMS"
FEWEST = 25
"""Pictures without which nothing is taken over: what `folder:` needs at least."""


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
        images = folder_source(f"{FOLDER}{spelt(folder)}").load()
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
        return self.where() or self.bring(_from_kaggle(self.kaggle, self.how_to_get))

    def bring(self, path: Path) -> Path:
        """Copy the pictures in a folder or archive into the cache; see `Source.bring`.

        What was there before is replaced. Files that are no pictures are left behind.
        """
        from bench.datasets.archives import unpack

        if path.is_dir():
            return self._copy(path)
        if not path.is_file():
            raise UserError(f"there is no folder or archive {path}")
        with self._unfinished("unpacked") as folder:
            unpack(path, folder)
            return self._copy(folder)

    def verify(self) -> Verified:
        """Compare the copies in the cache with their checksums, or read the folder; see `Source.verify`."""
        folder = self.where()
        if folder is None or folder.parent != places.cached(self.name):
            return super().verify()
        problems = _problems(folder.parent)
        if problems:
            raise UserError(
                f"{len(problems)} of the pictures of '{self.name}' in {folder} are damaged or missing: "
                f"{', '.join(problems[:5])}.\nBring them again: python -m bench data fetch {self.name} --from FOLDER"
            )
        return Verified(f"{super().verify().detail}; checksums as when they were brought")

    def _copy(self, path: Path) -> Path:
        """Copy what can be decoded into the cache, flat, with a list of checksums; all of it or nothing."""
        inner = path / self.kaggle_folder
        root = inner if inner.is_dir() else path
        cached = places.cached(self.name)
        try:
            with self._unfinished("copied") as folder:
                count = _copy_pictures(root.resolve(), folder)
                if count < FEWEST:
                    raise UserError(
                        f"{path} has {count or 'no'} picture{'s' * (count != 1)} that can be read; "
                        f"'{self.name}' needs {FEWEST} at least"
                    )
                if cached.exists():
                    shutil.rmtree(cached)
                folder.rename(cached)
        except OSError as error:
            raise places.cache_refused(error) from error
        return cached / PICTURES

    @contextlib.contextmanager
    def _unfinished(self, purpose: str) -> Iterator[Path]:
        """A folder beside the cache's own that is not there yet, and gone afterwards unless it was renamed."""
        cached = places.cached(self.name)
        folder = cached.with_name(f".{cached.name}.{purpose}.{os.getpid()}")
        try:
            yield folder
        finally:
            if folder.exists():
                shutil.rmtree(folder)


def _holds_anything(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except OSError:  # absent, not a folder, or not to be read: as good as empty
        return False


def _copy_pictures(root: Path, folder: Path) -> int:
    """Copy every picture below `root` into a new folder, and list their checksums; how many there are."""
    from bench.datasets.folders.decode import BadPictureError, decode, quiet
    from bench.datasets.folders.names import CHANNELS, SIZE
    from bench.datasets.folders.scan import scan

    (folder / PICTURES).mkdir(parents=True)
    lines = []
    with quiet():
        for found in scan(root).files:
            try:
                content = found.path.read_bytes()
            except OSError as error:
                raise UserError(f"cannot read {found.path}: {error.strerror}; nothing has been taken") from error
            try:
                decode(content, SIZE, CHANNELS)
            except BadPictureError:
                continue
            # Flat, so that no subfolder passes for a class; a slash cannot be in a name, so no two become one.
            name = found.name.replace("%", "%25").replace("/", "%2F")
            (folder / PICTURES / name).write_bytes(content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {PICTURES}/{name}\n")
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    return len(lines)


def _problems(folder: Path) -> list[str]:
    """The files that are not as the list of checksums says; the list itself if it cannot be read."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return [CHECKSUMS]
    entries = (line.partition("  ") for line in lines)
    return [name for sha256, _, name in entries if _sha256(folder / name) != sha256]


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


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
