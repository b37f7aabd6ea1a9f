"""A fifth is for testing, of each class; near-duplicates stand on one side."""

from __future__ import annotations

import numpy as np
import pytest

from bench.datasets.folders.split import draw, straddling
from bench.errors import UserError


def test_without_labels_a_fifth_is_drawn_in_the_order_given():
    assert draw(np.arange(10)).tolist() == [True] * 2 + [False] * 8


def test_of_every_class_a_fifth_is_drawn():
    labels = np.repeat([0, 1, 2], [50, 100, 10])
    chosen = draw(np.arange(160), labels)
    assert np.bincount(labels[chosen]).tolist() == [10, 20, 2]


def test_a_fifth_of_all_is_drawn_however_small_the_classes_are():
    assert draw(np.arange(40), np.arange(40) % 3).sum() == 8
    assert draw(np.arange(100), np.arange(100) % 50).sum() == 20


def test_a_large_group_of_one_class_does_not_fill_the_test_side():
    # 30 of the 100 pictures of the first class are nearly the same, and come first.
    groups = np.r_[np.zeros(30, np.int64), np.arange(1, 271)]
    labels = np.repeat([0, 1, 2], 100)
    assert np.bincount(labels[draw(groups)], minlength=3).tolist() == [60, 0, 0]
    chosen = draw(groups, labels)
    assert np.bincount(labels[chosen]).tolist() == [20, 20, 20]
    assert not chosen[groups == 0].any()
    assert straddling(groups, chosen) == 0


def test_a_group_of_several_classes_needs_room_in_each():
    groups = np.r_[0, 0, np.arange(1, 19)]
    labels = np.r_[0, 1, np.zeros(9, np.int64), np.ones(9, np.int64)]
    chosen = draw(groups, labels)
    assert chosen[:2].all()
    assert np.bincount(labels[chosen]).tolist() == [2, 2]


def test_where_no_group_fits_the_smallest_is_drawn():
    assert draw(np.r_[np.zeros(6, np.int64), np.ones(4, np.int64)]).tolist() == [False] * 6 + [True] * 4


def test_one_group_cannot_be_parted():
    with pytest.raises(UserError, match=r"all pictures are nearly the same"):
        draw(np.zeros(30, np.int64))
