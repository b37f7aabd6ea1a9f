"""Where a score stands on the ladder of its extractor: between which images of known faults, in words."""

from __future__ import annotations

from bench.datasets import ImageSet
from bench.numbers import significant
from bench.quality.cards import Card, Rung
from bench.quality.record import Quality

DISTANCES = {"fd": "FD", "kid": "KID"}
"""Figures of a quality and of a rung by which images are set in order; the first that is there decides."""
REAL = "real"
"""The rung of real images: nothing that is told apart is better."""


def position(quality: Quality, card: Card | None, against: ImageSet) -> str:
    """The rungs between which the distance lies, or from which it is not told apart; why it cannot be said, if not.

    A distance is not told apart from what lies within its spread: the interval of FD, two standard deviations of KID on
    either side. `against` is the data set that was the reference. A Fréchet distance depends on N, and so does its
    place; what a kernel inception distance estimates does not.
    """
    if card is None:
        return f"{quality.extractor} has no ladder: only trained domain extractors have one"
    for figure, title in DISTANCES.items():
        value = getattr(quality, figure)
        rungs = {name: found for name, rung in card.ladder.items() if (found := _of(rung, figure)) is not None}
        if value is not None and rungs:
            place = _place(quality, figure, value, rungs)
            return f"{title} {significant(value)} is {place}{_caveat(figure, quality, card, against)}"
    return f"no distance was measured: {quality.absent.get('fd', 'the ladder has none')}"


def _of(rung: Rung, figure: str) -> float | None:
    found: float | None = getattr(rung, figure)
    return found


def _place(quality: Quality, figure: str, value: float, rungs: dict[str, float]) -> str:
    least, most = _spread(quality, figure, value)
    near = [name for name in sorted(rungs, key=rungs.__getitem__) if least <= rungs[name] <= most]
    if REAL in rungs and value <= _floor(quality, figure, rungs[REAL]):
        others = [name for name in near if name != REAL]
        return f"at {_rung(REAL, rungs)}" + (f", and not told apart from {_rungs(others, rungs)}" if others else "")
    return f"not told apart from {_rungs(near, rungs)}" if near else _between(value, rungs)


def _spread(quality: Quality, figure: str, value: float) -> tuple[float, float]:
    if figure == "kid":
        width = 2.0 * (quality.kid_std or 0.0)
        return value - width, value + width
    # An interval of resamples need not hold the value.
    ends = (value, *(quality.fd_interval or ()))
    return min(ends), max(ends)


def _floor(quality: Quality, figure: str, real: float) -> float:
    """The distance of real images: the ladder's, or at this N, whichever is larger."""
    here = quality.floor if figure == "fd" else quality.kid_floor
    return real if here is None else max(real, here)


def _between(value: float, rungs: dict[str, float]) -> str:
    below = [name for name in rungs if rungs[name] < value]
    above = [name for name in rungs if rungs[name] > value]
    if not below:
        return f"below {_rung(min(above, key=rungs.__getitem__), rungs)}, the lowest rung"
    lower = _rung(max(below, key=rungs.__getitem__), rungs)
    if not above:
        return f"beyond {lower}, the highest rung"
    return f"between {lower} and {_rung(min(above, key=rungs.__getitem__), rungs)}"


def _rungs(names: list[str], rungs: dict[str, float]) -> str:
    return ", ".join(_rung(name, rungs) for name in names)


def _rung(name: str, rungs: dict[str, float]) -> str:
    return f"'{name}' ({significant(rungs[name])})"


def _caveat(figure: str, quality: Quality, card: Card, against: ImageSet) -> str:
    if figure != "fd":
        return " (by KID, whose expectation is the same at every N)"
    reasons = []
    if not _is_of(card, against):
        reasons.append(f"the ladder is of {card.dataset or card.domain}, this of {against.name}")
    if quality.n != card.floor_n:
        reasons.append(f"the ladder is of N = {card.floor_n:,}, this of N = {quality.n:,}, and FD falls with N")
    return f" (about: {'; '.join(reasons)})" if reasons else f" (exact: the ladder has the same N = {quality.n:,})"


def _is_of(card: Card, against: ImageSet) -> bool:
    """Whether the ladder was measured against the test images of this data set."""
    if card.fingerprint is not None:
        return card.fingerprint == against.fingerprint
    return (card.dataset or card.domain) == against.name
