"""Reading JSON that another version of the suite may have written: what is missing counts as empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def member(found: Json, key: str) -> Json:
    """The object under a key; empty where there is none."""
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def members(found: Json, key: str) -> list[Json]:
    """The objects of the list under a key; what is no object is left out."""
    value = found.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A number, or None for all else; true and false are none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
