"""Which classes a model draws: bars of the coverage of each class's real images, a panel a model."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bench import numbers
from bench.report import figures, svg
from bench.report.charts import Chart
from bench.report.palette import INK, MARKERS, SURFACE, Palette
from bench.report.table import Group, Table
from bench.results.groups import FRAMEWORKS
from bench.results.pairs import MARK

BAR_HEIGHT = 0.25
"""Inches that a class takes, with both its bars."""
LEAST_END = 0.1
"""Where the axis ends where all bars are short: a share of a hundredth does not look like much."""


def chart(table: Table, palette: Palette, unproved: dict[str, str], name: str) -> Chart | None:
    """The table of coverage by class as bars; None where none of its cells has a bar. `name` begins the drawings' ids.

    `unproved` as in `Chart`; only models that have bars are named.
    """
    titles = [column.title for column in table.columns[1:]]
    frames = [_bars(group, titles) for group in table.groups]
    longest = max((float(frame["share"].max()) for frame in frames if len(frame)), default=0.0)
    drawings, owners = [], []
    for number, (group, frame) in enumerate(zip(table.groups, frames, strict=True), 1):
        if frame.empty:
            continue
        with svg.style():
            figure = draw(frame, group.header, titles, palette, min(1.0, max(LEAST_END, 1.08 * longest)))
            drawings.append(svg.render(figure, f"{name}-{number}", _spoken(frame, group.header, unproved)))
        owners.append((group.header, sorted(set(frame["framework"]))))
    if not drawings:
        return None
    mine = {model: reason for model, reason in unproved.items() if model in dict(owners)}
    return Chart("Coverage class by class", drawings, [], mine, table=table, owners=owners, bars=True)


def draw(frame: pd.DataFrame, model: str, titles: list[str], palette: Palette, end: float) -> Figure:
    """A row a class, a bar a framework: filled for TensorFlow, hollow for PyTorch.

    `frame` has the columns class, framework and share, which is between 0 and 1; the axis goes to `end`, the same one
    for all models, so that bars of two panels compare.
    """
    figure = Figure(figsize=(figures.WIDTH, 0.75 + BAR_HEIGHT * len(titles)), layout="constrained")
    axes = figure.subplots()
    colour = palette.colour(model)
    shown = [framework for framework in MARKERS if framework in set(frame["framework"])]
    sns.barplot(
        frame,
        x="share",
        y="class",
        hue="framework",
        order=titles,
        hue_order=shown,
        palette=dict.fromkeys(shown, colour),
        saturation=1,  # Another one would be another colour than the placeholder.
        errorbar=None,
        legend=False,
        width=0.78,
        ax=axes,
    )
    for framework, bars in zip(shown, axes.containers, strict=True):
        for bar in bars:
            bar.set(facecolor=colour if framework == "tensorflow" else SURFACE, edgecolor=colour, linewidth=1)
            svg.own(bar, model, framework)
    axes.set_xlim(0, end)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_xlabel("share of the class’s real images")
    axes.set_ylabel("")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_title(numbers.shorten(model), loc="left", fontsize=10, color=INK)
    sns.despine(ax=axes, left=True)
    return figure


def _bars(group: Group, titles: list[str]) -> pd.DataFrame:
    """The cells of a model's rows that have a bar: class, framework, share."""
    found = [
        (title, row[0].kind, value.bar)
        for row in group.rows
        if row[0] is not None
        for title, value in zip(titles, row[1:], strict=True)
        if value is not None and value.bar is not None
    ]
    return pd.DataFrame(found, columns=["class", "framework", "share"])


def _spoken(frame: pd.DataFrame, model: str, unproved: dict[str, str]) -> str:
    """The text alternative: every bar, framework by framework."""
    said = []
    for framework, title in FRAMEWORKS.items():
        mine = frame[frame["framework"] == framework]
        bars = ", ".join(f"{row['class']} {numbers.share(row['share'])}" for row in mine.to_dict("records"))
        said += [f"{title}: {bars}"] if bars else []
    name = f"{model} ({MARK})" if model in unproved else model
    return f"Coverage of each class by {name}, of 1. {'; '.join(said)}."
