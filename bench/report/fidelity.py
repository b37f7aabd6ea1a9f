"""Fidelity against variety: the drawing beside the distances that says in which of the two a model falls short."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from bench import numbers
from bench.quality.record import Quality
from bench.report import scatter, svg
from bench.report.charts import Chart, who
from bench.report.figures import Mark
from bench.report.palette import MUTED, Palette
from bench.report.scatter import Spot
from bench.report.table import mean
from bench.results.groups import cells
from bench.results.record import TrialRecord

ROOM = (-0.07, 1.12)
"""The ends of the axes, as multiples of the largest value on them: a mark at zero is a whole mark."""


def beside(chart: Chart, trials: Sequence[TrialRecord], scored: Mapping[str, Quality], palette: Palette) -> Chart:
    """The chart of the distances with precision against recall, means over seeds; as it was where nobody has both."""
    spots = []
    for cell in (cell for pair in cells(trials).values() for cell in pair):
        found = [scored[trial.id] for trial in cell.finished if trial.id in scored]
        recall, precision = mean(q.recall for q in found), mean(q.precision for q in found)
        if recall is not None and precision is not None:
            spots.append(Spot(cell.model, cell.framework, recall, precision))
    if not spots:
        return chart
    real = (mean(q.recall_real for q in scored.values()), mean(q.precision_real for q in scored.values()))
    said = [
        f"{who(Mark(s.model, s.framework, ()), chart.unproved)}: precision {numbers.share(s.y)}, "
        f"recall {numbers.share(s.x)}"
        for s in spots
    ]
    if None not in real:
        said.append(f"real images: precision {numbers.share(real[1] or 0)}, recall {numbers.share(real[0] or 0)}")
    words = f"Precision against recall, more is better in both. {'; '.join(said)}."
    with svg.style():
        drawing = svg.render(draw(spots, real, palette), f"{chart.name}-fidelity", words)
    caption = f"{chart.caption}; fidelity against variety"
    return dataclasses.replace(chart, caption=caption, drawings=[*chart.drawings, drawing], fidelity=True)


def draw(spots: Sequence[Spot], real: tuple[float | None, float | None], palette: Palette) -> Figure:
    """A mark a model and framework by recall and precision, and a cross where real images are."""
    figure, axes = scatter.empty("recall: variety, right is better", "precision: fidelity, higher is better")
    for name, values, there in (
        ("x", [spot.x for spot in spots], real[0]),
        ("y", [spot.y for spot in spots], real[1]),
    ):
        highest = max([*values, there or 0.0])
        axes.set(**{f"{name}lim": [end * (highest or 1) for end in ROOM]})
    if real[0] is not None and real[1] is not None:
        axes.plot([real[0]], [real[1]], marker="+", markersize=11, markeredgewidth=1.6, color=MUTED, zorder=3)
        axes.annotate(
            "real",
            real,
            xytext=(-6, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            color=MUTED,
            fontsize=scatter.LETTER,
        )
    scatter.put(axes, spots, palette)
    return figure
