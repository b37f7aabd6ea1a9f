"""Quality against what it costs: the figure of one protocol, its text alternative, its numbers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from bench import numbers
from bench.quality.curve import DISTANCES
from bench.quality.record import Quality
from bench.report import figures, scatter, svg
from bench.report.charts import Chart, titled
from bench.report.marks import marked
from bench.report.palette import INK, Palette
from bench.report.scatter import Spot
from bench.report.table import Column, Footnotes, Table, Value
from bench.results.groups import FRAMEWORKS, Cell, Protocol, cells, seeds
from bench.results.pairs import unproved_models
from bench.results.record import Framework, TrialRecord

ROOM = 0.12
"""What the axis of distances leaves free at either end, for names."""


@dataclass(frozen=True)
class Cost:
    """What quality is set against: its place in a record, its names, how a figure of it is written."""

    field: str
    name: str
    label: str
    form: numbers.Format
    scale: float = 1.0
    """What the axis divides by."""


COSTS = (
    Cost("train_seconds", "training time", "seconds on the training clock", numbers.duration),
    Cost("peak_memory_bytes", "memory", "peak memory in GiB", numbers.memory, 2.0**30),
)


@dataclass(frozen=True)
class Point:
    """A model in one framework: mean distance, and median cost, over its seeds."""

    model: str
    framework: Framework
    cost: float
    distance: float


def front(points: Sequence[Point]) -> list[Point]:
    """The points that no other one beats in both, cheapest first: as good for less, or better for as much."""
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.cost, point.distance)):
        if not best or point.distance < best[-1].distance:
            best.append(point)
    return best


def chart(
    protocol: Protocol, trials: Sequence[TrialRecord], scored: Mapping[str, Quality], palette: Palette, name: str
) -> Chart | None:
    """Distance against seconds and against memory; None where no model has both a distance and a cost."""
    distance = next((f for f in DISTANCES if any(getattr(quality, f) is not None for quality in scored.values())), None)
    if distance is None:
        return None
    title = titled(protocol.title, protocol.extractor, distance)
    drawings, shown = [], set()
    for cost in COSTS:
        points = _points(trials, scored, distance, cost)
        if not points:
            continue
        shown |= {point.model for point in points}
        with svg.style():
            figure = draw(points, palette, cost, title)
            drawings.append(svg.render(figure, f"{name}-{cost.field}", _spoken(points, cost, title)))
    if not drawings:
        return None
    models = [model for model in palette.models if model in shown]
    unproved = {model: reason for model, reason in unproved_models(trials).items() if model in shown}
    table = _table(protocol, title, distance, trials, scored)
    return Chart(f"{title} against cost", drawings, models, unproved, table=table)


def draw(points: Sequence[Point], palette: Palette, cost: Cost, title: str) -> Figure:
    """A mark a model and framework, and the front as a dotted staircase; both axes read: less is better."""
    figure, axes = scatter.empty(f"{cost.label}, left is better", f"{figures.brief(title)}, lower is better")
    figures.fit(axes, "x", [point.cost / cost.scale for point in points])
    figures.fit(axes, "y", [point.distance for point in points], ROOM)
    best = front(points)
    axes.step(
        [point.cost / cost.scale for point in best],
        [point.distance for point in best],
        where="post",
        color=INK,
        linewidth=1,
        linestyle=(0, (1, 2)),
        zorder=2,
    )
    scatter.put(axes, [Spot(p.model, p.framework, p.cost / cost.scale, p.distance) for p in points], palette)
    return figure


def _points(trials: Sequence[TrialRecord], scored: Mapping[str, Quality], distance: str, cost: Cost) -> list[Point]:
    found = []
    for cell in (cell for pair in cells(trials).values() for cell in pair):
        distances = _values(cell, lambda trial: getattr(scored.get(trial.id), distance, None))
        costs = _values(cell, lambda trial: getattr(trial, cost.field))
        if distances and costs:
            point = Point(cell.model, cell.framework, statistics.median(costs), statistics.fmean(distances))
            found.append(point)
    return found


def _values(cell: Cell, get: Callable[[TrialRecord], float | None]) -> list[float]:
    return [float(value) for trial in cell.finished if (value := get(trial)) is not None]


def _spoken(points: Sequence[Point], cost: Cost, title: str) -> str:
    all_of_them = "; ".join(
        f"{point.model} in {FRAMEWORKS[point.framework]}: {numbers.significant(point.distance)} "
        f"at {cost.form(point.cost)}"
        for point in points
    )
    best = ", ".join(f"{point.model} in {FRAMEWORKS[point.framework]}" for point in front(points))
    return f"{title} against {cost.label}, less is better in both. {all_of_them}. On the front: {best}."


def _table(
    protocol: Protocol, title: str, distance: str, trials: Sequence[TrialRecord], scored: Mapping[str, Quality]
) -> Table:
    notes = Footnotes()
    best = {cost.field: front(_points(trials, scored, distance, cost)) for cost in COSTS}
    groups = []
    for (model, batch_size), pair in cells(trials).items():
        rows: list[list[Value | None]] = []
        for cell in pair:
            row: list[Value | None] = [Value(FRAMEWORKS[cell.framework], kind=cell.framework)]
            distances = _values(cell, lambda trial: getattr(scored.get(trial.id), distance, None))
            row.append(notes.spread(distances, cell.reasons, numbers.significant, median=False))
            for cost in COSTS:
                costs = _values(cell, lambda trial, field=cost.field: getattr(trial, field))  # type: ignore[misc]
                row.append(notes.spread(costs, cell.reasons, cost.form, median=True))
            on = [
                cost.name
                for cost in COSTS
                if any((point.model, point.framework) == (model, cell.framework) for point in best[cost.field])
            ]
            row.append(Value("; ".join(on) or "–"))
            rows.append(row)
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    columns = [
        Column("Framework", numeric=False),
        Column(title, "lower is better"),
        Column("Training", "clock", unit="s"),
        Column("Peak memory", "of cold starts", unit="bytes"),
        Column("On the front", "of", numeric=False),
    ]
    line = (
        f"{title} by {protocol.extractor}, N = {numbers.count(protocol.n)}: {protocol.reference}; mean over seeds. "
        "Cost: the median over seeds; seconds are the training clock’s, without the first step; memory is the peak of "
        f"the worker process, or of the device where there is one. {seeds(trials)}."
    )
    return Table(f"Quality and cost on {protocol.dataset}", "Model", columns, groups, line, notes.texts)
