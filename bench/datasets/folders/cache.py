"""The cache that prepared pictures are kept in: its locks, its one error, and what is cleared from it."""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.datasets.places import cache_refused

_KEY = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = re.compile(rf"\.({_KEY.pattern})\.\d+")


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Turn an error of the disk into the `UserError` on the cache; around what writes to the cache, and that alone."""
    try:
        yield
    except OSError as error:
        raise cache_refused(error) from error


@contextlib.contextmanager
def locked(entry: Path, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of an entry, which ends with the process at the latest; its file stays.

    Without `wait`, False where another process holds it.
    """
    with writing():
        lock = entry.with_suffix(".lock").open("wb")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, or a file, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def entries(root: Path) -> list[Path]:
    """Whatever stands where an entry would, by key; locks and what is remembered of folders are none."""
    return sorted(path for path in root.iterdir() if _KEY.fullmatch(path.name)) if root.is_dir() else []


def leftovers(root: Path) -> list[Path]:
    """What preparations have begun in the cache: some may still be at work."""
    return sorted(path for path in root.iterdir() if _UNFINISHED.fullmatch(path.name)) if root.is_dir() else []


def cleared(left: Path) -> bool:
    """Remove what a preparation has begun, unless it is still at work."""
    match = _UNFINISHED.fullmatch(left.name)
    if match is None:
        raise ValueError(f"{left} was begun by no preparation")
    with locked(left.with_name(match[1]), wait=False) as free:
        if free:
            with writing():
                remove(left)
    return free
