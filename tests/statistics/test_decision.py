"""A verdict only where the evidence holds, and what would decide it elsewhere."""

from dataclasses import replace

import pytest
from scipy import stats

from bench.statistics.comparison import compare
from bench.statistics.decision import Evidence, decide
from bench.statistics.holm import holm
from bench.statistics.improvement import probability_of_improvement
from bench.statistics.power import (
    power_of_comparison,
    power_of_equivalence,
    seeds_for_equivalence,
    seeds_to_compare,
)

ENOUGH = Evidence(steps=10_000, least_steps=5_000)
GOOD, BAD = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5], [2.0, 2.1, 2.2, 2.3, 2.4, 2.5]


def decided(a, b, evidence=ENOUGH, family=1, better="lower"):
    comparison = compare(a, b, better)
    adjusted = holm({"it": comparison.p_value, **{str(i): 0.9 for i in range(family - 1)}})["it"]
    return decide(comparison, adjusted, evidence, ("gan", "cvae"))


def test_all_that_a_winner_needs():
    found = decided(GOOD, BAD, family=4)
    assert (found.verdict, found.winner, found.seeds_needed) == ("supported", "a", None)
    assert found.reason == (
        "gan is better: it has the better mean and wins 100% of the pairs of seeds (6 seeds of each; p = 0.0087 after "
        "Holm's correction over 4 hypotheses)"
    )
    assert decided(BAD, GOOD).winner == decided(GOOD, BAD, better="higher").winner == "b"


def test_too_few_steps_only_lean():
    found = decided(GOOD, BAD, Evidence(steps=800, least_steps=5_000))
    assert (found.verdict, found.winner) == ("leaning", "a")
    assert found.reason.endswith("but a verdict needs 5,000 steps, there are 800")


@pytest.mark.parametrize("n", [3, 4, 5])
def test_too_few_seeds_only_lean_however_far_apart(n):
    found = decided(GOOD[:n], [x + 100 for x in BAD[:n]])
    assert (found.verdict, found.winner, found.seeds_needed) == ("leaning", "a", 6)
    assert "but a verdict needs 6 seeds of each" in found.reason


def test_seeds_that_disagree_do_not_lean():
    found = decided([1, 2, 4], [3, 5, 6])
    assert (found.verdict, found.winner) == ("undecided", None)
    assert found.seeds_needed == seeds_to_compare(compare([1, 2, 4], [3, 5, 6], "lower").merit, 0.05, 6)
    assert f"{found.seeds_needed} seeds of each would decide it four times in five" in found.reason


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_seeds_do_not_lean(n):
    assert decided(GOOD[:n], BAD[:n]).verdict == "undecided"


def test_a_family_too_large_for_its_seeds_is_told_so():
    found = decided(GOOD, BAD, family=24)
    assert (found.verdict, found.seeds_needed) == ("undecided", 7)
    assert "with 24 hypotheses tested together, so few seeds can never be enough" in found.reason
    assert decided(GOOD, BAD, family=23).verdict == "supported"


def test_an_outlier_decides_nothing():
    found = decided([1.0, 1.1, 1.2, 1.3, 1.4, 900.0], BAD)
    assert (found.verdict, found.winner) == ("undecided", None)
    assert "point different ways" in found.reason


def test_a_mean_that_most_pairs_contradict_wins_nothing():
    comparison = compare(GOOD, BAD, "lower")
    contradicted = replace(comparison, improvement=probability_of_improvement([1, 5, 5], [3, 3, 3], "lower"))
    found = decide(contradicted, holm({"it": comparison.p_value})["it"], ENOUGH, ("gan", "cvae"))
    assert (found.verdict, found.winner) == ("undecided", None)


def test_no_difference_and_no_spread_have_their_words():
    assert decided([1.0] * 6, [1.0] * 6).reason == "neither is better: the means are equal (6 seeds of each; p = 1)"
    assert "no seed differs from another of its recipe" in decided([1.0] * 6, [2.0] * 6, family=24).reason
    assert "one seed of each says nothing of other seeds; a verdict needs 6" in decided([1.0], [2.0]).reason
    assert "1,000 seeds of each would not decide it" in decided([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6.01]).reason


def test_the_power_of_a_comparison_is_the_tables():
    # Cohen 1988, table 2.4.1: d = 0.5 needs 64 a group, d = 0.8 needs 26, d = 1 needs 17, at 0.05 two-sided and 80 %.
    assert [seeds_to_compare(d, 0.05) for d in (0.5, 0.8, 1.0)] == [64, 26, 17]
    assert power_of_comparison(1.5, 6, 0.05) == pytest.approx(0.65, abs=0.01)
    assert power_of_comparison(0, 30, 0.05) == pytest.approx(0.025)


def test_what_no_data_can_reach_has_no_power():
    assert power_of_comparison(100, 3, 0.05) == 0
    assert seeds_to_compare(1e6, 0.05) == 4
    assert seeds_to_compare(0.001, 0.05) is None


def test_the_power_of_equivalence_by_simulation():
    draws = stats.norm.rvs(0, 0.1, size=(20_000, 6), random_state=0)
    ends = abs(draws.mean(1)) + stats.t.ppf(0.95, 5) * draws.std(1, ddof=1) / 6**0.5
    # Failures on either side are added as if they excluded each other, which they nearly do.
    assert power_of_equivalence(0.1, 0.15, 6, 0.05) == pytest.approx((ends < 0.15).mean(), abs=0.01)
    assert power_of_equivalence(0, 0.1, 3, 0.05) == 1
    needed = seeds_for_equivalence(0.1, 0.1, 0.05)
    assert power_of_equivalence(0.1, 0.1, needed, 0.05) >= 0.8 > power_of_equivalence(0.1, 0.1, needed - 1, 0.05)
