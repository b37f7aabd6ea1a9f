"""Which models there are."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from importlib.metadata import entry_points

import bench.models
from bench.errors import unknown
from bench.models.description import Description


@functools.cache
def descriptions() -> dict[str, Description]:
    """Every model by name: the suite's own in alphabetical order of their files, then installed ones."""
    found = []
    for module in pkgutil.iter_modules(bench.models.__path__):
        description = getattr(importlib.import_module(f"bench.models.{module.name}"), "DESCRIPTION", None)
        if isinstance(description, Description):
            found.append(description)
    found += [entry.load() for entry in entry_points(group="pairbench.models")]
    # The headline models first: they are what the page opens with.
    return {description.name: description for description in sorted(found, key=lambda d: not d.headline)}


def find(name: str) -> Description:
    """The model of that name; raises `UserError` with the nearest names."""
    try:
        return descriptions()[name]
    except KeyError:
        raise unknown("model", name, descriptions()) from None
