"""The p-value of the probability of improvement over data sets."""

from __future__ import annotations

import numpy as np
import pytest

from bench.statistics.estimate import CONFIDENCE
from bench.statistics.improvement import no_improvement_p, over_data_sets


def test_the_p_value_is_the_intervals() -> None:
    chance = np.random.default_rng(1)
    for _ in range(50):
        sides = {str(place): (chance.normal(0.8, 1, 6), chance.normal(0, 1, 6)) for place in range(3)}
        inside = over_data_sets(sides, "higher").holds(0.5)
        assert inside == (no_improvement_p(sides, "higher") > 1 - CONFIDENCE)


def test_three_sets_of_six_seeds_that_all_agree() -> None:
    sides = {name: ([1.0, 1.1] * 3, [2.0, 2.1] * 3) for name in "xyz"}
    # A score test of 18 trials that all agree: z = √18.
    assert no_improvement_p(sides, "lower") == pytest.approx(2.21e-5, rel=0.01)
    assert no_improvement_p(sides, "higher") == no_improvement_p(sides, "lower")
    assert no_improvement_p({"x": ([1.0, 3.0], [2.0, 2.0])}, "lower") == 1
