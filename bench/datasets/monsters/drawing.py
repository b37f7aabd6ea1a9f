"""All pictures of the set, or some: the same bytes wherever and in however many pieces they are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.datasets.monsters.canvas import SIDE, Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.kinds import KINDS
from bench.datasets.monsters.parts import GROUND

ZOOM = (0.82, 1.0)
"""How large monsters are: the largest just fit."""
AT_ONCE = 32
"""Pictures drawn together: few enough for the working arrays to stay in a processor's cache."""


def labels(count: int) -> NDArray[np.int64]:
    """The kinds of the first `count` pictures, int64 [count]: each kind in turn, so that any prefix is balanced."""
    return np.arange(count, dtype=np.int64) % len(KINDS)


def draw(count: int) -> NDArray[np.uint8]:
    """The first `count` pictures, uint8 [count, 64, 64, 3]."""
    pictures = np.empty((count, SIDE, SIDE, 3), np.uint8)
    kinds = labels(count)
    for label, kind in enumerate(KINDS):
        members = np.flatnonzero(kinds == label)
        for start in range(0, len(members), AT_ONCE):
            some = members[start : start + AT_ONCE]
            draws = Draws(some, count)
            canvas = Canvas(draws.uniform(*ZOOM), GROUND)
            kind.paint(canvas, draws)
            pictures[some] = canvas.pixels()
    return pictures
