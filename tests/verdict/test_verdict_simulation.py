"""Verdicts over many runs with a known truth, from trials to sentences.

`python -m pytest tests/verdict/test_verdict_simulation.py -n 0 -s -m slow` prints the shares; without the marker the
same with a tenth of the runs. Bounds leave three standard errors of a simulated share.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.results.folder import RunFolder
from bench.verdict import recommend
from bench.verdict.answers import answers
from bench.verdict.cases import cases
from bench.verdict.hypotheses import Evident
from bench.verdict.judge import claims

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs

TIMES = pytest.mark.parametrize("times", [30, pytest.param(400, marks=pytest.mark.slow)])
RECIPES = ("gan", "cvae")


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """What is resampled says nothing of verdicts."""
    monkeypatch.setattr(recommend, "RESAMPLES", 2)
    monkeypatch.setattr("bench.statistics.crossover.RESAMPLES", 2)


def made(runs: Runs, chance: np.random.Generator, effect: float = 0.0, seeds: int = 6):
    """Two recipes, all of whose figures differ by `effect` standard deviations of a seed; both halves share them."""
    trials = []
    for model in RECIPES:
        lead = effect if model == "gan" else 0.0
        for seed in range(seeds):
            fd, pace, draw, *shares = chance.normal(size=7)
            quality = runs.score(
                50 * math.exp(0.1 * (fd - lead)),
                ambiguous=0.05,
                **{
                    name: 0.5 + 0.05 * (share + lead)
                    for name, share in zip(("coverage", "recall", "density", "precision"), shares, strict=True)
                },
            )
            trials += [
                runs.trial(
                    model,
                    framework,
                    seed=seed,
                    quality=quality,
                    train_seconds=30 * math.exp(0.05 * (pace - lead)),
                    sample_images_per_second=9000 * math.exp(0.05 * (draw + lead)),
                    curve=(),
                )
                for framework in ("torch", "tensorflow")
            ]
    return runs.record(trials)


@TIMES
def test_a_run_in_which_nothing_differs_rarely_has_a_winner(runs: Runs, times: int) -> None:
    chance = np.random.default_rng(6)
    wrong = claimed = 0
    for _ in range(times):
        record = made(runs, chance)
        found = cases(record)
        made_answers, _ = answers(found)
        wrong += any(c.verdict == "supported" for answer in made_answers for c in answer.criteria)
        told, _ = claims(Evident(found, record.datasets, RunFolder(runs.folder)), found)
        claimed += told[2].verdict in ("supported", "refuted")
    print(f"\nfalse winners in {wrong / times:.3f} of {times} runs, claim 3 in {claimed / times:.3f}")
    assert max(wrong, claimed) / times <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / times)


@TIMES
def test_a_large_effect_is_found(runs: Runs, times: int) -> None:
    chance = np.random.default_rng(7)
    right = 0
    for _ in range(times):
        made_answers, _ = answers(cases(made(runs, chance, effect=4.0)))
        right += made_answers[0].winner == "gan" and made_answers[0].verdict == "supported"
    print(f"\nfour standard deviations found in {right / times:.3f} of {times} runs")
    assert right / times >= 0.9 - 3 * math.sqrt(0.9 * 0.1 / times)


def test_three_seeds_never_have_a_winner(runs: Runs) -> None:
    chance = np.random.default_rng(8)
    verdicts = set()
    for _ in range(5):
        made_answers, _ = answers(cases(made(runs, chance, effect=8.0, seeds=3)))
        verdicts |= {c.verdict for answer in made_answers for c in answer.criteria}
    assert "supported" not in verdicts
    assert "leaning" in verdicts
