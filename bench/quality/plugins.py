"""Extractors and metrics by folder: one file each; other people's packages add theirs by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from importlib import metadata
from types import ModuleType
from typing import Any

from bench.errors import UserError


def plugins(package: ModuleType, group: str) -> dict[str, Callable[[], Any]]:
    """The modules of a package and of an entry-point group, by name, each behind a call that imports it.

    Nothing is imported to list the names. Two of one name are a UserError.
    """
    found: dict[str, Callable[[], Any]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        found[info.name] = _importer(f"{package.__name__}.{info.name}")
    for entry in sorted(metadata.entry_points(group=group), key=lambda entry: entry.name):
        if entry.name in found:
            raise UserError(
                f"two plugins of {group} are called '{entry.name}': uninstall the package of {entry.value}."
            )
        found[entry.name] = entry.load
    return found


def _importer(module: str) -> Callable[[], ModuleType]:
    return lambda: importlib.import_module(module)
