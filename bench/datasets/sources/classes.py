"""`NAME[classes=0,1]`: some classes of any labelled data set."""

from __future__ import annotations

from bench.datasets.class_source import class_source
from bench.datasets.source import Source


def resolve(name: str) -> Source | None:
    """The classes that a name says, or None for a name of another form."""
    return class_source(name)
