"""The two frameworks: equivalent, different, or undecided."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bench.statistics.equivalence import equivalence

PATIENT = settings(deadline=None, derandomize=True)  # The first example imports SciPy.

NAMES = ("tensorflow", "torch")
POSITIVE = st.floats(0.01, 1000)


@PATIENT
@given(st.lists(POSITIVE, min_size=3, max_size=8), st.floats(1.001, 3))
def test_identical_pairs_are_equivalent(values, margin):
    found = equivalence([(value, value) for value in values], margin, NAMES)
    assert (found.verdict, found.ratio.value, found.ratio.low, found.ratio.high) == ("equivalent", 1, 1, 1)
    assert found.p_value == 0


def test_the_test_is_scipys_pair_of_one_sided_ones():
    pairs = [(1.0, 1.05), (2.0, 1.96), (3.0, 3.1), (4.0, 4.02), (5.0, 4.9)]
    logs = [math.log(a / b) for a, b in pairs]
    found = equivalence(pairs, 1.1, NAMES)
    bound = math.log(1.1)
    upper = stats.ttest_1samp(logs, bound, alternative="less").pvalue
    lower = stats.ttest_1samp(logs, -bound, alternative="greater").pvalue
    assert found.p_value == pytest.approx(max(upper, lower))
    ends = stats.t.interval(0.9, 4, np.mean(logs), stats.sem(logs))
    assert (found.ratio.low, found.ratio.high) == pytest.approx(tuple(np.exp(ends)))
    assert found.verdict == "equivalent"
    assert "alike to within a factor of 1.1: tensorflow / torch = 0.99" in found.reason


@PATIENT
@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=3, max_size=6), st.floats(1.01, 2))
def test_the_verdict_agrees_with_p_and_with_the_swapped_one(pairs, margin):
    found = equivalence(pairs, margin, NAMES)
    swapped = equivalence([(b, a) for a, b in pairs], margin, NAMES)
    assert found.p_value == pytest.approx(swapped.p_value, abs=1e-6)
    assert found.ratio.value == pytest.approx(1 / swapped.ratio.value)
    if abs(found.p_value - 0.05) > 1e-6:
        assert (found.verdict == "equivalent") == (found.p_value < 0.05)
        assert (found.verdict == "equivalent") == (swapped.verdict == "equivalent")


def test_a_difference_beyond_the_margin():
    found = equivalence([(2.0, 1.0), (2.2, 1.0), (1.9, 1.0)], 1.1, NAMES)
    assert (found.verdict, found.pairs_needed) == ("different", None)
    assert found.p_value > 0.9
    assert equivalence([(1.0, 2.0), (1.0, 2.2), (1.0, 1.9)], 1.1, NAMES).verdict == "different"


def test_a_wide_interval_is_undecided_and_says_how_many_seeds():
    found = equivalence([(1.0, 1.3), (1.0, 0.8), (1.0, 1.0)], 1.1, NAMES)
    assert found.verdict == "undecided"
    assert found.pairs_needed > 3
    assert f"{found.pairs_needed} seeds would, four times in five, show that they are alike" in found.reason


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([], "0 seeds have both halves, 3 are needed"),
        ([(1.0, 1.0), (2.0, 2.0)], "2 seeds have both halves"),
        ([(1.0, 1.0), (0.0, 2.0), (1.0, 1.0)], "positive values"),
        ([(1.0, 1.0), (-0.1, -0.1), (1.0, 1.0)], "positive values"),
        ([(1.0, 1.0), (math.nan, 2.0), (1.0, 1.0)], "positive values"),
    ],
    ids=["none", "two", "zero", "negative", "nan"],
)
def test_what_is_undefined_is_undecided(pairs, reason):
    found = equivalence(pairs, 1.1, NAMES)
    assert (found.verdict, found.p_value, found.ratio.value) == ("undecided", None, None)
    assert reason in found.reason
    assert found.ratio.reason == found.reason


@pytest.mark.parametrize("margin", [1, 0.9, math.nan])
def test_a_margin_is_above_one(margin):
    with pytest.raises(ValueError, match="ratio above 1"):
        equivalence([(1, 1)] * 3, margin, NAMES)
