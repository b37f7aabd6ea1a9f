"""From trials to finished charts: the drawing, its text alternative, its numbers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from bench.quality.record import Quality
from bench.report import figures, numbers, svg
from bench.report.figures import Mark
from bench.report.groups import FRAMEWORKS, Protocol, cells, scores
from bench.report.pairs import MARK, unproved_models
from bench.report.palette import Palette
from bench.report.table import Column, Group, Table, Value
from bench.results.record import Framework, TrialRecord

LINE = ["model", "framework"]
"""What makes a line of a curve."""


@dataclass(frozen=True)
class Chart:
    """One or more drawings that share a legend and a caption; the template says how to read them.

    `unproved` maps each model whose frameworks may not be compared to the reason.
    """

    caption: str
    drawings: list[Markup]
    models: list[str]
    unproved: dict[str, str]
    bands: bool = False
    table: Table | None = None


def throughput(trials: Sequence[TrialRecord], palette: Palette, name: str) -> Chart | None:
    """Training speed of one setting; None where nothing was measured. `name` begins the drawing's ids."""
    marks = _marks(trials, lambda trial: trial.images_per_second)
    if not marks:
        return None
    unproved = unproved_models(trials)
    spoken = [f"{_who(m, unproved)}: {numbers.significant(statistics.median(m.values))}" for m in marks]
    with svg.style():
        figure = figures.throughput(marks, palette, unproved)
        drawing = svg.render(figure, name, f"Training images per second. {'; '.join(spoken)}.")
    return Chart("Training images per second", [drawing], _models(marks, palette), unproved)


def distance(
    protocol: Protocol, trials: Sequence[TrialRecord], scored: dict[str, Quality], palette: Palette, name: str
) -> Chart | None:
    """Final Fréchet distances of one protocol; None where there is none."""
    marks = _marks(trials, lambda trial: scored[trial.id].fd if trial.id in scored else None)
    if not marks:
        return None
    floors = [quality.floor for quality in scored.values() if quality.floor is not None]
    ceilings = [quality.ceiling for quality in scored.values() if quality.ceiling is not None]
    unproved = unproved_models(trials)
    spoken = [f"{_who(m, unproved)}: {numbers.significant(statistics.fmean(m.values))}" for m in marks]
    with svg.style():
        figure = figures.distance(
            marks, palette, unproved, protocol.title, max(floors, default=None), max(ceilings, default=None)
        )
        drawing = svg.render(figure, name, f"{protocol.title}, lower is better. {'; '.join(spoken)}.")
    return Chart(f"{protocol.title} after training", [drawing], _models(marks, palette), unproved)


def curves(protocol: Protocol, points: pd.DataFrame, unproved: dict[str, str], palette: Palette, name: str) -> Chart:
    """Fréchet distance over images and over seconds; `points` as made by `curve_points`.

    `unproved` as in `Chart`; only models that have points are named.
    """
    spoken = []
    unproved = {model: reason for model, reason in unproved.items() if model in set(points["model"])}
    for model, framework in _lines(points):
        line = points[(points["model"] == model) & (points["framework"] == framework)]
        means = line.groupby("checkpoint")[["images", "fd"]].mean()
        spoken.append(
            f"{_who(Mark(model, framework, ()), unproved)}: from {numbers.significant(means['fd'].iloc[0])} to "
            f"{numbers.significant(means['fd'].iloc[-1])} at {numbers.count(means['images'].iloc[-1])} images"
        )
    axes = {"images": "training images", "seconds": "seconds on the training clock, first step left out"}
    with svg.style():
        drawings = [
            svg.render(
                figures.curve(points, x, label, protocol.title, palette),
                f"{name}-{x}",
                f"{protocol.title} over {label}, lower is better. {'; '.join(spoken)}.",
            )
            for x, label in axes.items()
        ]
    shown = [model for model in palette.models if model in set(points["model"])]
    caption = f"{protocol.title} while training, N = {numbers.count(protocol.n)}"
    several = bool(points.groupby(LINE)["seed"].nunique().max() > 1)
    return Chart(caption, drawings, shown, unproved, several, _curve_table(protocol, points, unproved))


