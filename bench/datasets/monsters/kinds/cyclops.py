"""Cyclopes: a tall body with one great eye, long arms, and a tuft or a horn on top."""

from __future__ import annotations

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, eyes, mouth
from bench.datasets.monsters.parts import GROUND

NAME = "cyclops"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one cyclops on each picture."""
    skin = parts.skin(draws, (0.13, 0.22), (0.9, 1.1), saturation=0.6)
    x, y = canvas.mirrored, canvas.y
    head, hips = draws.uniform(0.3, 0.4), draws.uniform(0.27, 0.42)
    top = draws.uniform(-0.42, -0.22)
    low = GROUND - 0.14 - hips
    parts.shadow(canvas, 0.0, hips * 1.5)

    crest = draws.choice(0.4, 0.35, 0.25)
    peak = top - head
    tall = (0.95 + peak) * draws.uniform(0.5, 1.0)
    bent = draws.uniform(0.06, 0.24)
    tuft = shapes.union(
        shapes.limb(x, y, (0.0, peak + 0.1), (0.0, peak - tall), (0.05, 0.012)),
        shapes.curve(x, y, ((0.05, peak + 0.1), (0.06, peak - tall * 0.6), (bent, peak - tall * 0.7)), (0.05, 0.01), 3),
    )
    horn = shapes.limb(x, y, (0.0, peak + 0.1), (0.0, peak - tall), (0.13, 0.01))
    crown = shapes.union(shapes.where(crest == 0, tuft), shapes.where(crest == 1, horn))
    canvas.solid(crown, skin.accent, skin.line, 0.1)

    parts.feet(canvas, draws, skin, hips * draws.uniform(0.45, 0.65), draws.uniform(0.12, 0.17))
    shoulder = (hips * 0.8, (top + low) / 2 + 0.05)
    elbow = (draws.uniform(0.55, 0.72), shoulder[1] + draws.uniform(-0.12, 0.3))
    hand = (draws.uniform(0.5, 0.8), elbow[1] + draws.uniform(-0.4, 0.25))
    arm = shapes.blend(
        shapes.curve(x, y, (shoulder, elbow, hand), (0.08, 0.06)),
        shapes.circle(x, y, hand, draws.uniform(0.075, 0.11)),
        0.05,
    )
    canvas.solid(arm, skin.body, skin.line, 0.09)

    body = shapes.blend(
        shapes.limb(x, y, (0.0, top), (0.0, low), (head, hips)), shapes.circle(x, y, (0.0, top), head), 0.1
    )
    canvas.solid(body, skin.body, skin.line, depth=0.3)
    parts.pattern(canvas, draws, body, (0.0, low - 0.05), (hips, hips * 1.2), skin)

    at = Eyes(
        middle=draws.middling(-0.04, 0.04),
        height=top + draws.uniform(-0.06, 0.12),
        apart=0.0,
        size=head * draws.uniform(0.52, 0.74),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at, dark=0.0)
    mouth(canvas, draws, at.middle, at.height + at.size * 1.15 + draws.uniform(0.1, 0.2), hips * 0.55, skin.line)
