"""Is it the framework? Throughput as a ratio with its interval, quality by equivalence, and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.verdict.declared import LEAST_STEPS
from tests.report.conftest import BUDGET, FRAMEWORKS

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs


def halves(runs: Runs, seeds: int = 6, ratio: float = 1.0, **changes):
    """TensorFlow's distances are `ratio` times PyTorch's; one thousandth of noise."""
    return [
        runs.trial(
            "gan", name, seed=seed, fd=80 * (1 + seed / 1000) * (ratio if name == "tensorflow" else 1), **changes
        )
        for name in FRAMEWORKS
        for seed in range(seeds)
    ]


def test_it_is_the_framework_and_the_pictures_are_alike(runs: Runs) -> None:
    (found,) = runs.judged(halves(runs)).frameworks
    assert (found.verdict, found.faster, found.proved) == ("equivalent", "tensorflow", True)
    assert found.throughput_ratio is not None
    assert found.throughput_ratio.value == pytest.approx(900 / 1500)
    assert found.sentence == (
        "The GAN (gan) on fashion-mnist-mini: it is the framework, as TensorFlow trains 1.67 times as fast; "
        "pictures are alike, to within a factor of 1.1 in distance."
    )
    assert found.certificate == "0a1b2c3d4e5f6071"
    assert set(found.commands) == {"torch", "tensorflow"}


def test_a_difference_beyond_the_margin_is_different(runs: Runs) -> None:
    (found,) = runs.judged(halves(runs, ratio=1.3)).frameworks
    assert found.verdict == "different"
    assert "differ by more than a factor of 1.1" in found.sentence


@pytest.mark.parametrize(
    ("seeds", "steps", "needs"),
    [
        (5, LEAST_STEPS, "a verdict needs 6 seeds of both halves, there are 5"),
        (6, LEAST_STEPS - 1, "a verdict needs 500 steps, there are 499"),
        (3, 32, "a verdict needs 6 seeds of both halves and 500 steps, there are 3 and 32"),
    ],
)
def test_too_few_seeds_or_steps_decide_nothing(runs: Runs, seeds: int, steps: int, needs: str) -> None:
    (found,) = runs.judged(halves(runs, seeds, steps=steps)).frameworks
    assert (found.verdict, found.faster) == ("undecided", None)
    assert f"open: {needs}; so far TensorFlow trains 1.67 times as fast" in found.sentence


def test_before_the_run_is_over_nobody_is_faster(runs: Runs) -> None:
    (found,) = runs.judged(halves(runs), planned=99).frameworks
    assert (found.verdict, found.faster) == ("undecided", None)
    assert "trials are still to come" in found.sentence


def test_a_difference_too_small_to_matter_is_not_the_framework(runs: Runs) -> None:
    near = [
        trial.model_copy(update={"images_per_second": 1000.0 + trial.seed / 100 + 10 * (trial.framework == "torch")})
        for trial in halves(runs)
    ]
    (found,) = runs.judged(near).frameworks
    assert found.throughput_ratio is not None
    assert (found.throughput_ratio.low or 0) > 1
    assert found.faster is None
    assert "it is the framework" not in found.sentence


def test_equal_seconds_are_unequal_training(runs: Runs) -> None:
    clock = BUDGET.model_copy(update={"name": "seconds", "images": None, "seconds": 30.0})
    (found,) = runs.judged(halves(runs, budget=clock)).frameworks
    assert (found.verdict, found.faster) == ("not tested", "tensorflow")
    assert found.reason.startswith("In equal seconds the halves saw different numbers of images")


def test_with_two_seeds_the_interval_is_of_the_calls_and_nobody_is_faster(runs: Runs) -> None:
    (found,) = runs.judged(halves(runs, 2)).frameworks
    assert found.faster is None
    assert found.throughput_ratio is not None
    assert found.throughput_ratio.confidence == 0.5
    assert found.throughput_ratio.method.startswith("quartiles of the timed calls")
    low, high = found.throughput_ratio.low, found.throughput_ratio.high
    assert low == pytest.approx(900 * 0.97 / (1500 * 1.02))
    assert high == pytest.approx(900 * 1.02 / (1500 * 0.97))
    assert "a verdict needs 6 seeds of both halves, there are 2" in found.sentence


def test_one_framework_alone_is_not_compared(runs: Runs) -> None:
    (found,) = runs.judged([t for t in halves(runs) if t.framework == "torch"]).frameworks
    assert (found.verdict, found.throughput_ratio, found.quality_ratio) == ("not tested", None, None)
    assert found.sentence == "The GAN (gan) on fashion-mnist-mini: not compared, because it ran in one framework only."


def test_dropout_of_each_frameworks_own_is_said(runs: Runs) -> None:
    trials = [trial.model_copy(update={"model": "dcgan"}) for trial in halves(runs)]
    (found,) = runs.judged(trials).frameworks
    assert "Its dropout is each framework's own" in found.reason


def test_a_throughput_of_nothing_is_none(runs: Runs) -> None:
    (found,) = runs.judged(halves(runs, images_per_second=0.0)).frameworks
    assert (found.throughput, found.throughput_ratio, found.faster) == ({}, None, None)
    assert "no throughput was measured in both" in found.sentence
