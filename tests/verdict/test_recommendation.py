"""Weights make a recommendation, not a verdict, and say how likely it is to flip."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from bench.verdict.cases import cases
from bench.verdict.declared import WEIGHTS
from bench.verdict.measures import distance, training
from bench.verdict.recommend import recommend, share_of
from bench.verdict.sides import pair

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs

NAMES = ("gan", "cvae[equal]")


def pairs(runs: Runs, gan, cvae):
    (case,) = cases(runs.record([*gan, *cvae]))
    a, b = (case.recipes[name] for name in NAMES)
    return {"distance": pair(case, a, b, distance), "cost": pair(case, a, b, training)}


def test_the_default_weights_are_one_in_all():
    assert math.fsum(WEIGHTS.values()) == pytest.approx(1)


def test_weights_decide_between_criteria_that_disagree(runs: Runs) -> None:
    found = pairs(
        runs,
        runs.cell("gan", range(70, 76), train_seconds=40.0),
        runs.cell("cvae[equal]", range(90, 96), train_seconds=20.0),
    )
    near = recommend(found, {"distance": 3, "cost": 1}, NAMES)
    cheap = recommend(found, {"distance": 1, "cost": 3}, NAMES)
    even = recommend(found, {"distance": 1, "cost": 1}, NAMES)
    assert near is not None
    assert cheap is not None
    assert even is not None
    assert (near.recipe, near.score, near.flips) == ("gan", 0.75, 0)
    assert (cheap.recipe, cheap.score) == ("cvae[equal]", 0.25)
    assert (even.recipe, even.reason) == (None, "The criteria weigh even.")


def test_a_difference_too_small_to_matter_counts_half(runs: Runs) -> None:
    found = pairs(
        runs,
        runs.cell("gan", range(70, 76), train_seconds=20.0),
        runs.cell("cvae[equal]", range(90, 96), train_seconds=20.5),
    )
    assert share_of(found["cost"]) == 0.5
    assert share_of(found["distance"]) == 1


def test_the_chance_to_flip_grows_as_the_recipes_draw_near(runs: Runs) -> None:
    spread = [60.0, 70.0, 80.0, 90.0, 100.0, 110.0]
    flips = []
    for lead in (1.06, 1.3, 3.0):
        found = pairs(runs, runs.cell("gan", spread), runs.cell("cvae[equal]", [lead * fd for fd in spread]))
        made = recommend(found, {"distance": 1}, NAMES)
        assert made is not None
        assert made.recipe == "gan"
        assert made.flips is not None
        flips.append(made.flips)
    assert flips[0] > 0.2 > flips[1] > flips[2] == 0


def test_what_could_not_be_compared_is_left_out_and_said(runs: Runs) -> None:
    found = pairs(runs, runs.cell("gan", range(70, 76)), runs.cell("cvae[equal]", range(90, 96), train_seconds=None))
    made = recommend(found, {"distance": 1, "cost": 1}, NAMES)
    assert made is not None
    assert made.score == 1
    assert "Cost could not be compared, and is left out." in made.reason
    assert recommend(found, {"cost": 1}, NAMES) is None
