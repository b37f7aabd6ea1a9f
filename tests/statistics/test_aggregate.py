"""The interquartile mean over data sets, and the stratified bootstrap under it."""

import numpy as np
import pytest
from scipy import stats

from bench.statistics.aggregate import interquartile_mean, normalised, position
from bench.statistics.bootstrap import PERCENTILES, STUDENT, stratified_bootstrap


def mean_of(drawn):
    return drawn.mean(axis=1)


def test_the_interquartile_mean_is_of_the_middle_half():
    assert interquartile_mean({"x": [0, 1, 2, 1000], "y": [-1000, 3, 4, 5]}).value == pytest.approx((1 + 2 + 3 + 4) / 4)
    assert interquartile_mean({"x": [1, 2, 6]}).value == pytest.approx(3)


def test_the_interval_repeats_itself():
    values = {"x": [1.0, 2.0, 4.0, 5.0, 7.0, 9.0], "y": [3.0, 3.5, 8.0, 1.0, 2.0, 2.0]}
    found = interquartile_mean(values)
    assert found == interquartile_mean(values)
    assert found.low < found.value < found.high
    assert found.method == PERCENTILES


def test_with_few_seeds_the_interval_of_a_mean_is_students():
    values = [1.0, 2.0, 6.0]
    found = stratified_bootstrap({"x": values}, mean_of, resamples=200_000)
    assert found.method == STUDENT
    expected = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, rel=0.01)


def test_with_more_seeds_the_percentiles_come_close_to_it():
    values = stats.norm.rvs(size=12, random_state=0)
    found = stratified_bootstrap({"x": values}, mean_of)
    expected = stats.t.interval(0.95, 11, np.mean(values), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, abs=0.1)


def test_seeds_are_resampled_within_their_data_set():
    # Between the sets lies a gap that no resample may bridge: the mean is always half way.
    found = stratified_bootstrap({"x": [0.0] * 6, "y": [10.0] * 6}, mean_of)
    assert (found.low, found.value, found.high) == (5, 5, 5)


def test_one_seed_has_no_interval_and_says_so():
    found = interquartile_mean({"x": [1, 2, 3], "y": [4]})
    assert (found.low, found.high) == (None, None)
    assert "one seed" in found.reason
    with pytest.raises(ValueError, match="no data set"):
        interquartile_mean({})


def test_a_common_scale():
    assert normalised(50, worst=100, best=0) == 0.5
    assert normalised(-10, worst=100, best=0) == pytest.approx(1.1)
    with pytest.raises(ValueError, match="no length"):
        normalised(1, 2, 2)


def test_a_position_lies_between_noise_and_real_pictures():
    assert position(0.3, noise=1.1, real=0.1) == pytest.approx(0.8)
    assert position(None, noise=1.1, real=0.1) is None
    assert position(0.3, noise=None, real=0.1) is None
    assert position(0.3, noise=0.1, real=0.1) is None
