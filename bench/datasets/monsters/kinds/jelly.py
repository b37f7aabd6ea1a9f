"""Jellies: a glassy bell with a scalloped rim that floats over curling tentacles."""

from __future__ import annotations

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import WHITE, Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, cheeks, eyes, mouth

NAME = "jelly"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one jelly on each picture."""
    skin = parts.skin(draws, (0.83, 0.93), (0.5, 0.95), saturation=0.45)
    x, y = canvas.mirrored, canvas.y
    wide, high = draws.uniform(0.44, 0.62), draws.uniform(0.48, 0.66)
    rim = draws.uniform(-0.02, 0.16)
    parts.shadow(canvas, 0.0, wide * 0.9, draws.uniform(0.15, 0.25))

    deep = draws.uniform(0.36, 0.54)
    curl = draws.uniform(-0.22, 0.3)
    thick = draws.uniform(0.05, 0.085)
    # One in the middle, which hangs straight, and two on each side, which curl away from each other.
    for outward, shorter, swing in ((0.0, 1.0, 0.0 * curl), (0.36, 0.78, -curl), (0.74, 0.56, curl)):
        root = (wide * outward, rim - 0.05)
        drop = deep * shorter
        points = (root, (root[0] + swing, rim + drop / 2), (root[0] * 1.25 - swing / 3, rim + drop))
        tentacle = shapes.curve(x, y, points, (thick, thick * 0.45))
        canvas.solid(tentacle, skin.accent.mixed(skin.body, 0.55), skin.line, 0.08)

    dome = shapes.within(shapes.ellipse(x, y, (0.0, rim), (wide, high)), y - rim)
    frill = draws.uniform(0.075, 0.11)
    scallops = shapes.union(*(shapes.circle(x, y, (wide * at, rim), frill) for at in (0.0, 0.3, 0.6, 0.88)))
    bell = shapes.blend(dome, scallops, 0.05)
    canvas.solid(bell, skin.body, skin.line, depth=0.34)
    parts.pattern(canvas, draws, shapes.within(bell, y - rim + 0.02), (0.0, rim - high * 0.4), (wide, high * 0.6), skin)
    shine = shapes.limb(canvas.x, y, (-wide * 0.55, rim - high * 0.48), (-wide * 0.3, rim - high * 0.72), (0.05, 0.045))
    canvas.paint(shine, WHITE, 0.7, blur=1.5)

    at = Eyes(
        middle=draws.middling(-0.05, 0.05),
        height=rim - high * draws.uniform(0.25, 0.42),
        apart=wide * draws.uniform(0.3, 0.5),
        size=draws.uniform(0.09, 0.14),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at, dark=0.55)
    cheeks(canvas, draws, at, 0.14)
    mouth(canvas, draws, at.middle, at.height + at.size + draws.uniform(0.05, 0.1), wide * 0.32, skin.line)
