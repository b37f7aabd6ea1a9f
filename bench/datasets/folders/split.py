"""Which pictures are for testing, where nobody has said: a fifth, chosen by content."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError

TEST_SHARE = 0.2
GIVEN = "as given: train and test"
DRAWN = "80/20 by the SHA-256 of the pixels, near-duplicates on one side"


def draw(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each picture [N] is for testing, from their groups of near-duplicates.

    The pictures stand in the order of their hashes, which says nothing of what is on them: group by group goes to the
    test side as long as it fits, so that no group is cut and chance decides which. Adding or renaming files moves few
    or none. Raises `UserError` where all pictures are one group.
    """
    sizes = np.bincount(groups)
    if len(sizes) < 2:
        raise UserError(
            "all pictures are nearly the same: nothing is left to test on that is not trained on.\n"
            "Put pictures into subfolders train and test, or add others."
        )
    room = max(1, round(TEST_SHARE * len(groups)))
    chosen = np.zeros(len(sizes), np.bool_)
    for group, size in enumerate(sizes):  # in the order of their first pictures' hashes
        if size <= room:
            chosen[group] = True
            room -= size
    if not chosen.any():
        chosen[np.argmin(sizes)] = True
    return chosen[groups]


def straddling(groups: NDArray[np.int64], test: NDArray[np.bool_]) -> int:
    """How many groups have pictures on both sides."""
    in_test = np.bincount(groups, weights=test)
    return int(np.count_nonzero((in_test > 0) & (in_test < np.bincount(groups))))
