"""Faces: eyes with highlights, mouths, cheeks. What gives a monster its mood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.datasets.monsters import shapes
from bench.datasets.monsters.canvas import INK, WHITE, Canvas, Colour, hsv
from bench.datasets.monsters.draws import Draws, Field
from bench.datasets.monsters.shapes import Number

MOUTH = Colour(0.42, 0.10, 0.16)
TONGUE = Colour(0.93, 0.42, 0.46)
BLUSH = Colour(1.0, 0.42, 0.45)


@dataclass(frozen=True)
class Eyes:
    """Where two eyes (or, with `apart` 0, one) stand, how large they are, and the colour of their lids."""

    middle: Number
    height: Number
    apart: Number
    """From the middle of the face to that of an eye."""
    size: Number
    lid: Colour
    line: Colour


def eyes(canvas: Canvas, draws: Draws, at: Eyes, dark: float = 0.35) -> None:
    """Paint the eyes: white with an iris, or, for a share `dark` of the monsters, all dark; some with lids."""
    canvas = canvas.window(
        at.middle - at.apart - 1.15 * at.size - 0.08,
        at.height - 1.4 * at.size - 0.08,
        at.middle + at.apart + 1.15 * at.size + 0.08,
        at.height + 1.4 * at.size + 0.08,
    )
    # Coordinates within the nearer eye: both look the same way and gleam on the same side.
    across = canvas.x - at.middle
    x = across - np.where(across < 0, np.float32(-1), np.float32(1)) * at.apart
    outward = np.where(across < 0, -x, x)
    y = canvas.y - at.height
    tall = draws.uniform(1.0, 1.3)
    beady = draws.chance(dark)
    size = np.where(beady, at.size * 0.8, at.size)
    eye = shapes.ellipse(x, y, (0.0, 0.0), (size, size * tall))
    iris = hsv(draws.uniform(0, 1), draws.uniform(0.5, 0.9), draws.uniform(0.45, 0.8))
    look = (draws.middling(-0.3, 0.3) * size, draws.middling(-0.25, 0.3) * size)
    coloured = draws.uniform(0.55, 0.72) * size
    slit = draws.chance(0.22)
    pupil = np.where(slit, coloured * 0.36, coloured * draws.uniform(0.55, 0.75))

    canvas.paint(eye - 0.035, at.line)
    canvas.paint(eye, WHITE.mixed(INK, np.where(beady, np.float32(1), np.float32(0))))
    inside = shapes.where(~beady, eye)
    canvas.paint(shapes.within(shapes.circle(x, y, look, coloured), inside), iris)
    canvas.paint(shapes.within(shapes.ellipse(x, y, look, (pupil, coloured * 0.85)), inside), INK)
    _lids(canvas, draws, at, (outward, y), eye, size)
    gleam = size * draws.uniform(0.24, 0.34)
    canvas.paint(shapes.circle(x, y, (-0.32 * size, -0.4 * size), gleam), WHITE)
    canvas.paint(shapes.circle(x, y, (0.3 * size, 0.35 * size), gleam * 0.5), WHITE, 0.75)


def _lids(canvas: Canvas, draws: Draws, at: Eyes, place: tuple[Field, Field], eye: Field, size: Field) -> None:
    """Paint lids: none, sleepy ones, or slanting ones, which look fierce or sad."""
    outward, y = place
    style = draws.choice(0.5, 0.2, 0.3)
    slant = np.where(style == 2, draws.uniform(-0.35, 0.75), np.float32(0))
    drop = np.where(style == 1, draws.uniform(-0.35, 0.05), draws.uniform(-0.75, -0.35))
    above = (y - drop * size + slant * outward) / shapes.length(np.ones_like(slant), slant)
    lid = shapes.where(style > 0, shapes.within(above, eye - 0.01))
    canvas.paint(lid, at.lid.scaled(0.82))
    brow = shapes.where(style > 0, shapes.within(shapes.ring(above, 0.05), eye - 0.02))
    canvas.paint(brow, at.line)


def mouth(canvas: Canvas, draws: Draws, middle: Number, height: Number, width: Number, line: Colour) -> None:
    """Paint a mouth: a smile, a frown, an open one with tongue and teeth, a row of teeth, or a small round one."""
    reach = 1.2 * width + 0.12
    canvas = canvas.window(middle - reach, height - reach, middle + reach, height + reach)
    x, y = canvas.x - middle, canvas.y - height
    style = draws.choice(0.3, 0.1, 0.36, 0.12, 0.12)
    wide = width * draws.uniform(0.7, 1.1)
    bend = wide * draws.uniform(0.9, 1.6)

    # A smile is the lower part of a circle, a frown the upper part of one.
    sag = np.where(style == 1, np.float32(-1), np.float32(1))
    drop = bend - bend * bend / shapes.length(bend, wide)
    arc = shapes.ring(shapes.circle(x, y, (0.0, sag * (drop * 0.5 - bend)), bend), 0.055)
    ends = shapes.within(np.abs(x) - wide * 0.8, -sag * y - bend * 0.5)
    canvas.paint(shapes.where(style <= 1, shapes.within(arc, ends)), line)

    # An open mouth is a half disc; the teeth hang from its straight edge.
    deep = wide * draws.uniform(0.7, 1.25)
    jaw = shapes.within(shapes.ellipse(x, y, (0.0, -0.3 * deep), (wide, deep)), -0.3 * deep - y)
    jaw = shapes.where(style == 2, jaw)
    canvas.paint(jaw - 0.035, line)
    canvas.paint(jaw, MOUTH)
    canvas.paint(shapes.within(shapes.circle(x, y, (0.0, 0.75 * deep), 0.62 * wide), jaw), TONGUE)
    fangs = draws.chance(0.55)
    apart = wide * draws.uniform(0.35, 0.6)
    tooth = shapes.limb(np.abs(x), y, (apart, -0.34 * deep), (apart, 0.05 * deep), (wide * 0.2, 0.0))
    canvas.paint(shapes.where(fangs, shapes.within(tooth, jaw)), WHITE)
    canvas.paint(shapes.where(~fangs, shapes.within(y + 0.08 * deep, jaw)), WHITE)

    # A grin: a rounded bar of teeth with gaps between them.
    grin = shapes.where(style == 3, shapes.limb(x, y, (-wide * 0.75, 0.0), (wide * 0.75, 0.0), (0.075, 0.075)))
    canvas.paint(grin - 0.035, line)
    canvas.paint(grin, WHITE)
    gaps = x / (wide * 0.4)
    gap = (np.abs(gaps - np.floor(gaps) - 0.5) * wide * 0.4) - 0.012
    canvas.paint(shapes.within(shapes.union(gap + 0 * y, np.abs(y) - 0.01), grin), line, 0.8)

    canvas.paint(shapes.where(style == 4, shapes.ellipse(x, y, (0.0, 0.0), (wide * 0.32, wide * 0.42))), MOUTH)


def cheeks(canvas: Canvas, draws: Draws, at: Eyes, drop: Number) -> None:
    """Paint blushing cheeks on some."""
    x = np.abs(canvas.x - at.middle)
    place = (at.apart + at.size * 0.9, at.height + drop)
    cheek = shapes.ellipse(x, canvas.y, place, (0.09, 0.06))
    canvas.paint(shapes.where(draws.chance(0.45), cheek), BLUSH, 0.55, blur=2.5)
