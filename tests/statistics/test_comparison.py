"""Two recipes on one measure: exact where it can be counted, the same whichever way it is asked."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bench.statistics.comparison import compare
from bench.statistics.estimate import Estimate
from bench.statistics.improvement import over_data_sets, probability_of_improvement, wilson
from bench.statistics.means import difference, mean
from bench.statistics.permutation import MOST_ARRANGEMENTS, least_p, permutation_p

PATIENT = settings(deadline=None, derandomize=True)  # The first example imports SciPy.

WHOLE = st.integers(-1000, 1000).map(float)
GROUPS = st.tuples(st.lists(WHOLE, min_size=2, max_size=6), st.lists(WHOLE, min_size=2, max_size=6))


def gap_of_means(a, b, axis=-1):
    return np.mean(a, axis=axis) - np.mean(b, axis=axis)


def test_a_permutation_p_counted_by_hand():
    # Of the 6 ways to deal 1, 2, 3, 10 into two pairs, {1, 2} is the one with the least sum, {3, 10} its mirror.
    assert permutation_p([1, 2], [3, 10]) == pytest.approx(2 / 6)
    assert permutation_p([1, 3], [2, 10]) == pytest.approx(4 / 6)
    assert permutation_p([5, 5], [5, 5]) == 1


@pytest.mark.parametrize(("n_a", "n_b"), [(3, 3), (4, 6), (6, 4), (6, 6), (2, 7)])
@pytest.mark.parametrize("seed", range(4))
def test_the_permutation_p_is_that_of_scipy(n_a, n_b, seed):
    chance = np.random.default_rng(seed)
    # Rounded, so that there are ties.
    a, b = chance.normal(0.7, 1, n_a).round(1), chance.normal(0, 1, n_b).round(1)
    expected = stats.permutation_test((a, b), gap_of_means, vectorized=True, n_resamples=np.inf).pvalue
    assert permutation_p(a, b) == pytest.approx(expected)


def test_many_seeds_are_dealt_by_chance_and_never_give_0():
    chance = np.random.default_rng(0)
    a, b = chance.normal(0.8, 1, 15), chance.normal(0, 1, 15)
    assert math.comb(30, 15) > MOST_ARRANGEMENTS
    assert permutation_p(a, b) == pytest.approx(stats.ttest_ind(a, b).pvalue, rel=0.1)
    assert 0 < permutation_p(a + 100, b) < 1e-4
    assert permutation_p(a, b) == permutation_p(a, b)


@PATIENT
@given(st.lists(WHOLE, min_size=3, max_size=3), st.lists(WHOLE, min_size=3, max_size=3))
def test_three_against_three_is_never_significant(a, b):
    assert compare(a, b, "lower").p_value >= 0.1 - 1e-12
    assert least_p(3, 3) == pytest.approx(0.1)


def test_six_against_six_can_be():
    assert permutation_p(range(6), range(10, 16)) == least_p(6, 6) == pytest.approx(2 / 924)


def test_welch_is_that_of_scipy():
    a, b = [1.0, 2.0, 4.0], [7.0, 9.0, 15.0, 3.0]
    expected = stats.ttest_ind(a, b, equal_var=False)
    found = difference(a, b)
    interval = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((interval.low, interval.high))
    assert found.estimate.value == pytest.approx(7 / 3 - 8.5)


def test_student_is_that_of_scipy():
    values = [1.0, 2.0, 4.0]
    expected = stats.t.interval(0.9, 2, np.mean(values), stats.sem(values))
    found = mean(values, 0.9)
    assert (found.low, found.high) == pytest.approx(expected)


def test_the_log_scale_speaks_of_ratios():
    found = compare([10, 20, 40], [1, 2, 4], "lower", scale="log")
    assert found.difference.value == pytest.approx(10)
    assert found.leader == "b"
    assert found.difference.low * found.difference.high == pytest.approx(100)


def test_no_spread_is_no_crash():
    apart, alike = compare([1, 1], [2, 2], "lower"), compare([1, 1], [1, 1], "lower")
    assert (apart.p_welch, apart.p_permutation, apart.merit, apart.leader) == (0, pytest.approx(1 / 3), None, "a")
    assert (alike.p_value, alike.merit, alike.leader, alike.improvement.value) == (1, None, None, 0.5)
    assert (alike.difference.low, alike.difference.high) == (0, 0)


def test_one_seed_has_no_interval_and_says_so():
    found = compare([1], [2, 3], "lower")
    assert (found.difference.low, found.p_welch, found.merit) == (None, None, None)
    assert "one seed" in found.difference.reason
    assert found.p_value == pytest.approx(2 / 3)


def test_an_outlier_that_turns_the_mean_leaves_no_leader():
    found = compare([1, 1, 1, 1, 1, 100], [2, 2, 2, 2, 2, 2], "lower")
    assert (found.ahead, found.leader) == ("b", None)
    assert found.improvement.value == pytest.approx(5 / 6)


def test_merit_is_in_standard_deviations_and_positive_where_a_is_better():
    assert compare([0, 2], [3, 5], "lower").merit == pytest.approx(3 / math.sqrt(2))
    assert compare([0, 2], [3, 5], "higher").merit == pytest.approx(-3 / math.sqrt(2))


def test_probability_of_improvement_counts_pairs_and_half_of_ties():
    found = probability_of_improvement([1, 2, 3], [2, 4, 0], "lower")
    assert found.value == pytest.approx((2 + 1.5 + 1) / 9)
    assert probability_of_improvement([1, 2], [3, 4, 5], "lower").value == 1


def test_its_interval_is_wilsons_of_the_smaller_group():
    found = probability_of_improvement(range(6), range(10, 18), "lower")
    expected = stats.binomtest(6, 6).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert wilson(0.5, 8, 1.959964) == pytest.approx(tuple(stats.binomtest(4, 8).proportion_ci(method="wilson")), 1e-6)


def test_data_sets_count_alike_whatever_their_seeds():
    values = {"x": ([1, 1], [2, 2]), "y": ([3, 3, 3], [1, 1, 1])}
    found = over_data_sets(values, "lower")
    assert found.value == 0.5
    assert (found.low, found.high) == pytest.approx(wilson(0.5, 4, 1.959964), 1e-6)
    with pytest.raises(ValueError, match="no data set"):
        over_data_sets({}, "lower")


@PATIENT
@given(GROUPS, st.sampled_from(["lower", "higher"]))
def test_swapping_the_recipes_swaps_the_answer(groups, better):
    a, b = groups
    one, other = compare(a, b, better), compare(b, a, better)
    assert one.p_value == pytest.approx(other.p_value)
    assert one.difference.value == pytest.approx(-other.difference.value)
    assert one.difference.low == pytest.approx(-other.difference.high)
    assert one.improvement.value == pytest.approx(1 - other.improvement.value)
    assert one.improvement.low == pytest.approx(1 - other.improvement.high)
    assert one.ahead == {"a": "b", "b": "a", None: None}[other.ahead]


@PATIENT
@given(GROUPS, st.randoms(use_true_random=False))
def test_the_order_of_seeds_means_nothing(groups, random):
    a, b = groups
    shuffled = [random.sample(side, len(side)) for side in groups]
    one, other = compare(a, b, "lower"), compare(*shuffled, "lower")
    assert one.p_value == pytest.approx(other.p_value)
    assert one.improvement == other.improvement


@PATIENT
@given(GROUPS, st.sampled_from([0.25, 8.0]), st.integers(-500, 500))
def test_unit_and_zero_of_a_measure_mean_nothing(groups, factor, shift):
    a, b = groups
    one = compare(a, b, "lower")
    other = compare([factor * x + shift for x in a], [factor * x + shift for x in b], "lower")
    assert one.p_value == pytest.approx(other.p_value)
    assert one.improvement == other.improvement
    assert other.difference.low == pytest.approx(factor * one.difference.low, abs=1e-6)
    mirrored = compare([-x for x in a], [-x for x in b], "higher")
    assert mirrored.improvement == one.improvement
    assert mirrored.ahead == one.ahead


@pytest.mark.parametrize("values", [[], [math.nan, 1], [math.inf]], ids=str)
def test_what_is_no_number_is_refused(values):
    with pytest.raises(ValueError, match=r"seed|finite"):
        compare(values, [1, 2], "lower")


def test_the_log_scale_is_for_positive_values():
    with pytest.raises(ValueError, match="positive values, not 0"):
        compare([0, 1], [1, 2], "lower", scale="log")


def test_an_estimate_lacks_nothing_without_a_reason():
    with pytest.raises(ValueError, match="needs a reason"):
        Estimate(1, None, None)
    with pytest.raises(ValueError, match="needs a reason"):
        Estimate(1, 0, 2, reason="no need")
    assert Estimate(1, 0, 2).mapped(math.exp).holds(1)
    assert not Estimate(1, None, None, reason="one seed").holds(1)
