"""Where on this machine a full data set is looked for."""

from __future__ import annotations

from pathlib import Path

from bench.errors import UserError
from bench.paths import cache_folder, data_folder

SYSTEM_FOLDERS: tuple[Path, ...] = (Path("/usr/share/datasets"),)
"""Where packages of the operating system put data sets (Debian: dataset-fashion-mnist)."""


def search(name: str) -> tuple[Path, ...]:
    """The folders that may hold the data set, the first one first: named by the user, cache, system."""
    named = data_folder()
    first = (named / name,) if named else ()
    return (*first, cached(name), *(folder / name for folder in SYSTEM_FOLDERS))


def cached(name: str) -> Path:
    """The folder of the user's cache that downloads of this data set go to."""
    return cache_folder() / "datasets" / name


def unfinished() -> Path:
    """The folder of the user's cache that holds the beginnings of downloads that were broken off."""
    return cache_folder() / "unfinished"


def cache_refused(error: OSError) -> UserError:
    """The error for a cache that cannot be written to."""
    return UserError(
        f"cannot write to the cache {cache_folder()}: {error.strerror}.\n"
        "Make room there, or set BENCH_CACHE to a folder that can be written to."
    )