def curve_points(trials: Sequence[TrialRecord]) -> dict[Protocol, pd.DataFrame]:
    """Checkpoints by protocol, as the rows of a frame: model, framework, seed, checkpoint, images, seconds, fd.

    A checkpoint's N is its own, mostly smaller than the final one, and so makes a protocol of its own. `checkpoint`
    counts back from the last one, 0, through -1 and so on, because checkpoints halve back from the end of the budget
    and those that a slow start merges are the first. Only checkpoints that all seeds of a line have are kept; their
    images and seconds are means over the seeds, so that these can be drawn as one line: under a budget of seconds
    each seed has seen another number of images by then.
    """
    titles = {quality.extractor: quality.title for trial in trials for quality in scores(trial)}
    rows: dict[Protocol, list[tuple[object, ...]]] = {}
    for trial in trials:
        if trial.status != "ok":
            continue
        for place, point in enumerate(trial.curve, 1 - len(trial.curve)):
            if point.fd is None or point.extractor is None or point.reference is None:
                continue
            title = titles.get(point.extractor, f"FD [{point.extractor}]")
            key = Protocol(trial.dataset, title, point.extractor, point.n, point.reference)
            values = (trial.model, trial.framework, trial.seed, place, point.images, point.seconds, point.fd)
            rows.setdefault(key, []).append(values)
    frames = {}
    for key, found in rows.items():
        frame = pd.DataFrame(found, columns=[*LINE, "seed", "checkpoint", "images", "seconds", "fd"])
        seeds = frame.groupby(LINE)["seed"].transform("nunique")
        frame = frame[frame.groupby([*LINE, "checkpoint"])["seed"].transform("nunique") == seeds]
        means = frame.groupby([*LINE, "checkpoint"])[["images", "seconds"]].transform("mean")
        if len(frame):
            frames[key] = frame.assign(images=means["images"], seconds=means["seconds"])
    return frames


def _curve_table(protocol: Protocol, points: pd.DataFrame, unproved: dict[str, str]) -> Table:
    """The numbers of the curves: a row a checkpoint, a column a model and framework.

    A row is named by its images where all lines have seen equally many by then, else by its place, and its cells
    say the images.
    """
    lines = _lines(points)
    means = points.groupby([*LINE, "checkpoint"])[["images", "seconds", "fd"]].mean().to_dict("index")
    alike = bool((points.groupby("checkpoint")["images"].nunique() == 1).all())
    groups = []
    for number, checkpoint in enumerate(sorted(set(points["checkpoint"])), 1):
        found = [means.get((*line, checkpoint)) for line in lines]
        row: list[Value | None] = [
            Value(numbers.significant(at["fd"]), _when(at["seconds"], None if alike else at["images"]))
            if at
            else Value("–")
            for at in found
        ]
        seen = next(at["images"] for at in found if at)
        groups.append(Group(numbers.count(seen) if alike else str(number), [row]))
    columns = [
        Column(model, FRAMEWORKS[framework] + (f", {MARK}" if model in unproved else "")) for model, framework in lines
    ]
    small = "the training clock" if alike else "the images seen and the training clock"
    line = (
        f"{protocol.title} by {protocol.extractor}, N = {numbers.count(protocol.n)} generated images and as many real "
        f"ones: {protocol.reference}; mean over seeds, at the checkpoints that all of a line's seeds have; in small "
        f"print {small}, means too."
    )
    caption = f"Numbers of the curves on {protocol.dataset}"
    footnotes = [f"{model}: {MARK}: {reason}" for model, reason in unproved.items()]
    return Table(caption, "Images" if alike else "Checkpoint", columns, groups, line, footnotes)


def _when(seconds: float, images: float | None) -> str:
    """The small print of a checkpoint: its time, and before it its images if given."""
    clock = numbers.duration(seconds)
    return clock if images is None else f"{numbers.count(images)} images\n{clock}"


def _who(mark: Mark, unproved: dict[str, str]) -> str:
    """A mark's name in the text alternative."""
    return f"{mark.model} in {FRAMEWORKS[mark.framework]}" + (f" ({MARK})" if mark.model in unproved else "")


def _lines(points: pd.DataFrame) -> list[tuple[str, Framework]]:
    """Model and framework of each line, in the order of the trials."""
    return list(dict.fromkeys(zip(points["model"], points["framework"], strict=True)))


def _marks(trials: Sequence[TrialRecord], get: Callable[[TrialRecord], float | None]) -> list[Mark]:
    """The values of every cell that has any."""
    found = []
    for cell in (cell for pair in cells(trials).values() for cell in pair):
        values = tuple(value for trial in cell.finished if (value := get(trial)) is not None)
        if values:
            found.append(Mark(cell.model, cell.framework, values))
    return found


def _models(marks: Sequence[Mark], palette: Palette) -> list[str]:
    return [model for model in palette.models if any(mark.model == model for mark in marks)]
