"""`npz:FILE`: any array of images."""

from __future__ import annotations

from bench.datasets.folders.names import NPZ
from bench.datasets.npz_source import npz_source
from bench.datasets.source import Source


def resolve(name: str) -> Source | None:
    """The file that a name says, or None for a name of another kind."""
    return npz_source(name) if name.startswith(NPZ) else None
