"""The random numbers that a monster is made of: a fixed row of Philox for each picture of the set.

`Generator.uniform` and the like may change with NumPy's versions; the raw words of a bit generator may not, so these
are what is read. A number has 24 bits, which float32 holds without rounding.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""Numbers that broadcast against pictures [N, H, W], one a picture being [N, 1, 1]; float32, all of them."""
Mask = NDArray[np.bool_]

WORDS = 160
"""Random words a picture: more than the kind that needs most."""
KEY = 0x6D6F6E7374657273
"""The key of the Philox stream: "monsters" in ASCII."""


class Draws:
    """The numbers of some pictures, each asked for once, in the order in which a kind's code asks."""

    def __init__(self, pictures: NDArray[np.intp], total: int) -> None:
        """The rows of these pictures, by their place in a set of `total`."""
        self._rows = _words(total)[pictures]
        self._next = 0

    def uniform(self, low: float, high: float) -> Field:
        """Numbers from `low` up to `high`, float32 [N, 1, 1]."""
        return low + (high - low) * self._unit()

    def middling(self, low: float, high: float) -> Field:
        """The same, more often near the middle: the mean of two draws."""
        return low + (high - low) * (0.5 * (self._unit() + self._unit()))

    def chance(self, share: float) -> Mask:
        """True for about that share of the pictures, bool [N, 1, 1]."""
        return self._unit() < share

    def side(self) -> Field:
        """Minus or plus one, float32 [N, 1, 1]."""
        return np.where(self.chance(0.5), np.float32(-1), np.float32(1))

    def choice(self, *shares: float) -> NDArray[np.intp]:
        """Which of several styles, by shares that add up to 1, int [N, 1, 1]."""
        unit = self._unit()
        styles = np.zeros(unit.shape, np.intp)
        for bound in np.cumsum(shares)[:-1]:
            styles += unit >= np.float32(bound)
        return styles

    def _unit(self) -> Field:
        words = self._rows[:, self._next]
        self._next += 1
        return ((words >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24))[:, np.newaxis, np.newaxis]


@functools.cache
def _words(total: int) -> NDArray[np.uint64]:
    """All words of a set, uint64 [total, WORDS]; the rows of a smaller set are the first of a larger one."""
    return np.random.Philox(key=KEY).random_raw(total * WORDS).reshape(total, WORDS)
