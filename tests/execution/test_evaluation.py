"""Scores come back as fields of a record; where they do not, the reason does."""

from __future__ import annotations

import sys

import pytest

from bench.execution import evaluation
from bench.execution.evaluation import Evaluator, ScoringFailedError
from bench.paths import extractors_folder
from bench.quality.cards import cards


@pytest.fixture
def evaluator(fakes, tmp_path):
    made = Evaluator(tmp_path, ("domain",), None, "cpu", 1, evaluator="fake_evaluator")
    yield made
    made.close()


@pytest.fixture
def measured(tmp_path):
    """What a worker measured, with two checkpoints whose samples lie in the folder."""
    (tmp_path / "checkpoints").mkdir()
    curve = []
    for steps in (16, 32):
        (tmp_path / f"checkpoints/{steps}.npz").write_bytes(b"")
        samples = f"checkpoints/{steps}.npz"
        curve.append({"steps": steps, "images": 64 * steps, "seconds": 1.0, "n": 4, "grid": None, "samples": samples})
    return {"samples": "samples.npz", "curve": curve}


def test_scores_are_fields_and_scored_checkpoints_are_removed(evaluator, measured, tmp_path):
    scores = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)
    assert scores["quality"].fd == 12.5
    assert scores["evaluation_seconds"] == 0.5
    assert [(point["steps"], point["fd"], point["n"]) for point in scores["curve"]] == [(16, 50.0, 4), (32, 50.0, 4)]
    assert not any("samples" in point for point in scores["curve"])
    assert [(point["kid"], point["evaluation_seconds"]) for point in scores["curve"]] == [(0.25, 0.125)] * 2
    assert scores["absent"] == {}
    assert not list(tmp_path.glob("checkpoints/*.npz"))


def test_a_checkpoint_without_a_score_has_the_reason(evaluator, measured, tmp_path, fakes):
    fakes.evaluator("few")
    scores = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)
    assert [point["fd"] for point in scores["curve"]] == [None, None]
    assert scores["absent"] == {"curve.fd": "too few"}
    over_time = scores["time_to_quality"]
    assert (over_time.figure, over_time.curve_area, over_time.n) == ("kid", pytest.approx(0.25), 4)
    assert over_time.absent["target"].startswith("no target: no ladder has a KID here")


def test_what_the_curve_says_is_a_field(evaluator, measured, tmp_path):
    over_time = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)["time_to_quality"]
    assert (over_time.figure, over_time.extractor, over_time.n) == ("fd", "mnist-00000000", 4)
    assert (over_time.first_images, over_time.last_images) == (1024, 2048)
    assert over_time.curve_area == pytest.approx(50.0)
    assert over_time.absent["target"] == (
        "no target: there is no ladder, and floor and ceiling are at N = 8, not the curve's 4"
    )


def test_a_trial_of_a_domain_extractor_has_the_ladders_blur_for_a_target(
    evaluator, measured, tmp_path, fakes, monkeypatch
):
    card = next(iter(cards().values()))
    monkeypatch.setattr(evaluation, "card_named", lambda name: card)
    over_time = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)["time_to_quality"]
    assert over_time.target == card.ladder["blurred"].fd
    assert over_time.reached is not None


@pytest.mark.parametrize("damaged", ["card", "nothing"])
def test_a_card_that_was_damaged_or_removed_after_scoring_costs_the_target_alone(
    evaluator, measured, tmp_path, fakes, damaged
):
    fakes.evaluator("few")
    extractors_folder().mkdir(parents=True)
    (extractors_folder() / "other.json").write_text("{")
    if damaged == "card":
        (extractors_folder() / "mnist-00000000.json").write_text("{")
    over_time = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)["time_to_quality"]
    assert (over_time.target, over_time.curve_area) == (None, pytest.approx(0.25))
    assert not list(tmp_path.glob("checkpoints/*.npz"))


def test_what_was_planned_is_asked_for(evaluator, measured, tmp_path, monkeypatch):
    asked = []
    ask = evaluator._ask
    monkeypatch.setattr(evaluator, "_ask", lambda request, deadline: asked.append(request) or ask(request, deadline))
    evaluator.score("mnist-mini", "f" * 64, tmp_path, measured, 60.0, classifier="own-1")
    evaluator.qualities("mnist-mini", "e" * 64, tmp_path / "mine.npz", 8, 60.0)
    assert [(request.get("data"), request.get("classifier")) for request in asked] == [
        ("f" * 64, "own-1"),
        ("e" * 64, None),
    ]


