"""Which code this is: hashes that change with any line that a result depends on."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

import bench

ROOT = Path(bench.__file__).parents[1]
"""The folder that holds `bench` and the folders of the models."""


@functools.cache
def code_hash(*folders: str) -> str:
    """Sixteen hex digits that change with any line of code, or card of bundled weights, in folders such as `models_tf`.

    A card names the hash of its weights. What a process has imported does not change while it runs, so that neither
    does this.
    """
    return read_code_hash(*folders)


def read_code_hash(*folders: str) -> str:
    """The same of the code as it is on disk now."""
    files = [path for folder in folders for kind in ("*.py", "*.json") for path in (ROOT / folder).rglob(kind)]
    return _hash_of(ROOT, files)


def package_hash(module: str) -> str | None:
    """Sixteen hex digits of the installed package that a module belongs to, without importing it; None: not found."""
    spec = importlib.util.find_spec(module.partition(".")[0])
    if spec is None or spec.origin is None:
        return None
    if not spec.submodule_search_locations:
        return _hash_of(Path(spec.origin).parent, [Path(spec.origin)])
    folder = Path(spec.submodule_search_locations[0])
    return _hash_of(folder, folder.rglob("*.py"))


def _hash_of(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
