"""The kinds of monster: one file each, with a `NAME` and a function `paint(canvas, draws)`."""

from __future__ import annotations

from bench.datasets.monsters.kinds import bat, crawler, cyclops, dragon, imp, jelly, slime, snail

KINDS = (slime, imp, bat, crawler, cyclops, jelly, snail, dragon)
"""In the order of their labels."""
