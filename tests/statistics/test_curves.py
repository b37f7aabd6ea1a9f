"""Curves while training: when one overtakes the other, and whether the end still helps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.statistics.crossover import crossover
from bench.statistics.curves import read_at, span_of
from bench.statistics.trend import late_change

PATIENT = settings(deadline=None, derandomize=True)  # The first example imports SciPy.

SLOW, FAST = [(1, 100.0), (4, 50.0), (16, 20.0)], [(1, 60.0), (4, 45.0), (16, 40.0)]
"""SLOW begins worse and ends better (lower): over log time they cross at 50 - 30 s = 45 - 5 s, s = 1/5 of a stretch."""
CROSSING = 4 * 4**0.2


def shifted(curve, *by):
    return [[(time, value + shift) for time, value in curve] for shift in by]


def test_curves_are_read_along_the_logarithm_of_time():
    read = read_at([SLOW, FAST], np.array([2.0, 8.0, 16.0]))
    assert read == pytest.approx(np.array([[75, 35, 20], [52.5, 42.5, 40]]))
    assert np.exp(read_at([SLOW], np.array([2.0]), "log")) == pytest.approx(math.sqrt(100 * 50))


def test_the_common_time_is_what_all_curves_cover():
    assert span_of([SLOW, [(0.5, 1), (9, 1)], [(2, 1), (20, 1)]]) == (2, 9)


def test_a_crossing_worked_out_by_hand():
    found = crossover(shifted(FAST, -1, 0, 1), shifted(SLOW, -1, 0, 1), "lower")
    assert (found.outcome, found.start, found.end) == ("crosses", 1, 16)
    assert found.time == pytest.approx(CROSSING)
    assert found.low < CROSSING < found.high
    assert found.probability == 1
    assert found.reason.startswith("overtakes at 5.28; 95%: ")
    assert crossover(shifted(FAST, -1, 0, 1), shifted(SLOW, -1, 0, 1), "lower") == found


def test_seeds_that_scatter_more_leave_a_wider_interval():
    narrow = crossover(shifted(FAST, -1, 0, 1), shifted(SLOW, -1, 0, 1), "lower")
    wide = crossover(shifted(FAST, -2, 0, 2), shifted(SLOW, -2, 0, 2), "lower")
    assert wide.low < narrow.low
    assert wide.high > narrow.high
    beyond = crossover(shifted(FAST, -15, 0, 15), shifted(SLOW, -15, 0, 15), "lower")
    assert beyond.high is None
    assert "beyond the budget" in beyond.reason


def test_the_one_that_is_overtaken_never_overtakes():
    found = crossover(shifted(SLOW, -1, 0, 1), shifted(FAST, -1, 0, 1), "lower")
    assert (found.outcome, found.time, found.low, found.high, found.probability) == ("never", None, None, None, 0)
    assert found.reason == "not ahead at the end of the common time, at 16; the seeds leave no doubt of it"
    higher = crossover(shifted(SLOW, -1, 0, 1), shifted(FAST, -1, 0, 1), "higher")
    assert (higher.outcome, higher.time) == ("crosses", pytest.approx(CROSSING))


def test_never_may_be_in_doubt():
    found = crossover(shifted(SLOW, -20, 0, 20), shifted(FAST, -20, 0, 20), "lower")
    assert (found.outcome, found.high) == ("never", None)
    assert 0 < found.probability < 0.5
    assert found.low < 16


def test_ahead_from_the_start():
    found = crossover(shifted(SLOW, 99, 100, 101), shifted(FAST, -1, 0, 1), "lower")
    assert (found.outcome, found.time, found.low) == ("from the start", None, None)


def test_an_early_lead_that_is_lost_does_not_count():
    zigzag = [(1, 10.0), (2, 80.0), (4, 80.0), (16, 10.0)]
    flat = [(1, 50.0), (16, 50.0)]
    found = crossover([flat] * 2, [zigzag] * 2, "lower")
    assert found.outcome == "crosses"
    assert found.time == pytest.approx(4 * 4 ** (30 / 70))


def test_one_seed_crosses_without_an_interval():
    found = crossover([FAST], [SLOW], "lower")
    assert (found.outcome, found.low, found.high) == ("crosses", None, None)
    assert "one seed has no spread" in found.reason


def test_curves_without_common_time_are_not_comparable():
    found = crossover([FAST], [[(20, 1), (40, 1)]], "lower")
    assert (found.outcome, found.probability) == ("not comparable", None)


@PATIENT
@given(st.floats(0.01, 1000), st.floats(0.1, 10), st.floats(-5, 5))
def test_units_mean_nothing(of_time, of_value, shift):
    def changed(curves):
        return [[(time * of_time, value * of_value + shift) for time, value in curve] for curve in curves]

    a, b = shifted(FAST, -1, 0, 1), shifted(SLOW, -2, 0, 1)
    one, other = crossover(a, b, "lower"), crossover(changed(a), changed(b), "lower")
    assert other.time == pytest.approx(one.time * of_time)
    # The ends are places of a grid: rounding may move them by one.
    assert (other.low, other.high) == pytest.approx((one.low * of_time, one.high * of_time), rel=0.02)


@pytest.mark.parametrize("curves", [[], [[(1, 1)]], [[(0, 1), (1, 1)]], [[(2, 1), (1, 1)]]], ids=str)
def test_what_is_no_curve_is_refused(curves):
    with pytest.raises(ValueError, match="curve"):
        span_of(curves)


def test_the_late_change_is_relative_and_geometric():
    halved, same = [(1, 100.0), (8, 40.0), (16, 20.0)], [(1, 100.0), (8, 40.0), (16, 40.0)]
    found = late_change([halved, same])
    assert found.value == pytest.approx(math.sqrt(0.5) - 1)
    assert found.low < found.value < 0 < found.high
    level = late_change([same, same, same])
    assert (level.value, level.low, level.high) == (0, 0, 0)


def test_each_curve_ends_at_its_own_time():
    assert late_change([[(1, 8.0), (2, 4.0), (4, 2.0)], [(10, 8.0), (20, 2.0), (40, 1.0)]]).value == pytest.approx(-0.5)


def test_a_late_change_needs_points_and_seeds():
    late = late_change([[(9, 1.0), (16, 1.0)]])
    assert (late.value, late.low) == (None, None)
    assert "too few checkpoints" in late.reason
    one = late_change([SLOW])
    assert one.value < 0
    assert "one seed" in one.reason
    with pytest.raises(ValueError, match="positive values"):
        late_change([[(1, 1.0), (2, -1.0)]])
