"""GAN or CVAE over all data sets: what is averaged, what is left out, and when there is a verdict."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.statistics.aggregate import interquartile_mean
from bench.verdict.cases import cases
from bench.verdict.declared import LEAST_DATASETS
from bench.verdict.overall import summaries
from bench.verdict.record import Overall, OverallCriterion
from tests.report.conftest import BUDGET

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs

SETS = ("fashion-mnist-mini", "mnist-mini", "monsters")


def over(runs: Runs, sets: int = 3, seeds: int = 6, **changes) -> Overall:
    trials = [trial for name in SETS[:sets] for trial in runs.contest(seeds, dataset=name, **changes)]
    (found,) = runs.judged(trials).overall
    return found


def criterion(found: Overall, name: str) -> OverallCriterion:
    (own,) = [own for own in found.criteria if own.id == name]
    return own


def test_three_data_sets_with_six_seeds_have_a_verdict(runs: Runs) -> None:
    found = over(runs)
    assert (found.verdict, found.winner, found.datasets) == ("supported", "gan", SETS)
    assert found.sentence == (
        "Over 3 data sets after 51,200 images, the GAN (gan) wins: its pictures are nearer to real ones and more "
        "varied."
    )
    distance = criterion(found, "distance")
    assert distance.score == "FD-domain between uniform noise (0) and real pictures (1)"
    assert distance.a is not None
    assert distance.b is not None
    # Floor and ceiling are 3.1 and 812; the middle half of 76, 76.25, ... 77.25, three times over.
    assert distance.a.value == pytest.approx((812 - 76.625) / (812 - 3.1), abs=1e-4)
    assert distance.b.value == pytest.approx((812 - 93.625) / (812 - 3.1), abs=1e-4)
    assert distance.a.low is not None
    assert distance.a.value is not None
    assert distance.a.low < distance.a.value
    assert distance.improvement is not None
    assert (distance.improvement.value, distance.improvement.high) == (1, 1)
    assert distance.adjusted is not None
    assert distance.adjusted <= 0.05
    assert (distance.seeds, distance.left_out) == (6, ())


def test_costs_are_multiples_of_what_both_take_on_a_data_set(runs: Runs) -> None:
    trials = []
    for name, pace in zip(SETS, (1.0, 30.0, 900.0), strict=True):
        trials += runs.cell("gan", range(70, 76), dataset=name, train_seconds=pace)
        trials += runs.cell("cvae[equal]", range(90, 96), dataset=name, train_seconds=4 * pace)
    cost = criterion(runs.judged(trials).overall[0], "cost")
    assert cost.a is not None
    assert cost.b is not None
    assert (cost.a.value, cost.b.value) == pytest.approx((0.5, 2.0))
    assert (cost.better, cost.winner) == ("lower", "gan")


@pytest.mark.parametrize(("sets", "seeds"), [(2, 6), (3, 5), (3, 1)])
def test_below_the_declared_least_there_are_numbers_and_no_verdict(runs: Runs, sets: int, seeds: int) -> None:
    found = over(runs, sets, seeds)
    distance = criterion(found, "distance")
    assert distance.improvement is not None
    assert distance.improvement.value == 1
    assert {own.verdict for own in found.criteria} <= {"undecided", "not tested"}
    assert (found.verdict, found.winner) == ("undecided", None)
    assert distance.reason.startswith("Numbers without a verdict: a verdict needs 3 data sets with 6 seeds")


def test_too_few_steps_have_no_verdict_either(runs: Runs) -> None:
    found = over(runs, steps=32)
    assert found.verdict == "undecided"
    assert found.sentence == "No verdict over 3 data sets after 51,200 images: it needs 500 steps."


def test_one_data_set_alone_is_null_with_its_reason(runs: Runs) -> None:
    judged = runs.judged(runs.contest())
    (found,) = judged.overall
    assert (found.criteria, found.verdict, found.winner) == ((), "not tested", None)
    assert "two are needed" in found.reason
    assert not [family for family in judged.declared.families if family.name.startswith("over all")]


def test_a_measure_of_the_same_thing_vetoes_over_all_data_sets_too(runs: Runs) -> None:
    trials = []
    for name in SETS:
        trials += runs.cell("gan", range(70, 76), dataset=name, figures={"coverage": 0.5, "recall": 0.1})
        trials += runs.cell("cvae[equal]", range(90, 96), dataset=name, figures={"coverage": 0.3, "recall": 0.6})
    (found,) = runs.judged(trials).overall
    variety = criterion(found, "variety")
    assert (variety.verdict, variety.winner) == ("undecided", None)
    assert "recall is against it" in variety.reason
    assert (found.verdict, found.winner) == ("leaning", "gan")


def test_another_budget_is_not_averaged_in_and_is_named(runs: Runs) -> None:
    other = BUDGET.model_copy(update={"images": 12_800})
    trials = [trial for name in SETS[:2] for trial in runs.contest(dataset=name)]
    trials += runs.contest(dataset="monsters", budget=other)
    first, second = runs.judged(trials).overall
    assert (first.datasets, second.datasets) == (SETS[:2], SETS[2:])
    assert [(out.dataset, "12,800 images" in out.reason) for out in first.left_out] == [("monsters", True)]
    assert second.criteria == ()


def test_a_data_set_without_a_frechet_distance_is_left_out_of_that_criterion(runs: Runs) -> None:
    trials = [trial for name in SETS[:2] for trial in runs.contest(dataset=name)] + runs.by_kid("monsters")
    (found,) = runs.judged(trials).overall
    distance = criterion(found, "distance")
    assert distance.datasets == SETS[:2]
    assert [out.dataset for out in distance.left_out] == ["monsters"]
    assert "KID" in distance.left_out[0].reason
    assert criterion(found, "variety").datasets == SETS


def test_kinds_of_extractors_are_never_averaged(runs: Runs) -> None:
    trials = [trial for name in SETS[:2] for trial in runs.contest(dataset=name)]
    random = {"extractor": "random-0", "title": "FD-random [random-0]"}
    trials += runs.cell("gan", range(70, 76), figures=random, dataset="monsters")
    trials += runs.cell("cvae[equal]", range(90, 96), figures=random, dataset="monsters")
    (found,) = runs.judged(trials).overall
    for name in ("distance", "variety", "sharpness"):
        assert criterion(found, name).datasets == SETS[:2]
    assert criterion(found, "cost").datasets == SETS


def test_the_headline_comes_first_and_each_arm_is_a_family(runs: Runs) -> None:
    trials = [trial for name in SETS for trial in runs.contest(dataset=name)]
    trials += [t for name in SETS for t in runs.contest(b="cvae", dataset=name) if t.model == "cvae"]
    judged = runs.judged(trials)
    assert [(found.b, found.headline) for found in judged.overall] == [("cvae[equal]", True), ("cvae", False)]
    families = {family.name: family.size for family in judged.declared.families}
    assert families["over all data sets, equal footing"] == families["over all data sets, as in the seed"] == 6


@pytest.mark.parametrize("times", [10, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_where_nothing_differs_there_is_rarely_a_winner(runs: Runs, times: int, monkeypatch) -> None:
    # What is resampled says nothing of verdicts.
    monkeypatch.setattr("bench.verdict.overall.interquartile_mean", partial(interquartile_mean, resamples=2))
    chance, wrong = np.random.default_rng(9), 0
    for _ in range(times):
        trials = []
        for name in SETS[:LEAST_DATASETS]:
            for model, spread in (("gan", 0.1), ("cvae[equal]", 0.3)):
                for seed in range(6):
                    fd, *shares = chance.normal(size=3)
                    coverage, density = (0.5 + spread * share / 3 for share in shares)
                    quality = runs.score(50 * math.exp(spread * fd), coverage=coverage, density=density)
                    trials.append(runs.trial(model, "torch", name, seed, quality=quality, curve=()))
        (found,), _ = summaries(cases(runs.record(trials)))
        wrong += any(own.verdict == "supported" for own in found.criteria)
    print(f"\nfalse winners over all data sets in {wrong / times:.3f} of {times} runs")
    assert wrong / times <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / times)
