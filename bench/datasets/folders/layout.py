"""What the subfolders of a folder mean: train and test, and classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.datasets.folders.scan import Found, Scan, shown
from bench.datasets.preparation import Skipped

SIDES = ("train", "test")


@dataclass(frozen=True)
class Place:
    """Where a file stands."""

    test: bool | None
    """Whether it is given for testing; None where the split is not given."""
    class_name: str | None
    """The subfolder that it lies in, or None."""


@dataclass(frozen=True)
class Layout:
    """The files of a folder with their places."""

    files: tuple[Found, ...]
    places: tuple[Place, ...]
    given: bool
    """Whether `train` and `test` at the top say which pictures are for what."""
    skipped: tuple[Skipped, ...]


def layout(found: Scan) -> Layout:
    """Read the meaning of the subfolders from their names.

    With folders `train` and `test` (in any case) at the top, be there any picture in them or none, what lies beside
    them is left out, in a line for each file or folder at the top.
    """
    files = found.files
    parts = [file.name.split("/") for file in files]
    if not set(SIDES) <= {name.lower() for name in found.folders}:
        return Layout(files, tuple(Place(None, _class(names)) for names in parts), False, ())
    inside = [index for index, names in enumerate(parts) if len(names) > 1 and names[0].lower() in SIDES]
    chosen = [(files[index], Place(parts[index][0].lower() == "test", _class(parts[index][1:]))) for index in inside]
    beside = Counter(names[0] + "/" * (len(names) > 1) for names in parts)
    skipped = [
        Skipped(shown(top), f"beside train and test: {count} file{'s' * (count > 1)}")
        for top, count in beside.items()
        if not (top.endswith("/") and top[:-1].lower() in SIDES)
    ]
    return Layout(tuple(file for file, _ in chosen), tuple(place for _, place in chosen), True, tuple(skipped))


def classes(places: Sequence[Place]) -> tuple[str, ...] | None:
    """The names of the classes, sorted; None unless every picture lies in a subfolder."""
    names = {place.class_name for place in places}
    return None if None in names else tuple(sorted(name for name in names if name is not None))


def _class(names: list[str]) -> str | None:
    return names[0] if len(names) > 1 else None
