"""`folder:PATH[,size=64][,channels=3]`: any folder of pictures."""

from __future__ import annotations

from bench.datasets.folder_source import folder_source
from bench.datasets.folders.names import FOLDER
from bench.datasets.source import Source


def resolve(name: str) -> Source | None:
    """The folder that a name says, or None for a name of another kind."""
    return folder_source(name) if name.startswith(FOLDER) else None
