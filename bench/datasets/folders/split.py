"""Which pictures are for testing, where nobody has said: a fifth, chosen by content."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError

TEST_SHARE = 0.2
GIVEN = "as given: train and test"
_LARGE_SHARE = 0.05  # of the test side
DRAWN = "80/20 by the SHA-256 of the pixels, near-duplicates on one side"


def draw(groups: NDArray[np.int64], lots: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether each picture [N] is for testing, from their groups of near-duplicates.

    `lots` [N] are random numbers that belong to the pictures, and say nothing of what is on them or in which group
    they are. In the order of the lots of their first members, groups go to the test side as long as they fit: no group
    is cut, and chance decides which. Adding or renaming files moves few or none. A group so large that its copies
    would weigh on every score as test pictures is for training, unless the others do not fill the test side.

    Classes are not drawn one by one: the pictures alone decide, so that a folder has the same test pictures whether or
    not subfolders name classes. A class of n has 20 % on the test side up to chance, a standard deviation of 40/√n %.

    Raises `UserError` where all pictures are one group.
    """
    _, first, sizes = np.unique(groups, return_index=True, return_counts=True)
    if len(sizes) < 2:
        raise UserError(
            "all pictures are nearly the same: nothing is left to test on that is not trained on.\n"
            "Put pictures into subfolders train and test, or add others."
        )
    room = max(1, round(TEST_SHARE * len(groups)))
    late = np.where(sizes > max(2, _LARGE_SHARE * room), sizes, 0)
    order = np.lexsort((lots[first], late))
    chosen = np.zeros(len(sizes), np.bool_)
    for group in order.tolist():
        if sizes[group] <= room:
            chosen[group] = True
            room -= int(sizes[group])
    if not chosen.any():
        chosen[order[0]] = True
    return chosen[groups]


def straddling(groups: NDArray[np.int64], test: NDArray[np.bool_]) -> int:
    """How many groups have pictures on both sides."""
    in_test = np.bincount(groups, weights=test)
    return int(np.count_nonzero((in_test > 0) & (in_test < np.bincount(groups))))
