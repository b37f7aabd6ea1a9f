"""A prepared data set in the cache: four arrays that are mapped into memory, and a manifest that they are checked by.

An entry is made in a neighbouring folder and renamed when it is whole; who makes it holds a lock, and whoever else
wants the same waits for it. The name of an entry is a key of everything that its content depends on.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from bench.datasets.imageset import PARTS, ImageSet, fingerprint_header
from bench.datasets.preparation import Preparation, Skipped
from bench.errors import UserError

MANIFEST = "manifest.json"
_CHUNK_BYTES = 2**20

log = logging.getLogger(__name__)


class DamagedError(ValueError):
    """An entry that is not what its manifest says."""


class Manifest(BaseModel):
    """What an entry holds besides its arrays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    """Of the image set: see `ImageSet.fingerprint`."""
    class_names: tuple[str, ...] | None
    made: str
    split: str
    near_duplicate_groups: int
    straddling_groups: int
    skipped: tuple[tuple[str, str], ...]
    """Files that were found to be unusable when they were opened, with the reasons."""


@dataclass(frozen=True)
class Entry:
    """A whole entry whose bytes have been checked."""

    folder: Path
    manifest: Manifest

    def images(self, name: str, path: Path, skipped: tuple[Skipped, ...] = ()) -> ImageSet:
        """The data set, its images memory-mapped and read-only; `skipped` are files left out before this entry."""
        manifest = self.manifest
        left_out = sorted({*skipped, *(Skipped(*entry) for entry in manifest.skipped)})
        arrays: dict[str, Any] = {part: _array(self.folder, part) for part in PARTS}
        return ImageSet(
            name=name,
            class_names=manifest.class_names,
            preparation=Preparation(
                path=str(path),
                made=manifest.made,
                split=manifest.split,
                near_duplicate_groups=manifest.near_duplicate_groups,
                straddling_groups=manifest.straddling_groups,
                skipped=tuple(left_out),
            ),
            verified=manifest.fingerprint,
            **arrays,
        )


def obtain(folder: Path, make: Callable[[Path], Manifest]) -> Entry:
    """The entry in `folder`, made by `make` where it is missing or damaged.

    `make` gets an empty folder to write the arrays into (`PARTS`, as .npy). Nothing is left of what it began when it
    raises. Raises `UserError` where the cache cannot be written.
    """
    entry = _whole(folder)
    if entry is not None:
        return entry
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_suffix(".lock")):
            # Whoever had the lock before has made it, perhaps.
            entry = _whole(folder)
            if entry is not None:
                return entry
            return _made(folder, make)
    except PermissionError as error:
        raise UserError(
            f"cannot write to {error.filename or folder.parent}: {error.strerror}; name another cache in $BENCH_CACHE"
        ) from None


def _made(folder: Path, make: Callable[[Path], Manifest]) -> Entry:
    """Make the entry; the caller holds its lock, so whatever half of it is there belongs to nobody alive."""
    for left in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left)
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    unfinished.mkdir()
    try:
        manifest = make(unfinished)
        (unfinished / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    _CHECKED[folder] = _stamps(folder)
    return Entry(folder, manifest)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for the lock, which ends with the process at the latest; its file stays."""
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _whole(folder: Path) -> Entry | None:
    """The entry, its bytes checked; None where there is none, or one that is damaged."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        _check(folder, manifest)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, ValidationError) as error:
        log.warning("prepared pictures in %s are damaged and made again: %s", folder, error)
        return None
    return Entry(folder, manifest)


# The seeds of a trial load one data set in one process: gigabytes need not be read again for each of them.
_CHECKED: dict[Path, tuple[tuple[int, ...], ...]] = {}


def _check(folder: Path, manifest: Manifest) -> None:
    stamps = _stamps(folder)
    if _CHECKED.get(folder) == stamps:
        return
    if _fingerprint(folder) != manifest.fingerprint:
        raise DamagedError("its bytes do not have the checksum in its manifest")
    _CHECKED[folder] = stamps


def _stamps(folder: Path) -> tuple[tuple[int, ...], ...]:
    statuses = [path.stat() for path in sorted(folder.iterdir())]
    return tuple((s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for s in statuses)


def _fingerprint(folder: Path) -> str:
    """The fingerprint of the arrays, from their files: pages that are mapped would count as this process's memory."""
    digest = hashlib.sha256()
    for part in PARTS:
        array = _mapped(folder, part)
        digest.update(fingerprint_header(part, array))
        if array is None:
            continue
        with (folder / f"{part}.npy").open("rb") as file:
            file.seek(array.offset)
            while piece := file.read(_CHUNK_BYTES):
                digest.update(piece)
    return digest.hexdigest()


def _mapped(folder: Path, part: str) -> np.memmap[Any, Any] | None:
    path = folder / f"{part}.npy"
    if part.endswith("labels") and not path.exists():
        return None
    mapped: np.memmap[Any, Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return mapped


def _array(folder: Path, part: str) -> NDArray[Any] | None:
    mapped = _mapped(folder, part)
    # Labels are few; in memory, and in this machine's byte order, they are as those of any other set.
    return mapped if mapped is None or part.endswith("images") else np.array(mapped, np.int64)
