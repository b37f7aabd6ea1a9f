"""Where on this machine a full data set is looked for."""

from __future__ import annotations

from pathlib import Path

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
