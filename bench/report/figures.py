"""The figures, one function each: data in, a matplotlib figure out; no file, no page.

Everywhere a model has its colour; TensorFlow is a filled circle and a solid line, PyTorch a hollow diamond
and a dashed line. The legend stands in the page, once for all panels.
"""

from __future__ import annotations

import math
import statistics
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from bench.numbers import compact, shorten
from bench.report import svg
from bench.report.palette import DASHES, GRID, INK, MARKERS, MUTED, SURFACE, Palette
from bench.results.pairs import MARK
from bench.results.record import Framework

WIDTH = 3.7
"""Inches: narrow enough that the letters stay readable on a telephone."""
GUTTER = 16
"""Letters of a name on one line beside its row; three lines fit."""
NAME_HEIGHT = 0.07
"""Least distance between names at the ends of curves, as a share of the axis."""
LOG_FROM = 8.0
"""Ratio of largest to smallest value from which an axis is logarithmic."""
LEAST_SPAN = 0.02
"""Least width of a linear axis, as a share of its largest value: differences in rounding alone look small."""
RUNG_HEIGHT = 0.19
"""Inches that a rung of the ladder takes."""
MOST_TICKS = 5
"""Labels that fit along an axis."""


@dataclass(frozen=True)
class Mark:
    """One value of one model in one framework over its seeds."""

    model: str
    framework: Framework
    values: tuple[float, ...]


@dataclass(frozen=True)
class Ladder:
    """What real images with known faults score: name of the fault -> distance; the title says at which N."""

    title: str
    rungs: Mapping[str, float]


def throughput(marks: Sequence[Mark], palette: Palette, unproved: Collection[str], what: str) -> Figure:
    """Images per second: a row a model, a mark a framework (median), a bar from seed to seed; `what` names the axis."""
    figure, axes, _ = _rows(marks, palette, unproved, statistics.median)
    axes.set_xlabel(f"{what}, right is faster")
    _scale_x(axes, [value for mark in marks for value in mark.values], from_zero=True)
    return figure


