"""Where a score stands on the ladder of its extractor: between which images of known faults, in words."""

from __future__ import annotations

from bench.quality.cards import Card, Rung
from bench.quality.record import Quality
from bench.report.numbers import significant

DISTANCES = {"fd": "FD", "kid": "KID"}
"""Figures of a quality and of a rung by which images are set in order; the first that is there decides."""


def position(quality: Quality, card: Card | None) -> str:
    """The rungs between which the distance lies; why it cannot be said, where it cannot.

    A Fréchet distance depends on N, and so does its place; what a kernel inception distance estimates does not.
    """
    if card is None:
        return f"{quality.extractor} has no ladder: only trained domain extractors have one"
    for figure, title in DISTANCES.items():
        value = getattr(quality, figure)
        rungs = {name: found for name, rung in card.ladder.items() if (found := _of(rung, figure)) is not None}
        if value is not None and rungs:
            return f"{title} {significant(value)} {_between(value, rungs)}{_caveat(figure, quality, card)}"
    return f"no distance was measured: {quality.absent.get('fd', 'the ladder has none')}"


def _of(rung: Rung, figure: str) -> float | None:
    found: float | None = getattr(rung, figure)
    return found


def _between(value: float, rungs: dict[str, float]) -> str:
    below = {name: found for name, found in rungs.items() if found <= value}
    above = {name: found for name, found in rungs.items() if found > value}
    lower = max(below, key=below.__getitem__) if below else None
    upper = min(above, key=above.__getitem__) if above else None
    if lower is None:
        return f"is below {_rung(upper, above)}, the lowest rung"
    if upper is None:
        return f"is beyond {_rung(lower, below)}, the highest rung"
    return f"is between {_rung(lower, below)} and {_rung(upper, above)}"


def _rung(name: str | None, rungs: dict[str, float]) -> str:
    return f"'{name}' ({significant(rungs[name])})" if name is not None else ""


def _caveat(figure: str, quality: Quality, card: Card) -> str:
    if figure != "fd":
        return " (by KID, whose expectation is the same at every N)"
    if quality.n == card.floor_n:
        return f" (exact: the ladder has the same N = {quality.n:,})"
    return f" (about: the ladder is of N = {card.floor_n:,}, this of N = {quality.n:,}, and FD falls with N)"
