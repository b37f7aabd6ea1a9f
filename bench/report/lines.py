"""Scores as a terminal shows them: a column a figure, and the protocols in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bench import numbers
from bench.quality.record import Quality

Column = Callable[[Quality], str | None]
"""Gives the text of a figure, or None where there is none."""

INTERVAL = "FD: in brackets its 95 % bootstrap interval over the generated images; training again moves it more"
ALWAYS = ("FD", "IS")
"""Columns that are there even if no trial has the figure."""


def columns(qualities: Iterable[Quality]) -> dict[str, Column]:
    """The columns that some score fills, and those that are always there, by title."""
    known = list(qualities)
    return {
        title: column
        for title, column in COLUMNS.items()
        if title in ALWAYS or any(column(quality) is not None for quality in known)
    }


def protocol(quality: Quality) -> str:
    """By what, on how many images and against what a score was taken."""
    return f"{quality.title}, N = {quality.n:,} on each side, against {quality.reference}"


def _fd(quality: Quality) -> str | None:
    """The Fréchet distance with its interval."""
    if quality.fd is None:
        return None
    # Three digits and not a fixed place: its scale differs from extractor to extractor.
    interval = quality.fd_interval and "–".join(map(numbers.significant, quality.fd_interval))
    return numbers.significant(quality.fd) + (f" ({interval})" if interval else "")


def _precision_and_recall(quality: Quality) -> str | None:
    if quality.precision is None or quality.recall is None:
        return None
    return f"{numbers.share(quality.precision)} / {numbers.share(quality.recall)}"


def _fixed(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:,.{digits}f}"


COLUMNS: dict[str, Column] = {
    "FD": _fd,
    "IS": lambda quality: _fixed(quality.inception_score, 2),
    "KID": lambda quality: _fixed(quality.kid, 4),
    "prec. / recall": _precision_and_recall,
    "coverage": lambda quality: _fixed(quality.coverage, 2),
}
