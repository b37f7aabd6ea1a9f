"""`data verify`: whether the data sets that are here are what they should be."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.datasets.catalogue import find, sources
from bench.datasets.folders.cache import cleared, entries, leftovers
from bench.datasets.folders.entry import read_or_remove
from bench.datasets.folders.scan import shown
from bench.datasets.source import Source
from bench.errors import UserError
from bench.paths import cache_folder

Verdict = Literal["ok", "repaired", "damaged", "absent"]


@dataclass(frozen=True)
class Check:
    """What was found of one data set."""

    name: str
    """What the user calls it."""
    verdict: Verdict
    detail: str
    """In one line: what was checked, what is wrong and what to do about it."""
    where: str | None
    """The file or folder that was read, fit to be printed on one line."""

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
        return Check(source.name, "damaged", " ".join(str(error).split()), shown(str(where)))
    # What is made when it is first used need not be there yet.
    place = shown(str(where)) if where.exists() else None
    return Check(source.name, "repaired" if found.repaired else "ok", found.detail, place)


def check_all() -> list[Check]:
    """Check every data set with a name of its own that is here, then what the cache holds of folders and the like."""
    return [*(check(source) for source in sources().values() if source.where() is not None), *_prepared()]


def _prepared() -> Iterator[Check]:
    """Check the prepared pictures in the cache, by their keys. Damaged ones go: they are made again when next used.

    So does what a preparation has left that was broken off.
    """
    root = cache_folder() / "prepared"
    for path in (*leftovers(root), *entries(root)):
        try:
            found = _prepared_one(path)
        except UserError as error:
            found = ("damaged", " ".join(str(error).split()))
        if found is not None:
            verdict, detail = found
            yield Check(f"prepared/{path.name.lstrip('.')[:8]}", verdict, detail, str(path))


def _prepared_one(path: Path) -> tuple[Verdict, str] | None:
    """Verdict and detail on one entry or leftover; None for what is being made, or has just gone."""
    if path.name.startswith("."):
        return ("repaired", "was begun and broken off: removed") if cleared(path) else None
    try:
        entry = read_or_remove(path)
    except FileNotFoundError:
        return None
    if entry is None:
        return "repaired", "was damaged: removed, and made again when next used"
    return "ok", f"fingerprint {entry.manifest.fingerprint[:12]}…"


def verify(name: str | None = None) -> list[Check]:
    """Check the data set of that name, here or not, or every one that is here. Raises `UserError` for no such name."""
    return check_all() if name is None else [check(find(name))]
