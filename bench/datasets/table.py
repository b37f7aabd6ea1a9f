"""The table of the data sets as plain rows, for `data list` and `list datasets`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from bench.datasets.catalogue import sources
from bench.datasets.source import Sizes


@dataclass(frozen=True)
class Row:
    """What `data list` says about one data set."""

    name: str
    """What the user calls it."""
    title: str
    """What it shows."""
    sizes: Sizes | None
    """Counts and image shape; None where only loading would tell."""
    where: str | None
    """The file or folder that would be read; None when the images are not on this machine, or not made yet."""
    how_to_get: str
    """What to do when they are not."""
    licence: str
    """The terms of use."""
    origin: str
    """Where the images come from."""
    checksums: dict[str, str]
    """SHA-256 (hex) of what must be there, by what it is of; empty where nobody knows beforehand."""
    always_here: bool
    """Whether no machine lacks the images."""
    bundled: bool
    """Whether they are part of the installation."""

    def as_json(self) -> dict[str, Any]:
        """The fields in a form that JSON takes; `sizes` is null or has the fields of `Sizes`."""
        fields = dataclasses.asdict(self)
        if self.sizes is not None:
            fields["sizes"]["image_shape"] = list(self.sizes.image_shape)
        return fields


def rows() -> list[Row]:
    """One row for each known data set, in the order of `sources()`. Reads no image."""
    table = []
    for source in sources().values():
        where = source.where()
        table.append(
            Row(
                name=source.name,
                title=source.title,
                sizes=source.sizes,
                where=str(where) if where is not None and where.exists() else None,
                how_to_get=source.how_to_get,
                licence=source.licence,
                origin=source.origin,
                checksums=dict(source.known_checksums),
                always_here=source.always_here,
                bundled=source.bundled,
            )
        )
    return table
