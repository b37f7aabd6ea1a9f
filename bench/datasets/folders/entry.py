"""A prepared data set in the cache: four arrays that are mapped into memory, and a manifest that they are checked by.

An entry is made in a neighbouring folder and renamed when it is whole; who makes it holds a lock, and whoever else
wants the same waits for it. The manifest carries the checksum of the arrays, and one of itself. The name of an entry is
a key of everything that its content depends on.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from bench.datasets.folders.cache import locked, remove, writing
from bench.datasets.folders.scan import shown
from bench.datasets.imageset import PARTS, ImageSet, fingerprint_header
from bench.datasets.preparation import Preparation, Skipped

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


class _Sealed(BaseModel):
    """A manifest as it stands in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest: Manifest
    sha256: str
    """Of the manifest as JSON without spaces."""

    @classmethod
    def of(cls, manifest: Manifest) -> _Sealed:
        return cls(manifest=manifest, sha256=hashlib.sha256(manifest.model_dump_json().encode()).hexdigest())


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
                path=shown(str(path)),
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
    with writing():
        folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        # Whoever had the lock before has made it, perhaps.
        return _whole(folder) or _made(folder, make)


def read(folder: Path) -> Entry:
    """The entry in `folder`, its bytes checked.

    Raises `FileNotFoundError` where there is none, `DamagedError` for a damaged one.
    """
    try:
        folder.lstat()
    except NotADirectoryError as error:  # of the folders above it, one is a file
        raise FileNotFoundError(*error.args) from error
    try:
        sealed = _Sealed.model_validate_json((folder / MANIFEST).read_bytes())
        if sealed != _Sealed.of(sealed.manifest):
            raise DamagedError("its manifest does not have its own checksum")
        _check(folder, sealed.manifest)
    except DamagedError:
        raise
    except FileNotFoundError as error:
        raise DamagedError(f"it has no {Path(error.filename).name}") from error
    except (OSError, EOFError, ValueError, ValidationError) as error:
        raise DamagedError(" ".join(str(error).split())) from error
    return Entry(folder, sealed.manifest)


def read_or_remove(folder: Path) -> Entry | None:
    """The entry in `folder`; None once it is found damaged and removed, under its lock.

    Raises `FileNotFoundError` where there is none, `UserError` where the cache cannot be written.
    """
    try:
        return read(folder)
    except DamagedError:
        pass
    with locked(folder):
        # Whoever had the lock before has made it again, perhaps.
        try:
            return read(folder)
        except DamagedError:
            with writing():
                remove(folder)
            return None


def _made(folder: Path, make: Callable[[Path], Manifest]) -> Entry:
    """Make the entry; the caller holds its lock, so whatever half of it is there belongs to nobody alive."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    with writing():
        for left in folder.parent.glob(f".{folder.name}.*"):
            remove(left)
        unfinished.mkdir()
    try:
        manifest = make(unfinished)
        with writing():
            (unfinished / MANIFEST).write_text(_Sealed.of(manifest).model_dump_json(indent=1), encoding="utf-8")
            remove(folder)
            unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    _CHECKED[folder] = _stamps(folder)
    return Entry(folder, manifest)


def _whole(folder: Path) -> Entry | None:
    """The entry; None where there is none, or one that is damaged."""
    try:
        return read(folder)
    except FileNotFoundError:
        return None
    except DamagedError as error:
        log.warning("prepared pictures in %s are damaged and made again: %s", folder, error)
        return None


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
