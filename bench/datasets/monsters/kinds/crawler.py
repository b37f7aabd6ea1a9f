"""Crawlers: a low wide shell on six or eight bent legs, with feelers."""

from __future__ import annotations

import numpy as np

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, cheeks, eyes, mouth
from bench.datasets.monsters.parts import GROUND

NAME = "crawler"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one crawler on each picture."""
    skin = parts.skin(draws, (0.045, 0.125), (0.0, 0.2), saturation=0.74)
    x, y = canvas.mirrored, canvas.y
    wide, high = draws.uniform(0.38, 0.52), draws.uniform(0.27, 0.38)
    middle = GROUND - draws.uniform(0.2, 0.3) - high * 0.75
    parts.shadow(canvas, 0.0, wide * 1.5)

    thick = draws.uniform(0.04, 0.06)
    lift = draws.uniform(0.05, 0.4)
    stride = (0.86 - wide * 0.55) * draws.uniform(0.8, 1.0)
    eight = draws.chance(0.5)
    for leg, outward in enumerate((1.0, 0.66, 0.33, 0.0)):
        hip = (wide * (0.45 + 0.4 * outward), middle + high * 0.3)
        foot = (wide * 0.55 + stride * outward, GROUND - 0.05 * outward)
        knee = (foot[0] - 0.03 - 0.06 * outward, middle + 0.16 - lift * (0.3 + 0.7 * outward))
        stroke = shapes.union(
            shapes.limb(x, y, hip, knee, (thick, thick)), shapes.limb(x, y, knee, foot, (thick, thick * 0.55))
        )
        stroke = shapes.where(eight, stroke) if leg == 3 else stroke
        canvas.solid(stroke, skin.body.mixed(skin.line, 0.25), skin.line, 0.07)

    root = (wide * 0.3, middle - high * 0.7)
    end = (draws.uniform(0.2, 0.6), middle - high - draws.uniform(0.16, 0.34))
    feeler = shapes.curve(x, y, (root, (draws.uniform(0.05, 0.3), end[1]), end), (0.03, 0.024), 3)
    bulb = shapes.circle(x, y, end, np.where(draws.chance(0.6), draws.uniform(0.06, 0.1), np.float32(0.03)))
    canvas.solid(shapes.union(feeler, bulb), skin.accent, skin.line, 0.08)

    body = shapes.ellipse(x, y, (0.0, middle), (wide, high))
    canvas.solid(body, skin.body, skin.line, depth=0.28)
    parts.pattern(canvas, draws, body, (0.0, middle), (wide, high), skin)
    seamed = draws.chance(0.35)
    seam = shapes.limb(x, y, (0.0, middle - high), (0.0, middle - high * 0.35), (0.02, 0.012))
    canvas.paint(shapes.where(seamed, seam), skin.line)

    jaw = shapes.curve(
        x,
        y,
        ((0.15, middle + high * 0.75), (0.2, middle + high + 0.14), (0.05, middle + high + 0.13)),
        (0.045, 0.01),
        3,
    )
    canvas.solid(shapes.where(draws.chance(0.4), jaw), skin.belly, skin.line, 0.06)
    at = Eyes(
        middle=draws.middling(-0.05, 0.05),
        height=middle + high * draws.uniform(-0.3, 0.0),
        apart=wide * draws.uniform(0.3, 0.5),
        size=draws.uniform(0.09, 0.14),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at)
    cheeks(canvas, draws, at, 0.13)
    mouth(canvas, draws, at.middle, at.height + at.size + draws.uniform(0.06, 0.11), wide * 0.38, skin.line)
