"""What the kinds of monster share: colours that go together, a shadow, feet, and patterns on the skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.datasets.monsters import shapes
from bench.datasets.monsters.canvas import Canvas, Colour, hsv
from bench.datasets.monsters.draws import Draws, Field
from bench.datasets.monsters.shapes import Number, Point

GROUND = 0.78
"""How low the feet stand."""
SHADOW = Colour(0.30, 0.27, 0.40)
RARE = 1 / 16
"""The share of each kind that has a hue of another."""


@dataclass(frozen=True)
class Skin:
    """The colours of one monster."""

    body: Colour
    belly: Colour
    accent: Colour
    """Of horns, spots, shells."""
    line: Colour
    """Of outlines and shadows: dark, of the body's hue."""


def skin(draws: Draws, hue: tuple[float, float], accent: tuple[float, float], saturation: float = 0.6) -> Skin:
    """Colours around a kind's hues (1 is once round); a few monsters are of another hue altogether."""
    turn = np.where(draws.chance(RARE), draws.uniform(0.15, 0.85), np.float32(0))
    main = draws.middling(*hue) + turn
    other = draws.uniform(*accent) + turn
    rich = draws.middling(saturation - 0.18, saturation + 0.18)
    bright = draws.uniform(0.78, 0.98)
    return Skin(
        body=hsv(main, rich, bright),
        belly=hsv(main + draws.uniform(-0.05, 0.05), rich * 0.32, 0.5 + 0.5 * bright),
        accent=hsv(other, draws.uniform(0.35, 0.85), draws.uniform(0.7, 1.0)),
        line=hsv(main, 0.35 + 0.5 * rich, draws.uniform(0.2, 0.32)),
    )


def shadow(canvas: Canvas, middle: Number, width: Number, strength: Number = 0.42) -> None:
    """Paint a soft shadow on the ground."""
    canvas.paint(shapes.ellipse(canvas.x, canvas.y, (middle, GROUND + 0.05), (width, 0.085)), SHADOW, strength, blur=5)


def feet(canvas: Canvas, draws: Draws, skin: Skin, apart: Number, size: Number) -> None:
    """Paint two feet on the ground, some with claws."""
    x, y = canvas.mirrored, canvas.y
    long = size * draws.uniform(1.1, 1.6)
    canvas.solid(shapes.ellipse(x, y, (apart, GROUND - size * 0.55), (long, size * 0.75)), skin.body, skin.line, 0.12)
    clawed = draws.chance(0.5)
    for step in (-0.55, 0.0, 0.55):
        claw = shapes.circle(x, y, (apart + long * step, GROUND - size * 0.12), 0.04)
        canvas.paint(shapes.where(clawed, claw), skin.line.mixed(Colour(1, 1, 1), 0.85))


def pattern(canvas: Canvas, draws: Draws, body: Field, middle: Point, radii: Point, skin: Skin) -> None:
    """Paint the skin: a light belly (on half of them) and nothing, spots, stripes from the sides, or freckles."""
    x, y = canvas.mirrored, canvas.y
    inner = body + 0.01
    belly = shapes.ellipse(x, y, (0.0, middle[1] + radii[1] * 0.45), (radii[0] * 0.62, radii[1] * 0.6))
    share = np.where(draws.chance(0.5), draws.uniform(0.6, 0.95), np.float32(0))
    canvas.paint(shapes.within(belly, inner), skin.belly, share, blur=2)

    style = draws.choice(0.28, 0.3, 0.27, 0.15)
    dark = skin.accent.mixed(skin.line, np.where(draws.chance(0.4), np.float32(0.45), np.float32(0.05)))
    spots = [
        shapes.circle(
            x,
            y,
            (radii[0] * draws.uniform(low, low + 0.4), middle[1] + radii[1] * draws.uniform(-0.95, 0.6)),
            draws.uniform(0.05, 0.13),
        )
        for low in (0.0, 0.35, 0.6)
    ]
    canvas.paint(shapes.where(style == 1, shapes.within(shapes.union(*spots), inner)), dark, 0.8)
    slope = draws.uniform(-0.12, 0.2)
    thick = draws.uniform(0.04, 0.085)
    reach = radii[0] * draws.uniform(0.35, 0.7)
    first = middle[1] + radii[1] * draws.uniform(-0.75, -0.4)
    gap = radii[1] * draws.uniform(0.38, 0.55)
    stripes = shapes.union(
        *(
            shapes.limb(x, y, (radii[0] * 1.1, first + gap * row + slope), (reach, first + gap * row), (thick, 0.0))
            for row in range(3)
        )
    )
    canvas.paint(shapes.where(style == 2, shapes.within(stripes, inner)), dark, 0.8)
    freckles = shapes.union(
        *(
            shapes.circle(x, y, (radii[0] * across, middle[1] + radii[1] * down), 0.035)
            for across, down in ((0.25, -0.62), (0.5, -0.42), (0.72, -0.1), (0.0, -0.8))
        )
    )
    canvas.paint(shapes.where(style == 3, shapes.within(freckles, inner)), dark, 0.8)
