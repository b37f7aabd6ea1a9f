"""`data verify`: whether the data sets that are here are what they should be."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.datasets.catalogue import find, sources
from bench.datasets.folders.entry import MANIFEST, Manifest, obtain
from bench.datasets.source import Source
from bench.errors import UserError
from bench.paths import cache_folder


@dataclass(frozen=True)
class Check:
    """What was found of one data set."""

    name: str
    """What the user calls it."""
    verdict: Literal["ok", "repaired", "damaged", "absent"]
    detail: str
    """In one line: what was checked, what is wrong and what to do about it."""
    where: str | None
    """The file or folder that was read."""

    @property
    def passed(self) -> bool:
        """Whether the data set can be used as it is now."""
        return self.verdict in ("ok", "repaired")

    def as_json(self) -> dict[str, Any]:
        """The fields in a form that JSON takes."""
        return dataclasses.asdict(self)


def check(source: Source) -> Check:
    """Check one data set."""
    where = source.where()
    if where is None:
        return Check(source.name, "absent", source.how_to_get, None)
    try:
        found = source.verify()
    except UserError as error:
        return Check(source.name, "damaged", " ".join(str(error).split()), str(where))
    return Check(source.name, "repaired" if found.repaired else "ok", found.detail, str(where))


def check_all() -> list[Check]:
    """Check every data set with a name of its own that is here, then what the cache holds of folders and the like."""
    return [*(check(source) for source in sources().values() if source.where() is not None), *_prepared()]


def _prepared() -> Iterator[Check]:
    """Check the prepared pictures in the cache, by their keys. Damaged ones go: they are made again when next used."""
    root = cache_folder() / "prepared"
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not (folder / MANIFEST).exists():  # locks, and what is remembered of folders
            continue
        name = f"prepared/{folder.name[:8]}"
        try:
            entry = obtain(folder, _not_here)
        except _DamagedError:
            shutil.rmtree(folder)
            yield Check(name, "repaired", "was damaged: removed, and made again when next used", str(folder))
        else:
            yield Check(name, "ok", f"fingerprint {entry.manifest.fingerprint[:12]}…", str(folder))


class _DamagedError(Exception):
    """An entry that would have to be made again."""


def _not_here(folder: Path) -> Manifest:
    """Make no entry: what it was made of need not be here any more."""
    raise _DamagedError(folder)


def verify(name: str | None = None) -> list[Check]:
    """Check the data set of that name, here or not, or every one that is here. Raises `UserError` for no such name."""
    return check_all() if name is None else [check(find(name))]
