"""Quality over time: the curves of a setting, and their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bench import numbers
from bench.quality.curve import DISTANCES, TimeToQuality
from bench.report import figures, svg
from bench.report.charts import Chart, titled, who
from bench.report.figures import Mark
from bench.report.palette import Palette
from bench.report.table import NO_VALUE, Column, Group, Table, Value
from bench.results.groups import FRAMEWORKS, Protocol, scores
from bench.results.pairs import MARK
from bench.results.record import CurvePoint, Framework, TrialRecord

LINE = ["model", "framework"]
"""What makes a line of a curve."""

OverTime = dict[str, TimeToQuality]
"""What the curve of each trial, by its id, says."""


def curve_points(trials: Sequence[TrialRecord]) -> dict[Protocol, pd.DataFrame]:
    """Checkpoints by protocol, as the rows of a frame: model, framework, seed, checkpoint, images, seconds, distance.

    A checkpoint's N is its own, mostly smaller than the final one, and so makes a protocol of its own. `checkpoint`
    counts back from the last one, 0, through -1 and so on, because checkpoints halve back from the end of the budget
    and those that a slow start merges are the first. Only checkpoints that all seeds of a line have are kept; their
    images and seconds are means over the seeds, so that these can be drawn as one line: under a budget of seconds
    each seed has seen another number of images by then.
    """
    titles = _titles(trials)
    rows: dict[Protocol, list[tuple[object, ...]]] = {}
    for trial in trials:
        if trial.status != "ok":
            continue
        for place, point in enumerate(trial.curve, 1 - len(trial.curve)):
            key = _protocol(trial, point, titles)
            if key is not None:
                distance = getattr(point, key.figure)
                values = (trial.model, trial.framework, trial.seed, place, point.images, point.seconds, distance)
                rows.setdefault(key, []).append(values)
    frames = {}
    for key, found in rows.items():
        frame = pd.DataFrame(found, columns=[*LINE, "seed", "checkpoint", "images", "seconds", "distance"])
        alike = frame.groupby(LINE)["seed"].transform("nunique")
        frame = frame[frame.groupby([*LINE, "checkpoint"])["seed"].transform("nunique") == alike]
        means = frame.groupby([*LINE, "checkpoint"])[["images", "seconds"]].transform("mean")
        if len(frame):
            frames[key] = frame.assign(images=means["images"], seconds=means["seconds"])
    return frames


def chart(
    protocol: Protocol,
    points: pd.DataFrame,
    trials: Sequence[TrialRecord],
    unproved: dict[str, str],
    palette: Palette,
    name: str,
) -> Chart:
    """A distance over images and over seconds, with its target; `points` as made by `curve_points`.

    `unproved` as in `Chart`; only models that have points are named.
    """
    spoken = []
    unproved = {model: reason for model, reason in unproved.items() if model in set(points["model"])}
    for model, framework in _lines(points):
        line = points[(points["model"] == model) & (points["framework"] == framework)]
        means = line.groupby("checkpoint")[["images", "distance"]].mean()
        spoken.append(
            f"{who(Mark(model, framework, ()), unproved)}: from {numbers.significant(means['distance'].iloc[0])} to "
            f"{numbers.significant(means['distance'].iloc[-1])} at {numbers.count(means['images'].iloc[-1])} images"
        )
    targets = sorted({found.target for found in over_time(protocol, trials).values() if found.target is not None})
    spoken += [f"target: {numbers.significant(target)}" for target in targets]
    axes = {"images": "training images", "seconds": "seconds on the training clock, first step left out"}
    with svg.style():
        drawings = [
            svg.render(
                figures.curve(points, x, label, protocol.title, palette, targets),
                f"{name}-{x}",
                f"{protocol.title} over {label}, lower is better. {'; '.join(spoken)}.",
            )
            for x, label in axes.items()
        ]
    shown = [model for model in palette.models if model in set(points["model"])]
    caption = f"{protocol.title} while training, N = {numbers.count(protocol.n)}"
    several = bool(points.groupby(LINE)["seed"].nunique().max() > 1)
    return Chart(
        caption, drawings, shown, unproved, several, _numbers(protocol, points, unproved), target=bool(targets)
    )


def over_time(protocol: Protocol, trials: Sequence[TrialRecord]) -> OverTime:
    """What the curves of one protocol say, trial by trial."""
    titles = _titles(trials)
    found = {}
    for trial in trials:
        said = trial.time_to_quality
        if trial.status == "ok" and said and any(_protocol(trial, p, titles) == protocol for p in trial.curve):
            found[trial.id] = said
    return found


def _titles(trials: Sequence[TrialRecord]) -> dict[str, str]:
    return {quality.extractor: quality.title for trial in trials for quality in scores(trial)}


def _protocol(trial: TrialRecord, point: CurvePoint, titles: dict[str, str]) -> Protocol | None:
    """The protocol of a checkpoint's score; None where it has none of the kind that its curve is of."""
    figure = next((f for f in DISTANCES if any(getattr(p, f) is not None for p in trial.curve)), None)
    if figure is None or getattr(point, figure) is None or point.extractor is None or point.reference is None:
        return None
    title = titled(titles.get(point.extractor, f"FD [{point.extractor}]"), point.extractor, figure)
    return Protocol(trial.dataset, title, point.extractor, point.n, point.reference, figure)


def _numbers(protocol: Protocol, points: pd.DataFrame, unproved: dict[str, str]) -> Table:
    """The numbers of the curves: a row a checkpoint, a column a model and framework.

    A row is named by its images where all lines have seen equally many by then, else by its place, and its cells
    say the images.
    """
    lines = _lines(points)
    means = points.groupby([*LINE, "checkpoint"])[["images", "seconds", "distance"]].mean().to_dict("index")
    alike = bool((points.groupby("checkpoint")["images"].nunique() == 1).all())
    groups = []
    for number, checkpoint in enumerate(sorted(set(points["checkpoint"])), 1):
        found = [means.get((*line, checkpoint)) for line in lines]
        row: list[Value | None] = [
            Value(
                numbers.significant(at["distance"]),
                _when(at["seconds"], None if alike else at["images"]),
                number=at["distance"],
            )
            if at
            else NO_VALUE
            for at in found
        ]
        seen = next(at["images"] for at in found if at)
        groups.append(Group(numbers.count(seen) if alike else str(number), [row]))
    columns = [
        Column(
            model,
            FRAMEWORKS[framework] + (f", {MARK}" if model in unproved else ""),
            model=model,
            framework=framework,
        )
        for model, framework in lines
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


def _lines(points: pd.DataFrame) -> list[tuple[str, Framework]]:
    """Model and framework of each line, in the order of the trials."""
    return list(dict.fromkeys(zip(points["model"], points["framework"], strict=True)))
