"""Snails: seen from the side, with a coiled shell on their back and eyes on stalks."""

from __future__ import annotations

import numpy as np

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import Canvas
from bench.datasets.monsters.draws import Draws, Field, Mask
from bench.datasets.monsters.face import Eyes, eyes, mouth
from bench.datasets.monsters.parts import GROUND
from bench.datasets.monsters.shapes import Number, Point

NAME = "snail"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one snail on each picture."""
    skin = parts.skin(draws, (0.07, 0.16), (0.52, 0.68), saturation=0.36)
    side = draws.side()
    x, y = canvas.x * side, canvas.y
    parts.shadow(canvas, 0.0, 0.68)

    head = (-draws.uniform(0.4, 0.52), draws.uniform(0.1, 0.26))
    foot = shapes.limb(x, y, (-0.5, GROUND - 0.13), (draws.uniform(0.62, 0.78), GROUND - 0.04), (0.13, 0.03))
    foot = shapes.within(foot, y - GROUND)
    neck = shapes.limb(x, y, head, (-0.3, GROUND - 0.14), (0.15, 0.16))
    skull = shapes.circle(x, y, head, draws.uniform(0.19, 0.24))
    flesh = shapes.blend(shapes.blend(foot, neck, 0.2), skull, 0.1)

    spread, tall = draws.uniform(0.13, 0.2), draws.uniform(0.28, 0.46)
    local = (x - head[0], y - head[1])
    stalk = shapes.limb(np.abs(local[0]), local[1], (0.08, 0.0), (spread, -tall), (0.06, 0.05))
    canvas.solid(shapes.blend(flesh, stalk, 0.05), skin.body, skin.line, 0.2)

    size = draws.uniform(0.36, 0.47)
    middle = (draws.uniform(0.16, 0.26), GROUND - 0.1 - size)
    shell = shapes.circle(x, y, middle, size)
    canvas.solid(shell, skin.accent, skin.line, 0.36)
    stripes = draws.choice(0.4, 0.35, 0.25)
    _spots(canvas, draws, (x, y), shell, middle, size, stripes == 1, skin)
    canvas.paint(shapes.within(_coil(x, y, middle, size), shell + 0.02), skin.line, 0.9)

    belly = shapes.limb(x, y, (head[0] - 0.07, head[1] + 0.2), (-0.42, GROUND - 0.1), (0.05, 0.05))
    canvas.paint(shapes.within(belly, flesh + 0.03), skin.belly, 0.8, blur=2)
    at = Eyes(
        middle=head[0] * side,
        height=head[1] - tall,
        apart=spread,
        size=draws.uniform(0.1, 0.145),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at)
    mouth(canvas, draws, (head[0] - 0.03) * side, head[1] + 0.05, 0.14, skin.line)


def _coil(x: Field, y: Field, middle: Point, size: Number) -> Field:
    """The line of a spiral out of half circles, which meet because their centres take turns."""
    local = (x - middle[0], y - middle[1])
    step = size * 0.3
    around = shapes.circle(*local, (0.0, 0.0), size)
    beside = shapes.circle(*local, (step / 2, 0.0), size)
    upper = shapes.union(*(shapes.ring(around + step * turn, 0.05) for turn in (1, 2, 3)))
    lower = shapes.union(*(shapes.ring(beside + step * turn, 0.05) for turn in (0.5, 1.5, 2.5)))
    return np.where(local[1] < 0, upper, lower)


def _spots(
    canvas: Canvas,
    draws: Draws,
    place: tuple[Field, Field],
    shell: Field,
    middle: Point,
    size: Number,
    present: Mask,
    skin: parts.Skin,
) -> None:
    """Paint light spots on some shells."""
    spots = shapes.union(
        *(
            shapes.circle(
                *place,
                (middle[0] + size * draws.uniform(-0.7, 0.7), middle[1] + size * draws.uniform(-0.8, 0.6)),
                draws.uniform(0.05, 0.1),
            )
            for _ in range(4)
        )
    )
    canvas.paint(shapes.where(present, shapes.within(spots, shell + 0.03)), skin.belly, 0.75)
