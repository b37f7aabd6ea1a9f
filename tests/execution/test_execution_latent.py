"""The small experiments between worker, evaluator and record: asked for, found, or absent with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from bench.budget import NO_EXPERIMENTS
from bench.execution import latent

WALKS: dict[str, Any] = {
    "extractor": "x",
    "route": "from one class to another by way of a third",
    "starts": [],
    "ends": [],
    "by_way_of": None,
    "pairs": 64,
    "points": 16,
    "seed": 0,
    "probability": 0.5,
    "recognised": 60,
    "share": 0.5,
    "cross_fade": 0.25,
    "third_classes": [{"label": 2, "name": "Pullover", "walks": 30}],
    "cross_fade_classes": [],
    "absent": {},
}
NOISE: dict[str, Any] = {
    "extractor": "x",
    "n": 8,
    "drift": 0.5,
    "class_changes": 0.25,
    "ambiguous": [0.5, 0.5, 0.5],
    "lasting": 0.25,
    "lasting_by_chance": 0.125,
    "absent": {},
}


@pytest.fixture
def measured(tmp_path):
    """What a worker says of a walked trial with four checkpoints."""
    (tmp_path / "walks.npz").write_bytes(b"")
    curve = [{"images": images} for images in (1, 2, 4, 8)]
    return {"walks": "walks.npz", "no_walks": None, "curve": curve}


def test_nothing_is_asked_for_unless_experiments_are_wanted(measured, tmp_path):
    assert latent.asked(tmp_path, measured, experiments=False) == {}
    asked = latent.asked(tmp_path, measured, experiments=True)
    assert asked == {"walks": str(tmp_path / "walks.npz"), "fixed_noise": True}
    none = latent.asked(tmp_path, {"curve": []}, experiments=True)
    assert none == {"walks": None, "fixed_noise": True}


def test_records_come_back_with_the_images_of_the_last_three_checkpoints(measured):
    records, reasons = latent.found(measured, {"walks": WALKS, "fixed_noise": NOISE})
    assert records["walks"].third_classes[0].name == "Pullover"
    assert records["fixed_noise"].images == (2, 4, 8)
    assert reasons == {}


def test_what_the_evaluator_cannot_say_is_absent_for_its_reason(measured):
    records, reasons = latent.found(measured, {"walks": "no classes", "fixed_noise": "two checkpoints"})
    assert (records, reasons) == ({}, {"walks": "no classes", "fixed_noise": "two checkpoints"})
    scores = {"absent": reasons}
    assert latent.absent(measured, scores, experiments=True) == reasons


@pytest.mark.parametrize(
    ("field", "given", "reason"),
    [
        ("walks", {**WALKS, "share": float("nan")}, "share: "),
        ("walks", {name: value for name, value in WALKS.items() if name != "route"}, "route: Field required"),
        ("walks", {**WALKS, "share": None}, "walks: Value error, null are ['share']"),
        ("walks", ["no", "record"], "walks: "),
        ("fixed_noise", {**NOISE, "n": 0}, "n: "),
    ],
)
def test_what_is_no_record_is_absent_for_that_reason(measured, field, given, reason):
    answer = {"walks": WALKS, "fixed_noise": NOISE, field: given}
    records, reasons = latent.found(measured, answer)
    assert records.keys() == set(latent.FIELDS) - {field}
    assert reasons.keys() == {field}
    assert reasons[field].startswith(f"the evaluator's record of it is not valid: {reason}")


@pytest.mark.parametrize(
    ("scores", "no_walks", "reasons"),
    [
        ({"absent": {"quality": "the trial diverged"}}, None, dict.fromkeys(latent.FIELDS, "the trial diverged")),
        ({"absent": {}, "fixed_noise": NOISE}, "it is a GAN", {"walks": "it is a GAN"}),
        (
            {"absent": {"quality": "scoring needs PyTorch"}},
            "it is a GAN",
            {"walks": "it is a GAN", "fixed_noise": "scoring needs PyTorch"},
        ),
        ({"absent": {}, "walks": WALKS, "fixed_noise": NOISE}, None, {}),
    ],
)
def test_every_record_that_is_lacking_has_its_own_reason(scores, no_walks, reasons):
    assert latent.absent({"no_walks": no_walks}, scores, experiments=True) == reasons
    assert latent.absent({}, scores, experiments=False) == dict.fromkeys(latent.FIELDS, NO_EXPERIMENTS)


def test_the_pictures_on_the_way_go_and_those_for_people_stay(measured, tmp_path):
    latent.remove(tmp_path, measured)
    assert not (tmp_path / "walks.npz").exists()
    latent.remove(tmp_path, {})
    assert latent.picture(measured) == {"walks": "walks.png"}
    assert latent.picture({"no_walks": "it is a GAN"}) == {}
