"""One value a seed, out of the values of its halves."""

import math

import pytest

from bench.statistics.seeds import both_halves, one_value_per_seed

VALUES = {(1, "torch"): 10.0, (0, "torch"): 1.0, (0, "tensorflow"): 3.0, (1, "tensorflow"): 20.0}


def test_halves_are_averaged_within_the_seed():
    found = one_value_per_seed(VALUES)
    assert (found.seeds, found.values, found.single, found.note) == ((0, 1), (2.0, 15.0), {}, None)


def test_a_single_half_is_used_as_it_is_and_named():
    found = one_value_per_seed({**VALUES, (1, "tensorflow"): None, (2, "tensorflow"): 7.0, (3, "torch"): None})
    assert (found.seeds, found.values) == ((0, 1, 2), (2.0, 10.0, 7.0))
    assert found.single == {1: "torch", 2: "tensorflow"}
    assert "seed 1 (torch only), 2 (tensorflow only)" in found.note


def test_a_study_of_one_framework_has_nothing_to_note():
    assert one_value_per_seed({(0, "torch"): 1.0, (1, "torch"): 2.0}, frameworks=1).note is None


def test_both_halves_are_of_the_seeds_that_have_both():
    values = {**VALUES, (2, "torch"): 5.0, (3, "torch"): 5.0, (3, "tensorflow"): None}
    assert both_halves(values, "tensorflow", "torch") == {0: (3.0, 1.0), 1: (20.0, 10.0)}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="seed 4 in torch"):
        one_value_per_seed({(4, "torch"): value})