def distance(
    marks: Sequence[Mark],
    palette: Palette,
    unproved: Collection[str],
    title: str,
    floor: float | None,
    ceiling: float | None,
    ladder: Ladder | None = None,
) -> Figure:
    """Final distance: a row a model, a mark a framework (mean), between real images and noise, above the ladder."""
    figure, axes, below = _rows(marks, palette, unproved, statistics.fmean, len(ladder.rungs) if ladder else 0)
    axes.set_xlabel(f"{brief(title)}, left is better")
    scale = {"real": floor, "noise": ceiling}
    for name, value in scale.items():
        if value is not None:
            axes.axvline(value, color=MUTED, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
            axes.annotate(
                name,
                (value, 1.0),
                xycoords=axes.get_xaxis_transform(),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                color=MUTED,
                fontsize=9,
            )
    values = [value for mark in marks for value in mark.values]
    values += [value for value in scale.values() if value is not None]
    _scale_x(axes, values + (list(ladder.rungs.values()) if ladder else []), from_zero=False)
    if ladder and below:
        _draw_ladder(below, ladder)
    return figure


def curve(points: pd.DataFrame, x: str, label: str, title: str, palette: Palette, targets: Sequence[float]) -> Figure:
    """A distance while training: a line a model and framework (mean), a band from seed to seed, and the targets.

    `points` has the columns model, framework, distance and `x`, one row a seed and checkpoint; at a
    checkpoint, seeds of a line share their value of `x`.
    """
    figure = Figure(figsize=(WIDTH, 3.0), layout="constrained")
    axes = figure.subplots()
    shown = [model for model in palette.models if model in set(points["model"])]
    sns.lineplot(
        points,
        x=x,
        y="distance",
        hue="model",
        hue_order=shown,
        palette={model: palette.colour(model) for model in shown},
        style="framework",
        style_order=list(MARKERS),
        dashes=DASHES,
        markers=MARKERS,
        estimator="mean",
        errorbar=("pi", 100),
        err_kws={"linewidth": 0, "alpha": 0.14},
        legend=False,
        linewidth=1.6,
        # Equal curves lie upon each other: the diamond is then seen within the circle.
        markersize=7,
        markeredgecolor=SURFACE,
        markeredgewidth=0.6,
        ax=axes,
    )
    drawn = set(points[["model", "framework"]].itertuples(index=False, name=None))
    order = [(model, framework) for model in shown for framework in MARKERS if (model, framework) in drawn]
    for (model, framework), line, band in zip(order, axes.lines, axes.collections, strict=True):
        if framework == "torch":
            line.set(markerfacecolor=SURFACE, markeredgecolor=line.get_color(), markeredgewidth=1.1, markersize=3.6)
        svg.own(line, model, framework)
        svg.own(band, model, framework)
    axes.set_xlabel(label)
    axes.set_ylabel("")
    # Above the axis instead of along it: the title of an extractor is longer than the axis is high.
    axes.set_title(f"{brief(title)}, lower is better", loc="left", fontsize=10, color=MUTED)
    fit(axes, "x", list(points[x]))
    fit(axes, "y", [*points["distance"], *targets])
    for target in targets:
        axes.axhline(target, color=INK, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        axes.annotate(
            "target",
            (0.0, target),
            xycoords=axes.get_yaxis_transform(),
            xytext=(3, 2),
            textcoords="offset points",
            color=INK,
            fontsize=8.5,
        )
    last = points[points["checkpoint"] == 0].groupby("model")["distance"].mean()
    named = {model: [framework for other, framework in order if other == model] for model in shown}
    _name_ends(axes, {model: float(last[model]) for model in shown if model in last}, palette, named)
    return figure


def _rows(
    marks: Sequence[Mark],
    palette: Palette,
    unproved: Collection[str],
    centre: Callable[[Sequence[float]], float],
    rungs: int = 0,
) -> tuple[Figure, Axes, Axes | None]:
    """Rows of marks, a model each, its name in the gutter at the left, on several lines where it is long.

    A model whose pair is not proved says so under its name, and no line joins its frameworks. With `rungs`, empty axes
    for so many of them are beneath, on the same scale.
    """
    shown = [model for model in palette.models if any(mark.model == model for mark in marks)]
    heights = [0.7 + 0.42 * len(shown), *([0.45 + RUNG_HEIGHT * rungs] if rungs else [])]
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    axes, *below = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    axes.tick_params(axis="x", labelbottom=True)
    for row, model in enumerate(shown):
        colour = palette.colour(model)
        mine = [mark for mark in marks if mark.model == model]
        centres = [centre(mark.values) for mark in mine]
        if model not in unproved:
            with svg.owned(axes, model, *MARKERS):
                axes.plot(centres, [row] * len(centres), color=colour, linewidth=1.4, alpha=0.5, zorder=2)
        for mark, value in zip(mine, centres, strict=True):
            # Frameworks lie apart a little, so that equal ones can still be told.
            y = row + (-0.09 if mark.framework == "tensorflow" else 0.09)
            with svg.owned(axes, model, mark.framework):
                axes.plot([min(mark.values), max(mark.values)], [y, y], color=colour, linewidth=1.2, zorder=3)
            put(axes, value, y, model, mark.framework, palette)
    axes.set_yticks(range(len(shown)), [_name(model, model in unproved) for model in shown], color=INK, fontsize=9)
    for label, model in zip(axes.get_yticklabels(), shown, strict=True):
        svg.own(label, model, named={mark.framework for mark in marks if mark.model == model})
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    sns.despine(ax=axes, left=True)
    return figure, axes, below[0] if below else None


def put(axes: Axes, x: float, y: float, model: str, framework: Framework, palette: Palette) -> None:
    """The mark of a model in a framework: filled and round, or a hollow diamond."""
    colour = palette.colour(model)
    with svg.owned(axes, model, framework):
        axes.plot(
            [x],
            [y],
            marker=MARKERS[framework],
            markersize=6.5 if framework == "tensorflow" else 5.5,
            markerfacecolor=colour if framework == "tensorflow" else SURFACE,
            markeredgecolor=colour,
            markeredgewidth=1.4,
            linestyle="none",
            zorder=4,
        )


def brief(title: str) -> str:
    """A distance's name without its extractor, which the caption of the figure has in full."""
    return shorten(title.partition(" [")[0], 24)


def _draw_ladder(axes: Axes, ladder: Ladder) -> None:
    """A rung a row, its name beside it, on the side where there is room; the axes share the scale of those above."""
    names = sorted(ladder.rungs, key=lambda name: ladder.rungs[name])
    for row, name in enumerate(names):
        value = ladder.rungs[name]
        left = axes.transAxes.inverted().transform(axes.transData.transform((value, 0.0)))[0] < 0.5
        axes.plot([value], [row], marker="|", markersize=8, markeredgewidth=1.6, color=MUTED, linestyle="none")
        axes.annotate(
            name,
            (value, row),
            xytext=(6 if left else -6, 0),
            textcoords="offset points",
            ha="left" if left else "right",
            va="center",
            color=MUTED,
            fontsize=8.5,
        )
    axes.set_title(ladder.title.replace(", ", ",\n", 1), loc="left", fontsize=8.5, color=MUTED)
    axes.set_yticks([])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    sns.despine(ax=axes, left=True, bottom=True)


def _name_ends(axes: Axes, ends: dict[str, float], palette: Palette, named: Mapping[str, Collection[str]]) -> None:
    """Names at the right edge, by the height at which the lines end: nobody needs the colours to tell lines apart.

    `named` are the frameworks of each model's lines.
    """
    transform = axes.yaxis.get_transform()
    low, high = (float(transform.transform(end)) for end in axes.get_ylim())
    heights = {model: (float(transform.transform(end)) - low) / (high - low) for model, end in ends.items()}
    order = sorted(heights, key=lambda model: heights[model])
    places = _apart([heights[model] for model in order], min(NAME_HEIGHT, 1 / max(len(order), 1)))
    for model, place in zip(order, places, strict=True):
        with svg.owned(axes, model, named=named[model]):
            axes.plot(
                [1.0, 1.03, 1.05],
                [heights[model], place, place],
                transform=axes.transAxes,
                color=palette.colour(model),
                linewidth=1.6,
                clip_on=False,
            )
            axes.annotate(
                shorten(model, GUTTER),
                (1.05, place),
                xycoords="axes fraction",
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                fontsize=8.5,
            )


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Ascending heights between 0 and 1, moved as little as keeps `gap` between neighbours."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    # What was pushed beyond the upper end goes down again, and pushes those beneath it.
    top = 1.0
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], top)
        top = placed[index] - gap
    return placed


