"""Would it flip with other seeds?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.statistics.stability import flip_probability

PATIENT = settings(deadline=None, derandomize=True)  # The first example imports SciPy.


def test_recipes_that_are_fully_apart_never_flip():
    assert flip_probability([1, 2, 3], [10, 20, 30]) == 0


def test_two_seeds_worked_out_by_hand():
    # Resampled means of A are 0, 2, 4 with chances 1/4, 1/2, 1/4; B stays at 1: A's mean of 2 is ahead, 0 is not.
    assert flip_probability([0, 4], [1, 1], resamples=20_000) == pytest.approx(0.25, abs=0.015)


def test_a_tie_counts_half():
    # Resampled means of B are 2, 1.5, 1 with chances 1/4, 1/2, 1/4. A's 0 is behind all of them; its 2 ties with one.
    expected = 1 / 4 + (1 / 2 * 1 / 4) / 2
    assert flip_probability([0, 4], [2, 1], resamples=20_000) == pytest.approx(expected, abs=0.015)


@PATIENT
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=5), st.lists(st.integers(-9, 9), min_size=2, max_size=5))
def test_lower_or_higher_is_the_same_question(a, b):
    mirrored = flip_probability([-x for x in a], [-x for x in b], resamples=100)
    assert flip_probability(a, b, resamples=100) == mirrored
    assert 0 <= mirrored <= 1


def test_measures_of_a_seed_are_resampled_together():
    # Both measures rise and fall together in A, so that their difference is the same in every resample.
    a, b = np.array([[0.0, 1.0], [5.0, 6.0], [9.0, 10.0]]), np.zeros((2, 2))

    def winner(a, b):
        return round(float(a[:, 1].mean() - a[:, 0].mean()), 6)

    assert flip_probability(a, b, winner, resamples=200) == 0
    with pytest.raises(ValueError, match="winner"):
        flip_probability(a, b)


def test_flips_may_be_told_from_a_winner_that_is_known_already():
    a, b = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]

    def winner(first, second):
        return first.mean() > second.mean()

    assert flip_probability(a, b, winner) == flip_probability(a, b, winner, expected=False) == 0
    assert flip_probability(a, b, winner, expected=True) == 1


def test_what_is_no_number_is_refused():
    for a in ([], [np.nan]):
        with pytest.raises(ValueError, match="finite"):
            flip_probability(a, [1.0])