def test_an_experiment_that_is_no_record_costs_no_score(evaluator, measured, tmp_path, monkeypatch):
    ask = evaluator._ask
    monkeypatch.setattr(evaluator, "_ask", lambda request, deadline: {**ask(request, deadline), "walks": {"share": 2}})
    scores = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0, experiments=True)
    assert scores["quality"].fd == 12.5
    assert "walks" not in scores
    assert scores["absent"]["walks"].startswith("the evaluator's record of it is not valid: ")
    assert not list(tmp_path.glob("checkpoints/*.npz"))


def test_checkpoints_without_any_distance_have_no_time_to_quality(evaluator, measured, tmp_path, fakes):
    fakes.evaluator("nothing")
    scores = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)
    assert scores["time_to_quality"] is None
    assert scores["absent"] == dict.fromkeys(("curve.fd", "curve.kid", "time_to_quality"), "too few")
    assert evaluator.score("mnist-mini", None, tmp_path, measured | {"curve": []}, 60.0)["absent"] == {
        "time_to_quality": "no checkpoint was taken"
    }


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("dies", "the evaluator died: the process ended with exit status 9; the end of its log: out of memory"),
        ("fails", "scoring failed: samples are odd"),
    ],
)
def test_a_score_that_fails_is_an_error_with_the_reason(evaluator, measured, tmp_path, fakes, behaviour, reason):
    fakes.evaluator(behaviour)
    with pytest.raises(ScoringFailedError) as error:
        evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)
    assert str(error.value) == reason


def test_images_of_anybody_are_scored_by_kind(evaluator, tmp_path, fakes, monkeypatch):
    assert evaluator.qualities("mnist-mini", None, tmp_path / "mine.npz", 8, 60.0)["domain"].fd == 12.5
    fakes.evaluator("fails")
    evaluator.kill()
    with pytest.raises(ScoringFailedError, match="scoring failed: samples are odd"):
        evaluator.qualities("mnist-mini", None, tmp_path / "mine.npz", 8, 60.0)
    monkeypatch.setattr(evaluation, "scoring_unavailable", lambda: "scoring needs PyTorch")
    blind = Evaluator(tmp_path, ("domain",), None, "cpu", 1, evaluator="fake_evaluator")
    with pytest.raises(ScoringFailedError, match=r"^scoring needs PyTorch$"):
        blind.qualities("mnist-mini", None, tmp_path / "mine.npz", 8, 60.0)


def test_an_evaluator_that_died_is_started_again(evaluator, measured, tmp_path, fakes):
    fakes.evaluator("dies")
    with pytest.raises(ScoringFailedError):
        evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)
    fakes.evaluator("ok")
    assert "quality" in evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)


def test_an_evaluator_that_does_not_answer_is_ended(evaluator, measured, tmp_path):
    with pytest.raises(ScoringFailedError, match=r"^the evaluator did not answer within 0.01 s$"):
        evaluator.score("mnist-mini", None, tmp_path, measured, 0.01)


def test_another_interpreter_scores_whatever_this_one_lacks(fakes, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "scoring_unavailable", lambda: "scoring needs PyTorch")
    assert Evaluator(tmp_path, ("domain",), None, "cpu", 1).unavailable == "scoring needs PyTorch"
    assert Evaluator(tmp_path, ("domain",), None, "cpu", 1, sys.executable).unavailable is None


def test_without_pytorch_nothing_is_started_and_the_reason_is_that(fakes, measured, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "scoring_unavailable", lambda: "scoring needs PyTorch")
    evaluator = Evaluator(tmp_path, ("domain",), None, "cpu", 1, evaluator="fake_evaluator")
    scores = evaluator.score("mnist-mini", None, tmp_path, measured, 60.0)
    assert set(scores["absent"].values()) == {"scoring needs PyTorch"}
    assert [point["fd"] for point in scores["curve"]] == [None, None]
    assert not list(tmp_path.glob("checkpoints/*.npz"))
    assert not (tmp_path / evaluation.RUN_LOG).exists()
