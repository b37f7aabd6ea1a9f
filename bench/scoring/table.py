"""A score as rows for people: each figure beside the scale that it is read by, whatever figures there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.numbers import significant
from bench.quality.record import Quality

BESIDE = {"floor": "fd_floor", "ceiling": "fd_ceiling"}
"""Figures that stand beside another and do not begin with its name -> the name that they would have."""
SPREADS, FLOORS, CEILINGS = ("interval", "std"), ("floor", "real"), ("ceiling",)
"""Endings of the figures that stand beside another, column by column: of two the first that is there."""


class Row(NamedTuple):
    """A figure in words; what is not there is empty."""

    figure: str
    value: str
    spread: str
    """Its interval, or how much it varies."""
    real: str
    """The same figure of real images."""
    noise: str
    """The same figure of uniform noise."""


def rows_of(quality: Quality) -> list[Row]:
    """A row for each figure that has a value, in the record's order."""
    values = quality.model_dump(by_alias=True)
    named = {BESIDE.get(name, name): values[name] for name in quality.figures()}
    return [
        Row(name, _text(value), *(_beside(named, name, endings) for endings in (SPREADS, FLOORS, CEILINGS)))
        for name, value in named.items()
        if value is not None and not _stands_beside(name, named)
    ]


def notes_of(quality: Quality) -> Iterator[str]:
    """The figures without a value, by reason: "n/a: fd, floor: N too small ..."."""
    by_reason: dict[str, list[str]] = {}
    for name in quality.figures():
        if name in quality.absent:
            by_reason.setdefault(quality.absent[name], []).append(name)
    for reason, names in by_reason.items():
        yield f"n/a: {', '.join(names)}: {reason}"


def _stands_beside(name: str, named: dict[str, Any]) -> bool:
    base, _, ending = name.rpartition("_")
    return base in named and ending in (*SPREADS, *FLOORS, *CEILINGS)


def _beside(named: dict[str, Any], name: str, endings: tuple[str, ...]) -> str:
    ending = next((ending for ending in endings if named.get(f"{name}_{ending}") is not None), None)
    value: Any = named.get(f"{name}_{ending}")
    match ending:
        case None:
            return ""
        case "interval":
            return " to ".join(map(_text, value))
        case "std":
            return f"± {_text(value)}"
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return "n/a"
        case float():
            return significant(value)
        case [dict(), *_]:
            return f"{len(value)} of them in --json"
        case list() | tuple():
            return ", ".join(map(_text, value))
    return str(value)