def _name(model: str, unproved: bool) -> str:
    """A model's name on at most three lines, the mark's included."""
    lines = textwrap.wrap(shorten(model, (2 if unproved else 3) * GUTTER), GUTTER)
    return "\n".join([*lines, *([MARK] if unproved else [])])


def _scale_x(axes: Axes, values: Sequence[float], *, from_zero: bool) -> None:
    """Fit the axis of a row figure; a linear one begins at zero where lengths stand for amounts."""
    if not fit(axes, "x", values) and from_zero:
        axes.set_xlim(0, max(values) * 1.06)


def fit(axes: Axes, which: str, values: Sequence[float], room: float = 0.06) -> bool:
    """Make an axis logarithmic where its values span much; True if it now is.

    `room` is what is left free at either end, as a share of what the values span.
    """
    axis = axes.xaxis if which == "x" else axes.yaxis
    positive = [value for value in values if value > 0]
    logarithmic = bool(positive) and max(positive) / min(positive) >= LOG_FROM
    if not logarithmic:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))  # 2.5 would be rounded away
    else:
        set_scale = axes.set_xscale if which == "x" else axes.set_yscale
        if len(positive) == len(values):
            set_scale("log")
        else:
            # A first checkpoint at zero seconds has no logarithm: linear up to the smallest positive value.
            set_scale("symlog", linthresh=min(positive), linscale=0.5)
        axis.set_major_locator(FixedLocator(_ticks(min(positive), max(positive))))
        axis.set_minor_locator(NullLocator())
        axes.grid(visible=True, which="major", axis="both", color=GRID)
    largest, span = max(map(abs, values)), max(values) - min(values)
    least = 0.0 if logarithmic else LEAST_SPAN * largest
    # As many digits as tell neighbouring ticks apart.
    digits = 3 if logarithmic or not largest else max(3, 2 + math.ceil(math.log10(largest / max(span, least))))
    axis.set_major_formatter(FuncFormatter(lambda value, _: compact(value, digits)))
    if span or least:
        transform = axis.get_transform()
        low, high = (float(transform.transform(value)) for value in (min(values), max(values)))
        free = room * (high - low) + max(0.0, least - span) / 2
        ends = [float(transform.inverted().transform(end)) for end in (low - free, high + free)]
        (axes.set_xlim if which == "x" else axes.set_ylim)(*ends)
    return logarithmic


def _ticks(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis, never zero, and so few that their labels do not meet."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps, every in (((1, 2, 5), 1), ((1, 3), 1), *(((1,), every) for every in range(1, len(decades) + 1))):
        ticks = [step * 10.0**decade for decade in decades[::every] for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) <= MOST_TICKS:
            break
    return ticks
