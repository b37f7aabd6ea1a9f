"""A winner only where the evidence holds, said in one plain sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.verdict.declared import LEAST_STEPS
from bench.verdict.record import Answer, Criterion
from tests.report.conftest import BUDGET
from tests.verdict.conftest import NOTEBOOK, UNPROVED

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs

FAMILY = "GAN or CVAE, equal footing: what "


def criterion(answer: Answer, name: str) -> Criterion:
    (found,) = [criterion for criterion in answer.criteria if criterion.id == name]
    return found


def test_six_seeds_that_are_far_apart_have_a_winner(runs: Runs) -> None:
    (answer,) = runs.judged(runs.contest()).answers
    assert (answer.verdict, answer.winner, answer.headline) == ("supported", "gan", True)
    assert answer.sentence == (
        "On fashion-mnist-mini after 51,200 images, the GAN (gan) wins: its pictures are nearer to real ones and more "
        "varied."
    )
    assert answer.reason == (
        "Distance (FD-domain, lower is better) is 76.6 for the GAN and 93.6 for the convolutional VAE. Variety "
        "(coverage, higher is better) is 0.500 for the GAN and 0.300 for the convolutional VAE."
    )
    distance = criterion(answer, "distance").decides
    assert distance is not None
    assert distance.p_value is not None
    assert distance.adjusted is not None
    assert distance.p_value < distance.adjusted <= 0.05
    assert distance.difference is not None
    assert distance.difference.value == pytest.approx(76.6 / 93.6, rel=1e-3)
    assert distance.protocol.extractor == "fashion-mnist-162c87b7"
    assert distance.protocol.n == 2000
    assert distance.a is not None
    assert (distance.a.real, distance.a.noise) == (3.1, 812.0)


def test_three_seeds_only_lean(runs: Runs) -> None:
    (answer,) = runs.judged(runs.contest(seeds=3)).answers
    assert (answer.verdict, answer.winner) == ("leaning", "gan")
    assert answer.sentence == (
        "On fashion-mnist-mini after 51,200 images, it leans to the GAN (gan): its pictures are nearer to real ones "
        "and more varied."
    )
    assert "a verdict needs 6 seeds of each" in criterion(answer, "distance").reason
    assert answer.command is not None
    assert "--seeds 6 " in answer.command


def test_too_few_steps_only_lean(runs: Runs) -> None:
    (answer,) = runs.judged(runs.contest(steps=LEAST_STEPS - 1)).answers
    assert (answer.verdict, answer.winner) == ("leaning", "gan")
    assert f"a verdict needs {LEAST_STEPS:,} steps" in answer.confidence


def test_one_seed_says_nothing(runs: Runs) -> None:
    (answer,) = runs.judged(runs.contest(seeds=1)).answers
    assert (answer.verdict, answer.winner) == ("undecided", None)
    assert "1 seed;" in answer.sentence
    assert answer.recommendation is not None
    assert answer.recommendation.flips is None


def test_speed_and_cost_alone_recommend_nobody(runs: Runs) -> None:
    unscored = [trial.model_copy(update={"quality": None}) for trial in runs.contest()]
    (answer,) = runs.judged(unscored).answers
    cost = criterion(answer, "cost").decides
    assert cost is not None
    assert cost.difference is not None
    assert (answer.verdict, answer.recommendation) == ("not tested", None)


def test_there_is_no_verdict_before_the_run_is_over(runs: Runs) -> None:
    trials = runs.contest()
    found = runs.judged(trials, planned=len(trials) + 1)
    assert not found.over
    assert [answer.verdict for answer in found.answers] == ["leaning"]
    assert found.answers[0].confidence == "Not sure yet: trials are still to come."
    assert found.answers[0].command is None
    assert not {claim.verdict for claim in found.claims} & {"supported", "refuted"}
    assert {framework.verdict for framework in found.frameworks} == {"undecided"}


def test_budgets_of_each_recipes_own_are_kept_out(runs: Runs) -> None:
    found = runs.judged(runs.contest(budget=NOTEBOOK))
    (answer,) = found.answers
    assert (answer.verdict, answer.winner, answer.criteria) == ("not tested", None, ())
    assert "keeps it out of verdicts" in answer.sentence
    assert {claim.verdict for claim in found.claims} == {"not tested"}
    assert [family.name for family in found.declared.families if family.tested] == []


def test_halves_that_are_not_proved_are_kept_out(runs: Runs) -> None:
    trials = [t.model_copy(update={"pair": UNPROVED}) if t.model == "gan" else t for t in runs.contest()]
    found = runs.judged(trials)
    (answer,) = found.answers
    assert (answer.verdict, answer.winner, answer.flips, answer.recommendation) == ("not tested", None, (), None)
    assert "halves of the GAN (gan) are not proved" in answer.sentence
    assert answer.reason == "The GAN: pair not proved: gradients differ."
    assert {framework.model: framework.verdict for framework in found.frameworks}["gan"] == "not tested"


def test_one_framework_alone_needs_no_proof(runs: Runs) -> None:
    alone = [t.model_copy(update={"pair": UNPROVED}) for t in runs.contest() if t.framework == "torch"]
    (answer,) = runs.judged(alone).answers
    assert (answer.verdict, answer.winner) == ("supported", "gan")


def test_near_but_poor_in_variety_is_undecided(runs: Runs) -> None:
    trials = [
        *runs.cell("gan", range(70, 76), figures={"coverage": 0.1, "recall": 0.1}),
        *runs.cell("cvae[equal]", range(90, 96), figures={"coverage": 0.5, "recall": 0.5}),
    ]
    (answer,) = runs.judged(trials).answers
    assert (answer.verdict, answer.winner) == ("undecided", None)
    assert answer.sentence.startswith("No single winner on fashion-mnist-mini")
    assert answer.sentence.index("the GAN (gan) is nearer") < answer.sentence.index("(cvae[equal]) more varied")


def test_a_measure_of_the_same_thing_can_veto(runs: Runs) -> None:
    trials = [
        *runs.cell("gan", range(70, 76), figures={"coverage": 0.5, "recall": 0.1}),
        *runs.cell("cvae[equal]", range(90, 96), figures={"coverage": 0.1, "recall": 0.5}),
    ]
    (answer,) = runs.judged(trials).answers
    variety = criterion(answer, "variety")
    assert (variety.verdict, variety.winner) == ("undecided", None)
    assert variety.reason.startswith("The measures coverage and recall point different ways")
    assert (answer.verdict, answer.winner) == ("leaning", "gan")


def test_who_is_nearer_after_equal_images_must_not_lose_after_equal_seconds(runs: Runs) -> None:
    """`gan` is ahead picture by picture, and takes so long for one that the other has long arrived."""
    slow = [
        trial.model_copy(update={"curve": tuple(p.model_copy(update={"seconds": 50 * p.seconds}) for p in trial.curve)})
        for trial in runs.contest()
        if trial.model == "gan"
    ]
    (answer,) = runs.judged([*slow, *(t for t in runs.contest() if t.model != "gan")]).answers
    distance = criterion(answer, "distance")
    assert (distance.verdict, distance.winner) == ("undecided", None)
    assert distance.reason.startswith("The measures FD-domain")
    assert "FD at equal seconds point different ways" in distance.reason
    (seconds,) = distance.beside
    assert seconds.difference is not None
    assert (seconds.difference.value or 0) > 1
    assert "the last that all curves reach" in seconds.protocol.how


@pytest.mark.parametrize("sets", [4, 11])
def test_six_seeds_decide_on_many_data_sets(runs: Runs, sets: int) -> None:
    trials = [trial for number in range(sets) for trial in runs.contest(dataset=f"set-{number}")]
    assert {answer.verdict for answer in runs.judged(trials).answers} == {"supported"}


def test_times_are_compared_in_the_frameworks_that_both_have(runs: Runs) -> None:
    """Both recipes take 40 s in PyTorch and 120 s in TensorFlow, where all trials of `gan` failed."""
    trials = [
        trial.model_copy(update={"train_seconds": (40.0 if trial.framework == "torch" else 120.0) + trial.seed / 10})
        for trial in runs.contest()
    ]
    failed = [
        runs.trial(t.model, t.framework, seed=t.seed, status="failed", reason="out of memory")
        if (t.model, t.framework) == ("gan", "tensorflow")
        else t
        for t in trials
    ]
    (answer,) = runs.judged(failed).answers
    cost = criterion(answer, "cost")
    assert (cost.verdict, cost.winner) == ("undecided", None)
    assert cost.decides is not None
    assert cost.decides.difference is not None
    assert cost.decides.difference.value == pytest.approx(1)
    # The distance of a half is that of the other.
    assert criterion(answer, "distance").verdict == "supported"


def test_times_of_different_frameworks_are_not_compared_at_all(runs: Runs) -> None:
    trials = [t for t in runs.contest() if t.framework == ("torch" if t.model == "gan" else "tensorflow")]
    (answer,) = runs.judged(trials).answers
    assert criterion(answer, "cost").verdict == "not tested"
    assert "no framework has figures of both" in criterion(answer, "cost").reason
    assert answer.flips[1].outcome == "not comparable"
    assert criterion(answer, "distance").verdict == "supported"


def test_memory_vetoes_no_cost(runs: Runs) -> None:
    trials = [
        *runs.cell("gan", range(70, 76), train_seconds=20.0, peak_memory_bytes=2**31),
        *runs.cell("cvae[equal]", range(90, 96), train_seconds=40.0, peak_memory_bytes=2**20),
    ]
    (answer,) = runs.judged(trials).answers
    assert (criterion(answer, "cost").verdict, criterion(answer, "cost").winner) == ("supported", "gan")
    assert [tested.adjusted for tested in criterion(answer, "cost").beside] == [None, None]


def test_kid_decides_where_there_is_no_fd(runs: Runs) -> None:
    trials = [
        *(runs.trial("gan", "torch", seed=s, quality=runs.score(None, kid=0.1 - s / 100)) for s in range(6)),
        *(runs.trial("cvae[equal]", "torch", seed=s, quality=runs.score(None, kid=0.3 + s / 100)) for s in range(6)),
    ]
    (answer,) = runs.judged(trials).answers
    distance = criterion(answer, "distance")
    assert distance.decides is not None
    assert (distance.decides.protocol.measure, distance.decides.protocol.scale) == ("kid", "linear")
    assert (distance.verdict, distance.winner) == ("supported", "gan")


def test_a_score_by_another_protocol_is_left_out_and_named(runs: Runs) -> None:
    trials = runs.contest()
    other = runs.quality(1.0, n=1_000)
    trials[0] = trials[0].model_copy(update={"quality": other})
    (answer,) = runs.judged(trials).answers
    distance = criterion(answer, "distance").decides
    assert distance is not None
    assert distance.a is not None
    assert any("another protocol" in reason and "N = 1,000" in reason for reason in distance.a.missing)
    assert min(distance.a.values) > 70
    assert distance.a.note is not None
    assert "0 (torch only)" in distance.a.note


def test_recipes_scored_by_different_protocols_are_not_compared(runs: Runs) -> None:
    trials = [
        *runs.cell("gan", range(70, 76)),
        *runs.cell("cvae[equal]", range(90, 96), figures={"n": 1_000}),
    ]
    (answer,) = runs.judged(trials).answers
    assert criterion(answer, "distance").verdict == "not tested"
    assert "another protocol" in criterion(answer, "distance").reason


def test_the_family_counts_every_criterion_of_every_data_set(runs: Runs) -> None:
    both = [*runs.contest(), *runs.contest(dataset="mnist-mini")]
    families = [family for family in runs.judged(both).declared.families if family.name.startswith(FAMILY)]
    # No trial of these has a time to its target.
    assert [(family.size, family.tested) for family in families] == [(4, 4), (8, 6)]
    failed = [
        trial
        if trial.dataset != "mnist-mini"
        else runs.trial(trial.model, trial.framework, "mnist-mini", trial.seed, status="failed", reason="out of memory")
        for trial in both
    ]
    families = [family for family in runs.judged(failed).declared.families if family.name.startswith(FAMILY)]
    assert [(family.size, family.tested) for family in families] == [(4, 2), (8, 3)]


def test_failures_are_counted_beside_the_figures(runs: Runs) -> None:
    trials = runs.contest()
    trials[0] = runs.trial("gan", "tensorflow", seed=0, status="diverged", reason="loss is NaN")
    (answer,) = runs.judged(trials).answers
    assert "1 of 12 trials of the GAN did not end ok" in criterion(answer, "stability").reason
    distance = criterion(answer, "distance").decides
    assert distance is not None
    assert distance.a is not None
    assert (distance.a.tried, distance.a.ended_ok) == (12, 11)
    assert distance.a.missing == ("TensorFlow, seed 0 diverged: loss is NaN",)


def test_who_never_arrives_counts_as_the_end_of_the_common_time(runs: Runs) -> None:
    trials = [
        *(runs.trial("gan", "torch", seed=seed, time_to_quality=runs.pace(10.0 + seed)) for seed in range(6)),
        *(runs.trial("cvae[equal]", "torch", seed=s, time_to_quality=runs.pace(None, "never")) for s in range(6)),
    ]
    (answer,) = runs.judged(trials).answers
    speed = criterion(answer, "speed")
    assert (speed.verdict, speed.winner) == ("supported", "gan")
    assert speed.decides is not None
    assert speed.decides.b is not None
    end = min(trial.curve[-1].seconds for trial in trials)
    assert set(speed.decides.b.values) == {end}


def test_who_stops_trying_early_is_not_the_faster_one(runs: Runs) -> None:
    slow = [runs.trial("gan", "torch", seed=seed, time_to_quality=runs.pace(50.0)) for seed in range(6)]
    hasty = [
        runs.trial("cvae[equal]", "torch", seed=seed, time_to_quality=runs.pace(None, "never")) for seed in range(6)
    ]
    hasty = [
        trial.model_copy(update={"curve": tuple(p.model_copy(update={"seconds": p.seconds / 4}) for p in trial.curve)})
        for trial in hasty
    ]
    (answer,) = runs.judged([*slow, *hasty]).answers
    assert criterion(answer, "speed").winner is None


def test_the_budget_at_which_it_flips_is_where_the_curves_cross(runs: Runs) -> None:
    def curve(trial, values):
        points = zip(trial.curve, values, strict=True)
        return trial.model_copy(update={"curve": tuple(p.model_copy(update={"fd": v}) for p, v in points)})

    trials = [
        curve(t, (400.0 + t.seed, 200.0, 50.0)) if t.model == "gan" else curve(t, (200.0 + t.seed, 150.0, 100.0))
        for t in runs.contest()
    ]
    images, seconds = runs.judged(trials).answers[0].flips
    assert (images.ahead, images.outcome, images.axis, seconds.axis) == ("gan", "crosses", "images", "seconds")
    assert images.at is not None
    assert 5_120 < images.at < 51_200
    assert images.probability == 1


def test_the_arm_as_in_the_seed_is_no_headline_and_a_family_of_its_own(runs: Runs) -> None:
    trials = runs.contest() + [t for t in runs.contest(b="cvae") if t.model == "cvae"]
    found = runs.judged(trials)
    assert [(answer.b, answer.headline) for answer in found.answers] == [("cvae[equal]", True), ("cvae", False)]
    assert [family.size for family in found.declared.families][:4] == [2, 4, 2, 4]


def test_trials_of_another_budget_are_never_mixed_in(runs: Runs) -> None:
    other = replace_budget(runs)
    found = runs.judged([*runs.contest(), *other])
    assert len(found.answers) == 2
    assert all(side.tried == 12 for a in found.answers for side in (a.criteria[0].decides.a, a.criteria[0].decides.b))  # type: ignore[union-attr]


def replace_budget(runs: Runs):
    budget = BUDGET.model_copy(update={"images": 12_800})
    return [t.model_copy(update={"id": f"{t.id}-side"}) for t in runs.contest(budget=budget)]
