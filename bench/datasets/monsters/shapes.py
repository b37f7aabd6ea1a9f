"""Shapes as signed distances: below 0 inside, above 0 outside, in units of half a picture's side.

Only sums, products, quotients, square roots and comparisons are used, which IEEE 754 rounds alike on every machine:
no sine and no power, whose last bits are the library's own. The formulas are Inigo Quilez's
(https://iquilezles.org/articles/distfunctions2d/).
"""

from __future__ import annotations

import itertools

import numpy as np

from bench.datasets.monsters.draws import Field, Mask

Number = Field | float
Point = tuple[Number, Number]

FAR = np.float32(9)
"""The distance of what is not there."""


def circle(x: Field, y: Field, centre: Point, radius: Number) -> Field:
    """A disc."""
    return length(x - centre[0], y - centre[1]) - radius


def ellipse(x: Field, y: Field, centre: Point, radii: Point) -> Field:
    """An upright ellipse; exact on its edge, near enough elsewhere."""
    across, down = (x - centre[0]) / radii[0], (y - centre[1]) / radii[1]
    steep = length(across / radii[0], down / radii[1]) + np.float32(1e-6)
    inside = length(across, down)
    return inside * (inside - 1) / steep


def limb(x: Field, y: Field, start: Point, end: Point, radii: Point) -> Field:
    """A straight stroke with round ends, from the first radius to the second."""
    across, down = x - start[0], y - start[1]
    run, rise = end[0] - start[0], end[1] - start[1]
    along = np.clip((across * run + down * rise) / (run * run + rise * rise), 0, 1)
    radius = radii[0] + (radii[1] - radii[0]) * along
    return length(across - run * along, down - rise * along) - radius


def curve(x: Field, y: Field, points: tuple[Point, Point, Point], radii: Point, pieces: int = 4) -> Field:
    """A quadratic Bézier stroke with round ends, drawn as straight pieces."""
    knots = []
    for piece in range(pieces + 1):
        t = piece / pieces
        weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
        place = [sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1)]
        knots.append((place[0], place[1], radii[0] + (radii[1] - radii[0]) * t))
    strokes = [limb(x, y, a[:2], b[:2], (a[2], b[2])) for a, b in itertools.pairwise(knots)]
    return union(*strokes)


def union(*distances: Field) -> Field:
    """What is inside any of the shapes."""
    joined = distances[0]
    for distance in distances[1:]:
        joined = np.minimum(joined, distance)
    return joined


def blend(first: Field, second: Field, softness: Number) -> Field:
    """Both shapes grown together: a smooth minimum."""
    near = np.maximum(softness - np.abs(first - second), 0)
    return np.minimum(first, second) - near * near / (4 * softness)


def within(distance: Field, bounds: Field) -> Field:
    """What is inside both."""
    return np.maximum(distance, bounds)


def without(distance: Field, hole: Field) -> Field:
    """What is inside the first and not the second."""
    return np.maximum(distance, -hole)


def ring(distance: Field, width: Number) -> Field:
    """The edge of a shape, as a stroke of that width."""
    return np.abs(distance) - width / 2


def where(present: Mask, distance: Field) -> Field:
    """The shape in the pictures that have it."""
    return np.where(present, distance, FAR)


def length(across: Field, down: Field) -> Field:
    """The Euclidean length of a vector."""
    return np.sqrt(across * across + down * down)
