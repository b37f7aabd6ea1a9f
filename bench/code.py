"""Which code this is: a hash that changes with any line that a result depends on."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import bench

ROOT = Path(bench.__file__).parents[1]
"""The folder that holds `bench` and the folders of the models."""


@functools.cache
def code_hash(*folders: str) -> str:
    """Sixteen hex digits that change with any line of code, or card of bundled weights, in folders such as `models_tf`.

    A card names the hash of its weights.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted([*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.json")]):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
