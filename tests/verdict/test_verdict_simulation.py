"""Verdicts over many runs with a known truth, from trials to sentences.

`python -m pytest tests/verdict/test_verdict_simulation.py -n 0 -s -m slow` prints the shares; without the marker the
same with a tenth of the runs. Bounds leave three standard errors of a simulated share.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.results.folder import RunFolder
from bench.results.record import CurvePoint, RunRecord, TrialRecord
from bench.verdict import recommend
from bench.verdict.answers import answers
from bench.verdict.borders import PROTOCOL
from bench.verdict.cases import cases, single_classes
from bench.verdict.claims import faults
from bench.verdict.claims.fusions import HELD_OUT
from bench.verdict.headlines import DECIDE
from bench.verdict.hypotheses import Evident
from bench.verdict.judge import claims
from bench.verdict.measures import Factory, Measure
from bench.verdict.onesample import against

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs

N = 2000
REAL = {"ambiguous": HELD_OUT, "border": 0.1, "accuracy": 0.92}
"""Shares of all real pictures, of which a run sees `N`."""
LEVELS = (0.05, 0.05 / 26)
"""Of one hypothesis alone, and of the strictest step of a family of 26."""
MANY = pytest.mark.parametrize("repeats", [1_000, pytest.param(20_000, marks=pytest.mark.slow)])
RIGHT = ("recognisable", "supported")
"""The one verdict that is due."""
TIMES = pytest.mark.parametrize("times", [30, pytest.param(400, marks=pytest.mark.slow)])
RECIPES = ("gan", "cvae")


def slack(share: float, times: int) -> float:
    """Three standard errors of a simulated share."""
    return 3 * math.sqrt(share * (1 - share) / times)


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
    wrong = dict.fromkeys(("an answer", "what decides", "what stands beside it"), 0)
    for _ in range(times):
        made_answers, _ = answers(cases(made(runs, chance)))
        won = [c.id for answer in made_answers for c in answer.criteria if c.verdict == "supported"]
        wrong["an answer"] += any(answer.verdict == "supported" for answer in made_answers)
        wrong["what decides"] += any(name in DECIDE for name in won)
        wrong["what stands beside it"] += any(name not in DECIDE for name in won)
    shares = {name: count / times for name, count in wrong.items()}
    print(f"\nfalse winners in shares of {times} runs: {shares}")
    # Two families, each corrected by itself: what stands beside may err as often as what decides, in other runs.
    assert all(share <= 0.05 + slack(0.05, times) for share in shares.values())


def borderline(runs: Runs, chance: np.random.Generator) -> RunRecord:
    """A run in which every claim stands at its threshold, but for noise of the seeds and of the test pictures.

    Only what is recognisable, a part of claim 1, is clear: a share cannot stand at one half and at 5 % at once.
    """
    own = "fashion-mnist-mini"
    pictures = {name: chance.binomial(N, share) / N for name, share in REAL.items()}

    def trial(model: str, seed: int, dataset: str = own, **changes: Any) -> TrialRecord:
        figures = changes.pop("figures", {})
        first, half, end = (math.exp(0.1 * chance.normal()) for _ in range(3))
        late = 0.9 * math.exp(0.05 * chance.normal())
        curve = zip((8, 400, 800), (200 * first, 60 * half, 60 * half * late), strict=True)
        by = {"n": N, "grid": None, "extractor": "fashion-mnist-162c87b7", "reference": "test"}
        changes["curve"] = tuple(
            CurvePoint.model_validate({**by, "steps": steps, "images": 64 * steps, "seconds": steps, "fd": fd})
            for steps, fd in curve
        )
        given = {"kid": 0.3 + 0.05 * chance.normal(), "ambiguous": between(chance, pictures["ambiguous"])}
        quality = runs.score(math.sqrt(3.1 * 812) * end, **(given | figures))
        return runs.trial(model, "torch", dataset, seed, **({"quality": quality} | changes))

    trials, experiments = [], []
    for seed in range(6):
        lasting = runs.fixed_noise(0.2 + 0.02 * chance.normal(), 0.2)
        border = {"border": 0.1 + pictures["border"] - REAL["border"] + 0.01 * chance.normal()}
        trials.append(trial("gan", seed, fixed_noise=lasting, final_losses=border))
        share, faded = (chance.binomial(20, 0.5) / 20 for _ in range(2))
        trials.append(trial("cvae", seed, walks=runs.walks(share, faded, recognised=20)))
        accuracy = {"label_accuracy": 0.9 * REAL["accuracy"] + 0.02 * chance.normal()}
        trials.append(trial("cond_vae", seed, figures=accuracy | {"label_accuracy_real": pictures["accuracy"]}))
        trials += [trial(model, seed) for model in ("vae_dense", "vae_conv")]
        # Halfway between real pictures and noise on a linear scale.
        elsewhere = {"quality": runs.score((3.1 + 812) / 2 + 40 * chance.normal())}
        trials.append(trial("cvae", seed, "monsters", image_shape=(4, 4, 3), num_classes=0, **elsewhere))
        experiments.append(trial("cvae", seed, f"{own}[classes={seed}]"))
    names = ("Trouser", "Pullover", "Sneaker")
    sets = {
        own: runs.dataset(own, classes=len(names), class_names=names, test=N),
        "monsters": runs.dataset("monsters", classes=0, class_names=None, image_shape=(4, 4, 3)),
    }
    return runs.record(trials, experiments=tuple(experiments), datasets=sets, study={"experiments": True})


def between(chance: np.random.Generator, of_real: float) -> float:
    """A share of pictures between classes by a bound that 5 % of some test pictures exceed.

    Of all real pictures another share exceeds it, and of a perfect generator's: what those test pictures are off by,
    all seeds are.
    """
    truth = 2 * REAL["ambiguous"] - of_real
    return float(np.clip(truth + 0.005 * chance.normal(), 0, 1))


def border_of(_: object, __: object) -> Factory:
    """In place of reading pictures."""

    def make(_: object) -> Measure:
        return Measure(PROTOCOL, lambda t: ((t.final_losses or {})["border"], ""), real=lambda _: (0.1, ""))

    return make


@TIMES
def test_claims_that_stand_at_their_thresholds_are_rarely_decided(runs: Runs, monkeypatch, times: int) -> None:
    monkeypatch.setattr(faults, "touching", border_of)
    chance = np.random.default_rng(9)
    wrong, decided, tested = 0, Counter[int](), set[int]()
    for _ in range(times):
        record = borderline(runs, chance)
        found = cases(record)
        evident = Evident(found, record.datasets, RunFolder(runs.folder), single_classes(record), experiments=True)
        told, _ = claims(evident, found)
        false = {
            claim.id
            for claim in told
            for finding in claim.findings
            if finding.verdict in ("supported", "refuted") and (finding.part, finding.verdict) != RIGHT
        }
        tested |= {claim.id for claim in told if claim.verdict != "not tested"}
        decided.update(false)
        wrong += bool(false)
    print(f"\nfalse verdicts on some claim in {wrong / times:.3f} of {times} runs: {dict(sorted(decided.items()))}")
    assert tested == set(range(1, 12))
    assert wrong / times <= 0.05 + slack(0.05, times)


SEEDS_NOISE: dict[str, tuple[Callable[[np.random.Generator, int], Any], float]] = {
    "normal": (lambda chance, n: chance.normal(0.5, 0.1, n), 0.5),
    "Student's t with 3 degrees": (lambda chance, n: chance.standard_t(3, n), 0.0),
    "share of 1 walk": (lambda chance, n: chance.binomial(1, 0.5, n) * 1.0, 0.5),
    "share of 3 walks": (lambda chance, n: chance.binomial(3, 0.5, n) / 3, 0.5),
    "share of 10 walks": (lambda chance, n: chance.binomial(10, 0.5, n) / 10, 0.5),
    "share of 64 walks": (lambda chance, n: chance.binomial(64, 0.5, n) / 64, 0.5),
    "share of 2,000 pictures, 5 %": (lambda chance, n: chance.binomial(2000, 0.05, n) / 2000, 0.05),
    "share of 5 % that spreads by 3 % from seed to seed": (lambda chance, n: chance.beta(2.64, 50.1, n), 2.64 / 52.74),
    "log-normal, sigma 0.5": (lambda chance, n: chance.lognormal(0, 0.5, n), math.exp(0.125)),
    "exponential": (lambda chance, n: chance.exponential(1, n), 1.0),
}
"""Noise of the seeds, and its mean, which is the threshold."""
KEEPS_ITS_LEVEL = {
    "normal": (0.05, 0.0019),
    "Student's t with 3 degrees": (0.05, 0.0019),
    "share of 1 walk": (0.05, 0.0019),
    "share of 3 walks": (0.055, 0.003),
    "share of 10 walks": (0.06, 0.004),
    "share of 64 walks": (0.055, 0.003),
    "share of 2,000 pictures, 5 %": (0.055, 0.003),
}
"""How often p is at most 0.05 and 0.0019, at most. Skewed noise, which is not here, breaks its level: see
docs/statistics.md."""


@MANY
@pytest.mark.parametrize("n", [6, 10])
@pytest.mark.parametrize("name", SEEDS_NOISE)
def test_seeds_at_a_threshold_are_rarely_told_from_it(name: str, n: int, repeats: int) -> None:
    draw, truth = SEEDS_NOISE[name]
    chance = np.random.default_rng((10, n))
    p_values = np.array([against(draw(chance, n), truth, "higher", "linear").p_value for _ in range(repeats)])
    shares = [float(np.mean(p_values <= level)) for level in LEVELS]
    print(f"\none sample | {name} | {n} seeds | {shares[0]:.4f} | {shares[1]:.4f}")
    if name not in KEEPS_ITS_LEVEL:
        assert shares[1] > LEVELS[1]
        return
    for share, most in zip(shares, KEEPS_ITS_LEVEL[name], strict=True):
        assert share <= most + slack(most, repeats)


@MANY
def test_a_perfect_generator_has_faults_no_more_often_than_it_should(repeats: int) -> None:
    """The bound of what is ambiguous is measured, and what it is off by is shared by all seeds."""
    chance = np.random.default_rng(11)
    error = math.sqrt(0.05 * 0.95 / N)
    found = {"as given": 0.0, "with its error": error}
    p_values: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(repeats):
        # The share of all real pictures beyond the 95th percentile of N of them.
        values = chance.binomial(N, chance.beta(0.05 * N, 0.95 * N), 6) / N
        for name, own in found.items():
            p_values[name].append(against(values, 0.05, "higher", "linear", own).p_value or 0.0)
    shares = {name: [float(np.mean(np.array(own) <= level)) for level in LEVELS] for name, own in p_values.items()}
    print(f"\na perfect generator, by a threshold {shares}")
    for share, level in zip(shares["with its error"], LEVELS, strict=True):
        assert share <= level + slack(level, repeats)


@TIMES
def test_a_large_effect_is_found(runs: Runs, times: int) -> None:
    chance = np.random.default_rng(7)
    right = 0
    for _ in range(times):
        made_answers, _ = answers(cases(made(runs, chance, effect=4.0)))
        right += made_answers[0].winner == "gan" and made_answers[0].verdict == "supported"
    print(f"\nfour standard deviations found in {right / times:.3f} of {times} runs")
    assert right / times >= 0.9 - slack(0.9, times)


def test_three_seeds_never_have_a_winner(runs: Runs) -> None:
    chance = np.random.default_rng(8)
    verdicts = set()
    for _ in range(5):
        made_answers, _ = answers(cases(made(runs, chance, effect=8.0, seeds=3)))
        verdicts |= {c.verdict for answer in made_answers for c in answer.criteria}
    assert "supported" not in verdicts
    assert "leaning" in verdicts
