"""A picture of the page with the words around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.report import images
from bench.results.pairs import description_of
from bench.results.record import TrialRecord


@dataclass(frozen=True)
class Picture:
    """A picture with its caption; `uri` is None where there is none, and `reason` says why."""

    title: str
    alt: str
    uri: str | None
    detail: str = ""
    reason: str = ""
    framework: str = ""


def asked_classes(trial: TrialRecord) -> int:
    """How many classes a trial's grids have columns of; 0 where its model is not asked for classes."""
    found = description_of(trial.model)
    return (trial.num_classes or 0) if found is not None and found.needs_labels else 0


def by_class(asked: int, names: Sequence[str] | None = None, most: int = images.MOST_CLASSES) -> str:
    """What a grid of so many classes shows, in words: the first `most` of them.

    `names` are the classes', in order, where the run knows them.
    """
    shown = min(asked, most)
    some = f", the first {shown} of {asked}" if shown < asked else ""
    if names is not None and len(names) == asked:
        return f"each column is a class that was asked for{some}: {', '.join(names[:shown])}"
    return f"each column is a class that was asked for{some or f', 0 to {asked - 1}'}"


def drawn(title: str, alt: str, detail: str, draw: Callable[[], str], framework: str = "") -> Picture:
    """The picture whose data URI `draw` returns, or the reason why it could not."""
    try:
        return Picture(title, alt, draw(), detail, framework=framework)
    except images.MissingPictureError as missing:
        return Picture(title, alt, None, detail, str(missing), framework)
