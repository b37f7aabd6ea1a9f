"""Which pictures are for testing, where nobody has said: a fifth, chosen by content."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError

TEST_SHARE = 0.2
GIVEN = "as given: train and test"
DRAWN = "80/20 by the SHA-256 of the pixels, near-duplicates on one side"


def draw(groups: NDArray[np.int64], labels: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Whether each picture [N] is for testing, from their groups of near-duplicates and, where there are any, labels.

    The pictures stand in the order of their hashes, which says nothing of what is on them: group by group goes to the
    test side as long as it fits, so that no group is cut and chance decides which. Of every class a fifth fits: else
    one large group, all of one class, would fill the test side with it. Adding or renaming files moves few or none.
    Raises `UserError` where all pictures are one group.
    """
    sizes = np.bincount(groups)
    if len(sizes) < 2:
        raise UserError(
            "all pictures are nearly the same: nothing is left to test on that is not trained on.\n"
            "Put pictures into subfolders train and test, or add others."
        )
    classes = np.zeros_like(groups) if labels is None else labels
    room = _rooms(np.bincount(classes))
    members = np.split(classes[np.argsort(groups, kind="stable")], np.cumsum(sizes)[:-1])
    chosen = np.zeros(len(sizes), np.bool_)
    for group, labels_of_group in enumerate(members):  # in the order of their first pictures' hashes
        found, counts = np.unique(labels_of_group, return_counts=True)
        if (counts <= room[found]).all():
            chosen[group] = True
            room[found] -= counts
    if not chosen.any():
        chosen[np.argmin(sizes)] = True
    return chosen[groups]


def _rooms(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many pictures of each class are for testing: a fifth of all in whole numbers, by the largest remainders."""
    shares = TEST_SHARE * counts
    rooms: NDArray[np.int64] = np.floor(shares).astype(np.int64)
    left = max(1, round(TEST_SHARE * int(counts.sum()))) - int(rooms.sum())
    rooms[np.argsort(rooms - shares, kind="stable")[:left]] += 1
    return rooms


def straddling(groups: NDArray[np.int64], test: NDArray[np.bool_]) -> int:
    """How many groups have pictures on both sides."""
    in_test = np.bincount(groups, weights=test)
    return int(np.count_nonzero((in_test > 0) & (in_test < np.bincount(groups))))
