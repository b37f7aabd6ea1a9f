"""Figures of two measures against each other: a mark a model and framework, each model named once beside a mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench import numbers
from bench.report import figures, svg
from bench.report.palette import INK, MUTED, Palette
from bench.results.record import Framework

HEIGHT = 3.0
"""Inches."""
LETTER = 8.5
"""Height of a name, in points."""
BESIDE = (
    *((0, 10, "center"), (0, -10, "center"), (8, 0, "left"), (-8, 0, "right")),
    *((5, 9, "left"), (5, -9, "left"), (-5, 9, "right"), (-5, -9, "right")),
    *((0, 20, "center"), (0, -20, "center"), (5, 19, "left"), (5, -19, "left"), (0, 30, "center"), (0, -30, "center")),
    # A list beside marks that lie on one another.
    *((9, lines * 10, "left") for lines in (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)),
)
"""Where a name may stand, in points from the middle of a mark, the best first: the first that is free is taken."""
MISTAKEN = 6.0
"""What a point counts, in square points, by which a name is nearer to another model's mark than to its own."""
STARTS = {"left": 0.0, "center": -0.5, "right": -1.0}
"""How far before its anchor a name begins, as a share of its width."""


@dataclass(frozen=True)
class Spot:
    """A model in one framework: where its mark stands, in the units of the axes."""

    model: str
    framework: Framework
    x: float
    y: float


@dataclass(frozen=True)
class _Box:
    """A rectangle in points."""

    left: float
    low: float
    right: float
    high: float

    def shared(self, other: _Box) -> float:
        """The area that two rectangles have in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.high, other.high) - max(self.low, other.low)
        return max(0.0, wide) * max(0.0, high)

    def nearest(self, places: Sequence[tuple[float, float]]) -> float:
        """How far the nearest of some points is; 0 inside, infinity where there is none."""
        return min(
            (
                math.hypot(max(self.left - x, 0.0, x - self.right), max(self.low - y, 0.0, y - self.high))
                for x, y in places
            ),
            default=math.inf,
        )


def empty(x_label: str, title: str) -> tuple[Figure, Axes]:
    """A figure without marks; `title` stands above the axis instead of along it, where it has more room."""
    figure = Figure(figsize=(figures.WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(x_label)
    axes.set_title(title, loc="left", fontsize=10, color=MUTED)
    return figure, axes


def put(axes: Axes, spots: Sequence[Spot], palette: Palette) -> None:
    """Marks and names, into axes whose limits are set."""
    for spot in spots:
        figures.put(axes, spot.x, spot.y, spot.model, spot.framework, palette)
    # In points, nearly: the layout comes later.
    width, height = figures.WIDTH * 72 * 0.8, HEIGHT * 72 * 0.72
    to_axes = axes.transData + axes.transAxes.inverted()
    places: dict[Spot, tuple[float, float]] = {}
    for spot in spots:
        x, y = to_axes.transform((spot.x, spot.y))
        places[spot] = float(x) * width, float(y) * height
    taken = [_Box(x - 4, y - 4, x + 4, y + 4) for x, y in places.values()]
    outside = _Box(0, 0, width, height)
    for model in dict.fromkeys(spot.model for spot in sorted(spots, key=lambda spot: spot.y)):
        text = numbers.shorten(model, figures.GUTTER)
        wide = 0.58 * LETTER * len(text)
        options = [
            (x + dx + STARTS[across] * wide, y + dy - LETTER / 2)
            for spot, (x, y) in places.items()
            if spot.model == model
            for dx, dy, across in BESIDE
        ]
        boxes = [_Box(left, low, left + wide, low + LETTER) for left, low in options]
        own, others = ([place for spot, place in places.items() if (spot.model == model) == of] for of in (True, False))
        covered = [sum(map(box.shared, taken)) + 2 * (box.shared(box) - box.shared(outside)) for box in boxes]
        mistaken = [MISTAKEN * max(0.0, box.nearest(own) - box.nearest(others)) for box in boxes]
        best = boxes[min(range(len(boxes)), key=lambda at: covered[at] + mistaken[at])]
        taken.append(best)
        with svg.owned(axes, model, named={spot.framework for spot in spots if spot.model == model}):
            axes.annotate(
                text,
                ((best.left + best.right) / 2 / width, (best.low + best.high) / 2 / height),
                xycoords="axes fraction",
                ha="center",
                va="center",
                color=INK,
                fontsize=LETTER,
                zorder=5,
            )
