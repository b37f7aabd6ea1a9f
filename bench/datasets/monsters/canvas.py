"""The canvas: pictures that are painted shape by shape, back to front, with soft edges, outlines and light."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.datasets.monsters.draws import Field, Mask
from bench.datasets.monsters.shapes import Number, length

SIDE = 64
PIXEL = 2 / SIDE
"""A pixel's side in the units of shapes."""
OUTLINE = 1.3 * PIXEL
LIGHT = (-0.42, -0.62, 0.66)
"""The direction to the light: from the upper left, out of the picture."""


Box = tuple[slice, slice, slice]


class Colour(NamedTuple):
    """Red, green and blue from 0 to 1: a number each, or a field."""

    red: Number
    green: Number
    blue: Number

    def mixed(self, other: Colour, share: Number) -> Colour:
        """The colour with that share of another."""
        return Colour(*(own + (theirs - own) * share for own, theirs in zip(self, other, strict=True)))

    def scaled(self, light: Number) -> Colour:
        """The colour brighter or darker."""
        return Colour(*(own * light for own in self))


WHITE = Colour(1.0, 1.0, 1.0)
INK = Colour(0.11, 0.08, 0.16)


def hsv(hue: Number, saturation: Number, value: Number) -> Colour:
    """A colour by hue (1 is once round), saturation and value, each from 0 to 1."""
    channels = []
    for offset in (5.0, 3.0, 1.0):
        turned = offset + 6 * hue
        place = turned - 6 * np.floor(turned / 6)
        channels.append(value - value * saturation * np.clip(np.minimum(place, 4 - place), 0, 1))
    return Colour(*channels)


class Canvas:
    """White pictures [N, 64, 64, 3] to be painted on; the middle is (0, 0), the lower right corner (1, 1)."""

    def __init__(self, zoom: Field, ground: float) -> None:
        """A canvas for as many pictures as `zoom` [N, 1, 1] has; what it enlarges stays on the ground."""
        middles = (np.arange(SIDE, dtype=np.float32) + np.float32(0.5)) * np.float32(PIXEL) - np.float32(1)
        self.x: Field = middles[np.newaxis, np.newaxis, :] / zoom
        self.y: Field = (middles[np.newaxis, :, np.newaxis] - ground) / zoom + ground
        self.mirrored: Field = np.abs(self.x)
        """x for shapes that stand on both sides alike."""
        self._channels = [np.ones((len(zoom), SIDE, SIDE), np.float32) for _ in range(3)]

    def paint(self, distance: Field, colour: Colour, opacity: Number = 1.0, blur: float = 1.0) -> None:
        """Fill a shape; its edge is as soft as `blur` pixels are wide."""
        box = _box(distance, 0.51 * PIXEL * blur)
        self._fill(box, distance[box], colour, opacity, blur)

    def solid(self, distance: Field, colour: Colour, line: Colour, depth: float = 0.3, width: float = OUTLINE) -> None:
        """Fill a shape as if it were puffed up, lit, with an outline; `depth` is how far its edge is rounded."""
        box = _box(distance, width + 0.51 * PIXEL)
        part = distance[box]
        self._fill(box, part - width, line)
        self._fill(box, part, lit(colour, line, part, depth))

    def pixels(self) -> NDArray[np.uint8]:
        """The pictures, uint8 [N, 64, 64, 3]."""
        return np.stack([(channel * 255 + np.float32(0.5)).astype(np.uint8) for channel in self._channels], axis=-1)

    def _fill(self, box: Box, distance: Field, colour: Colour, opacity: Number = 1.0, blur: float = 1.0) -> None:
        cover = np.clip(0.5 - distance * np.float32(1 / (PIXEL * blur)), 0, 1) * opacity
        for channel, value in zip(self._channels, colour, strict=True):
            part = channel[box]
            part += cover * (value - part)

    def window(self, left: Number, top: Number, right: Number, bottom: Number) -> Canvas:
        """The part of this canvas that holds such a box of every picture: what is small is painted faster there."""
        columns = _span(np.any((self.x >= left) & (self.x <= right), axis=(0, 1)))
        rows = _span(np.any((self.y >= top) & (self.y <= bottom), axis=(0, 2)))
        part = object.__new__(Canvas)
        part.x, part.y = self.x[:, :, columns], self.y[:, rows, :]
        part.mirrored = self.mirrored[:, :, columns]
        part._channels = [channel[:, rows, columns] for channel in self._channels]
        return part


def lit(colour: Colour, line: Colour, distance: Field, depth: float) -> Colour:
    """The colour of a puffed-up shape under the light; its shadows turn to the colour of its outline."""
    rise = np.clip(distance * np.float32(-1 / depth), 0, 1)
    lean = 1 - rise
    across, down = _slopes(distance)
    light = lean * (across * LIGHT[0] + down * LIGHT[1]) + np.sqrt(rise * (2 - rise)) * LIGHT[2]
    shade = np.clip(0.5 - 0.75 * light, 0, 0.52)
    gleam = np.clip(1.5 * light - 0.98, 0, 0.42)
    return colour.mixed(line, shade).mixed(WHITE, gleam)


def _slopes(distance: Field) -> tuple[Field, Field]:
    """The direction in which the distance grows, of length 1 or less."""
    across, down = np.zeros_like(distance), np.zeros_like(distance)
    across[:, :, 1:-1] = distance[:, :, 2:] - distance[:, :, :-2]
    down[:, 1:-1, :] = distance[:, 2:, :] - distance[:, :-2, :]
    scale = 1 / np.maximum(length(across, down), np.float32(PIXEL / 8))
    return across * scale, down * scale


def _box(distance: Field, reach: float) -> Box:
    """The rows and columns in which any picture has something of a shape that reaches so far beyond its edge.

    Most shapes are small: painting there and nowhere else takes a fraction of the time.
    """
    near = distance.min(axis=0) < reach
    return slice(None), _span(near.any(axis=1)), _span(near.any(axis=0))


def _span(wanted: Mask) -> slice:
    """From the first to the last that is wanted, with a neighbour on both sides for slopes."""
    places = np.flatnonzero(wanted)
    return slice(max(int(places[0]) - 1, 0), int(places[-1]) + 2) if len(places) else slice(0)
