"""From trials to finished charts: the drawing, its text alternative, its numbers."""

from __future__ import annotations

import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bench import numbers
from bench.quality.cards import card_named
from bench.quality.curve import DISTANCES, Distance
from bench.quality.record import Quality
from bench.report import figures, svg
from bench.report.figures import Mark
from bench.report.palette import Palette
from bench.report.table import Table
from bench.results.groups import FRAMEWORKS, Protocol, cells
from bench.results.pairs import MARK, unproved_models
from bench.results.record import TrialRecord

ENDS: dict[Distance, tuple[str, str]] = {"fd": ("floor", "ceiling"), "kid": ("kid_floor", "kid_ceiling")}
"""Distance -> the figures that say what real images, and noise, have of it."""


SPEEDS = {"images_per_second": "training images", "sample_images_per_second": "samples"}
"""Field of a trial -> what it counts in a second; training first."""


@dataclass(frozen=True)
class Chart:
    """One or more drawings that share a legend and a caption; the template says how to read them.

    `models` are those that the legend names, none where the drawings do. `unproved` maps each model whose frameworks
    may not be compared to the reason; `bands`, `ladder` and `target` say what is drawn beside the marks, `bars` that
    bars are drawn in their place, and `fidelity` that a drawing sets it against variety. `owners` are the model and
    the frameworks of each drawing, where it is of one model alone. `name` begins the drawings' ids.
    """

    caption: str
    drawings: list[Markup]
    models: list[str]
    unproved: dict[str, str]
    bands: bool = False
    table: Table | None = None
    ladder: bool = False
    target: bool = False
    owners: Sequence[tuple[str, Sequence[str]]] = ()
    bars: bool = False
    fidelity: bool = False
    name: str = ""


def throughput(trials: Sequence[TrialRecord], palette: Palette, name: str) -> Chart | None:
    """Speed of one setting, in training and in drawing samples; None where training was not measured.

    `name` begins the drawings' ids.
    """
    found = {what: _marks(trials, operator.attrgetter(field)) for field, what in SPEEDS.items()}
    marks = next(iter(found.values()))
    if not marks:
        return None
    unproved = unproved_models(trials)
    drawings = []
    for number, (what, shown) in enumerate(found.items(), 1):
        if not shown:
            continue
        spoken = [f"{who(m, unproved)}: {numbers.significant(statistics.median(m.values))}" for m in shown]
        words = f"{what[:1].upper()}{what[1:]} per second. {'; '.join(spoken)}."
        with svg.style():
            figure = figures.throughput(shown, palette, unproved, f"{what} per second")
            drawings.append(svg.render(figure, f"{name}-{number}", words))
    return Chart("Images per second, trained on and drawn", drawings, [], unproved)


def distance(
    protocol: Protocol, trials: Sequence[TrialRecord], scored: Mapping[str, Quality], palette: Palette, name: str
) -> Chart | None:
    """Final distances of one protocol: Fréchet, or kernel where there is none of those; None where there is neither."""
    figure = next((f for f in DISTANCES if any(getattr(quality, f) is not None for quality in scored.values())), None)
    marks = _marks(trials, lambda trial: getattr(scored[trial.id], figure) if figure and trial.id in scored else None)
    if figure is None or not marks:
        return None
    ends = [
        max((value for quality in scored.values() if (value := getattr(quality, field)) is not None), default=None)
        for field in ENDS[figure]
    ]
    title = titled(protocol.title, protocol.extractor, figure)
    unproved = unproved_models(trials)
    rungs = ladder(protocol, figure)
    spoken = [f"{who(m, unproved)}: {numbers.significant(statistics.fmean(m.values))}" for m in marks]
    if rungs:
        spoken += [f"{rungs.title}: {', '.join(f'{k} {numbers.significant(v)}' for k, v in rungs.rungs.items())}"]
    with svg.style():
        drawn = figures.distance(marks, palette, unproved, title, ends[0], ends[1], rungs)
        drawing = svg.render(drawn, name, f"{title}, lower is better. {'; '.join(spoken)}.")
    return Chart(f"{title} after training", [drawing], [], unproved, ladder=rungs is not None, name=name)


def ladder(protocol: Protocol, figure: Distance) -> figures.Ladder | None:
    """What the extractor of a protocol says of real images with known faults; None where nothing is known of it.

    Without real images and noise, which every figure has at its own N.
    """
    card = card_named(protocol.extractor)
    if card is None:
        return None
    rungs = {
        name: value
        for name, rung in card.ladder.items()
        if name not in ("real", "noise") and (value := getattr(rung, figure, None)) is not None
    }
    alike = card.floor_n == protocol.n
    at = f"N = {numbers.count(card.floor_n)}" + ("" if alike else f", not {numbers.count(protocol.n)} as above")
    return figures.Ladder(f"real images with known faults, {at}", rungs) if rungs else None


def titled(title: str, extractor: str, figure: Distance) -> str:
    """What a column of distances is called: `title` is what those of an extractor are, if Fréchet's."""
    return title if figure == "fd" else f"KID [{extractor}]"


def who(mark: Mark, unproved: dict[str, str]) -> str:
    """A mark's name in the text alternative."""
    return f"{mark.model} in {FRAMEWORKS[mark.framework]}" + (f" ({MARK})" if mark.model in unproved else "")


def _marks(trials: Sequence[TrialRecord], get: Callable[[TrialRecord], float | None]) -> list[Mark]:
    """The values of every cell that has any."""
    found = []
    for cell in (cell for pair in cells(trials).values() for cell in pair):
        values = tuple(value for trial in cell.finished if (value := get(trial)) is not None)
        if values:
            found.append(Mark(cell.model, cell.framework, values))
    return found
