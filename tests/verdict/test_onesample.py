"""One recipe against a threshold: Student's t, and what is left of it where no seed differs from another."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from bench.statistics.decision import LEAST_SEEDS, Evidence
from bench.statistics.holm import holm
from bench.verdict.onesample import against, conclude, seeds_needed

ENOUGH = Evidence(steps=2, least_steps=1)


def test_the_p_value_is_that_of_students_t() -> None:
    values = (0.61, 0.52, 0.7, 0.48, 0.66, 0.58)
    found = against(values, 0.5, "higher", "linear")
    assert found.p_value == pytest.approx(stats.ttest_1samp(values, 0.5).pvalue)
    assert (found.n, found.agree) == (6, pytest.approx(5 / 6))
    assert found.gap == pytest.approx(sum(values) / 6 - 0.5)
    assert against(values, 0.5, "lower", "linear").gap == -found.gap
    logs = stats.ttest_1samp([math.log(value) for value in values], math.log(0.5)).pvalue
    assert against(values, 0.5, "higher", "log").p_value == pytest.approx(logs)
    assert against((0.7,), 0.5, "higher", "linear").p_value is None


@pytest.mark.parametrize("n", [2, 3, 6, 10])
def test_seeds_that_are_alike_are_worth_a_sign_test(n: int) -> None:
    found = against([0.1 + 0.2] * n, 0.5, "lower", "linear")
    assert found.p_value == pytest.approx(stats.binomtest(n, n).pvalue)
    assert (found.deviation, found.agree) == (0.0, 1.0)
    # To rounding: the last bits of a mean are no spread.
    nearly = against([0.3 + place * 1e-17 for place in range(n - 1)] + [math.nextafter(0.3, 1)], 0.5, "lower", "linear")
    assert nearly.p_value == found.p_value


def test_seeds_that_all_stand_on_the_threshold_say_nothing() -> None:
    found = against([0.5] * 6, 0.5, "higher", "linear")
    assert (found.p_value, found.gap) == (1.0, 0.0)
    assert seeds_needed(found, 0.05) is None


def test_the_error_of_a_threshold_is_added_and_never_makes_surer() -> None:
    values = (0.060, 0.061, 0.059, 0.062, 0.058, 0.060)
    p_values = [against(values, 0.05, "higher", "linear", error).p_value or 0.0 for error in (0.0, 0.001, 0.005, 0.05)]
    assert p_values == sorted(p_values)
    spread = stats.sem(values)
    assert p_values[2] == pytest.approx(2 * stats.t.sf(0.01 / math.hypot(spread, 0.005), 5))
    ratio = against(values, 0.05, "higher", "log", 0.005)
    assert ratio.error == pytest.approx(0.1)
    alike = against([0.06] * 20, 0.05, "higher", "linear", 0.005)
    assert alike.p_value == pytest.approx(2 * stats.norm.sf(2))
    assert against([0.06] * 3, 0.05, "higher", "linear", 0.001).p_value == 0.25


def test_seeds_do_not_make_up_for_an_uncertain_threshold() -> None:
    values = (0.060, 0.065, 0.055, 0.062, 0.058, 0.060)
    known, uncertain = (against(values, 0.05, "higher", "linear", error) for error in (0.0, 0.005))
    assert seeds_needed(known, 0.0025) is not None
    assert seeds_needed(uncertain, 0.0025) is None
    assert seeds_needed(against([0.06] * 6, 0.05, "higher", "linear", 0.005), 0.0025) is None


def test_six_seeds_that_are_alike_decide_nothing_in_a_family_and_as_many_as_are_advised_do() -> None:
    family = 20

    def verdict(n: int) -> tuple[str, int | None]:
        found = against([0.9] * n, 0.5, "higher", "linear")
        adjusted = holm({str(place): 1.0 if place else found.p_value for place in range(family)})["0"]
        told, _, _, needed = conclude(found, adjusted, ENOUGH, over=True)
        return told, needed

    assert verdict(LEAST_SEEDS) == ("undecided", 10)
    assert verdict(9)[0] == "undecided"
    assert verdict(10) == ("supported", None)
    assert seeds_needed(against([0.9] * 3, 0.5, "higher", "linear"), 0.05) == LEAST_SEEDS
