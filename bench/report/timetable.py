"""How soon how good: the table under the curves of a setting."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Sequence

from bench import numbers
from bench.quality.record import NOT_RECORDED
from bench.report.curves import OverTime, over_time
from bench.report.marks import marked
from bench.report.table import Column, Footnotes, Table, Value
from bench.results.groups import FRAMEWORKS, Cell, Protocol, cells, measured, seeds
from bench.results.record import CurvePoint, TrialRecord

OUTSIDE = ("never", "before the first checkpoint")
"""Ways to come to a target that leave no figure behind, though something is known of it."""


def times(protocol: Protocol, trials: Sequence[TrialRecord]) -> Table:
    """How good each model was on the way, how soon it came to the target, and what looking at it cost."""
    notes = Footnotes()
    said = over_time(protocol, trials)
    ends = {(found.first_images, found.last_images) for found in said.values()}
    groups = []
    for (model, batch_size), pair in cells(trials).items():
        rows = [_row(cell, said, len(ends) > 1, notes) for cell in pair]
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    columns = [
        Column("Framework", numeric=False),
        Column("Mean on the way", _between(*next(iter(ends))) if len(ends) == 1 else "over log(images)"),
        Column("Images to target", "training images"),
        Column("Time to target", "training clock", unit="s"),
        Column("Checkpoints cost", "clock stopped", unit="s"),
        Column("Seeds"),
    ]
    line = (
        f"{protocol.title} by {protocol.extractor}, N = {numbers.count(protocol.n)}: {protocol.reference}. Mean on the "
        "way: the area under the curve over the logarithm of images, by the trapezoid rule, divided by its width; "
        "each doubling of the images counts alike, and only equal ends compare. "
        f"{_target(said)} To the target: where the curve first comes to it, between two checkpoints along a straight "
        f"line in log(images){' and log(distance)' if protocol.figure == 'fd' else ''}; the median over seeds, of "
        "which one that never came counts as slower than all. Checkpoints: drawing and scoring, all of a trial’s; "
        f"the median over seeds; the training clock stood still. {seeds(trials)}."
    )
    caption = f"How soon how good on {protocol.dataset}, N = {numbers.count(protocol.n)}"
    return Table(caption, "Model", columns, groups, line, notes.texts)


def _row(cell: Cell, said: OverTime, each: bool, notes: Footnotes) -> list[Value | None]:
    """A row of `times`; `each` is whether curves have ends of their own, which then stand beneath their means."""

    def take(field: str) -> Callable[[TrialRecord], tuple[float | None, str | None]]:
        def get(trial: TrialRecord) -> tuple[float | None, str | None]:
            found = said.get(trial.id)
            if found is None:
                return None, trial.absent.get("time_to_quality", NOT_RECORDED)
            return getattr(found, field), found.absent.get(field)

        return get

    area = notes.spread(*measured(cell, take("curve_area")), numbers.significant, median=False)
    mine = {(found.first_images, found.last_images) for t in cell.finished if (found := said.get(t.id))}
    if each and len(mine) == 1:
        detail = "\n".join(filter(None, [area.detail, _between(*next(iter(mine)))]))
        area = dataclasses.replace(area, detail=detail)
    reached = [found.reached for trial in cell.finished if (found := said.get(trial.id))]
    return [
        Value(FRAMEWORKS[cell.framework], kind=cell.framework),
        area,
        _to_target(*measured(cell, take("images_to_target")), reached, numbers.significant, notes),
        _to_target(*measured(cell, take("seconds_to_target")), reached, numbers.duration, notes),
        _cost(cell, notes),
        Value(cell.seeds, notes=notes.numbers(cell.reasons)),
    ]


def _to_target(
    values: list[float], reasons: list[str], reached: Sequence[str | None], form: numbers.Format, notes: Footnotes
) -> Value:
    """The median over seeds: of those without a figure, some came later than all others and some sooner.

    Without them the median would be that of the lucky.
    """
    outside = [math.inf if how == "never" else -math.inf for how in reached if how in OUTSIDE]
    if not outside or not values:
        return notes.spread(values, reasons, form, median=True)
    middle = statistics.median_high([*values, *outside])
    if math.isinf(middle):
        return notes.absent(reasons)
    return Value(form(middle), f"{len(values)} of {len(reached)} seeds", notes.numbers(reasons), number=middle)


def _cost(cell: Cell, notes: Footnotes) -> Value:
    """What the checkpoints of a trial took, the clock stopped: the median over seeds of a trial's total."""
    totals, reasons = measured(cell, lambda trial: _total(trial.curve, "drawing_seconds", "evaluation_seconds"))
    if not totals:
        return notes.absent(reasons)
    parts = {
        "drawing": measured(cell, lambda trial: _total(trial.curve, "drawing_seconds")),
        "scoring": measured(cell, lambda trial: _total(trial.curve, "evaluation_seconds")),
    }
    medians = {name: statistics.median(values) for name, (values, _) in parts.items()}
    detail = "\n".join(f"{name} {numbers.duration(seconds)}" for name, seconds in medians.items())
    total = statistics.median(totals)
    return Value(numbers.duration(total), detail, number=total)


def _total(curve: Sequence[CurvePoint], *fields: str) -> tuple[float | None, str | None]:
    """The sum of fields over a curve, or why there is none."""
    values = [getattr(point, field) for point in curve for field in fields]
    return (None, NOT_RECORDED) if None in values or not values else (sum(values), None)


def _between(first: int, last: int) -> str:
    return f"{numbers.count(first)} to {numbers.count(last)} images"


def _target(said: OverTime) -> str:
    """The targets of the curves in words."""
    targets = {found.target: found.target_source for found in said.values() if found.target is not None}
    words = [f"Target {numbers.significant(target)}: {source}." for target, source in targets.items()]
    return " ".join(words) or "There is no target."
