"""Slimes: a drop that has settled on the ground, with a tip, bumps or nothing on its head."""

from __future__ import annotations

import numpy as np

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import WHITE, Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, cheeks, eyes, mouth
from bench.datasets.monsters.parts import GROUND

NAME = "slime"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one slime on each picture."""
    skin = parts.skin(draws, (0.42, 0.56), (0.1, 0.9))
    x, y = canvas.mirrored, canvas.y
    wide, high = draws.uniform(0.42, 0.6), draws.uniform(0.38, 0.62)
    middle = GROUND - high * 0.72
    body = shapes.ellipse(x, y, (0.0, middle), (wide, high))
    base = shapes.ellipse(x, y, (0.0, GROUND - 0.12), (wide * draws.uniform(1.0, 1.25), 0.14))
    body = shapes.blend(body, base, 0.22)
    top = middle - high
    crest = draws.choice(0.35, 0.25, 0.2, 0.2)
    bent = draws.uniform(-0.22, 0.22)
    rise = draws.uniform(0.2, 0.36)
    tip = shapes.curve(canvas.x, y, ((0.0, top + 0.14), (0.0, top - rise / 2), (bent, top - rise)), (0.17, 0.02), 3)
    body = shapes.blend(body, shapes.where(crest == 0, tip), 0.16)
    ears = shapes.circle(x, y, (wide * draws.uniform(0.5, 0.8), top + high * 0.32), draws.uniform(0.1, 0.17))
    body = shapes.blend(body, shapes.where(crest == 1, ears), 0.12)
    bubble = shapes.circle(x, y, (0.0, top - 0.06), draws.uniform(0.08, 0.14))
    body = shapes.blend(body, shapes.where(crest == 2, bubble), 0.1)
    body = shapes.within(body, y - GROUND)

    parts.shadow(canvas, 0.0, wide * 1.35)
    canvas.solid(body, skin.body, skin.line, depth=0.36)
    parts.pattern(canvas, draws, body, (0.0, middle), (wide, high), skin)
    shine = shapes.ellipse(canvas.x, y, (-wide * 0.5, middle - high * 0.55), (0.09, 0.055))
    canvas.paint(shine, WHITE, 0.75, blur=1.5)

    at = Eyes(
        middle=draws.middling(-0.06, 0.06),
        height=middle + high * draws.uniform(-0.3, 0.0),
        apart=wide * draws.uniform(0.32, 0.55),
        size=draws.uniform(0.1, 0.17),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at)
    cheeks(canvas, draws, at, 0.16)
    below = np.minimum(at.height + at.size + draws.uniform(0.09, 0.17), GROUND - 0.17)
    mouth(canvas, draws, at.middle, below, wide * 0.38, skin.line)
