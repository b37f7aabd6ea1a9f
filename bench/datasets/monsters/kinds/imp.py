"""Imps: a round body with horns, little arms and legs, and a tail with an arrow's head."""

from __future__ import annotations

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, cheeks, eyes, mouth
from bench.datasets.monsters.parts import GROUND

NAME = "imp"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one imp on each picture."""
    skin = parts.skin(draws, (0.95, 1.05), (0.06, 0.16), saturation=0.68)
    x, y = canvas.mirrored, canvas.y
    wide, high = draws.uniform(0.36, 0.5), draws.uniform(0.38, 0.48)
    middle = GROUND - 0.12 - high
    parts.shadow(canvas, 0.0, wide * 1.25)

    side = draws.side()
    root, away = (side * wide * 0.5, middle + high * 0.7), side * draws.uniform(0.68, 0.8)
    end = (away, middle + draws.uniform(-0.2, 0.25))
    tail = shapes.curve(canvas.x, y, (root, (away, middle + high), end), (0.05, 0.035))
    arrow = shapes.limb(canvas.x, y, (end[0], end[1] + 0.02), (end[0], end[1] - 0.16), (0.11, 0.0))
    canvas.solid(shapes.union(tail, arrow), skin.body, skin.line, 0.1)

    out, up = draws.uniform(0.3, 0.62), draws.uniform(0.28, 0.42)
    foot = (wide * draws.uniform(0.45, 0.7), middle - high * 0.62)
    bulge = (foot[0] + draws.uniform(0.0, 0.3), foot[1] - up * draws.uniform(0.2, 0.8))
    horn = shapes.curve(x, y, (foot, bulge, (out, foot[1] - up)), (draws.uniform(0.1, 0.15), 0.015))
    canvas.solid(horn, skin.accent.mixed(skin.belly, 0.5), skin.line, 0.12)

    parts.feet(canvas, draws, skin, wide * draws.uniform(0.4, 0.6), draws.uniform(0.11, 0.15))
    reach = draws.uniform(0.1, 0.24)
    hand = (wide + reach, middle + draws.uniform(-0.28, 0.34))
    arm = shapes.limb(x, y, (wide * 0.85, middle + 0.1), hand, (0.075, 0.085))
    canvas.solid(arm, skin.body, skin.line, 0.1)

    body = shapes.ellipse(x, y, (0.0, middle), (wide, high))
    canvas.solid(body, skin.body, skin.line, depth=0.34)
    parts.pattern(canvas, draws, body, (0.0, middle), (wide, high), skin)

    at = Eyes(
        middle=draws.middling(-0.05, 0.05),
        height=middle - high * draws.uniform(0.12, 0.4),
        apart=wide * draws.uniform(0.36, 0.5),
        size=draws.uniform(0.1, 0.15),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at, dark=0.2)
    cheeks(canvas, draws, at, 0.15)
    mouth(canvas, draws, at.middle, at.height + at.size + draws.uniform(0.1, 0.18), wide * 0.5, skin.line)
