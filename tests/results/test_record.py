"""Records survive a round trip, refuse what they should not hold, and match the committed schema."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from bench.quality.curve import TimeToQuality
from bench.quality.fixed_noise import OF_CLASSES
from bench.quality.latent import FixedNoiseRecord, ThirdClass, WalkRecord
from bench.quality.record import Quality
from bench.results import schema
from bench.results.record import BudgetRecord, RunRecord, TrialRecord, json_schema

COMMITTED = Path(__file__).parents[2] / "docs/results.schema.json"


@pytest.fixture
def quality():
    absent = {name: "not measured" for name in Quality.figures() if name not in ("fd", "is")}
    return Quality(extractor="x", title="FD", n=8, reference="test images", fd=1.5, inception_score=2.0, absent=absent)


@pytest.fixture
def record(make_trial, quality):
    return make_trial().record(
        status="ok",
        images_per_second=2000.0,
        images_per_second_quartiles=(1990.0, 2010.0),
        quality=quality,
        quality_by_extractor={"x": quality},
        curve=[{"steps": 1, "images": 64, "seconds": 0.0, "n": 4, "fd": None, "grid": "checkpoints/1.png"}],
        time_to_quality=TimeToQuality(
            figure="fd",
            extractor="x",
            n=4,
            reference="test images",
            first_images=64,
            last_images=128,
            curve_area=2.0,
            absent=dict.fromkeys(
                ("target", "target_source", "reached", "images_to_target", "seconds_to_target"), "no ladder"
            ),
        ),
        walks=WalkRecord(
            extractor="x",
            route="from a shoe to trousers by way of a pullover",
            starts=("Sneaker",),
            ends=("Trouser",),
            by_way_of="Pullover",
            pairs=64,
            points=16,
            seed=0,
            probability=0.5,
            recognised=60,
            share=0.5,
            cross_fade=0.0,
            third_classes=(ThirdClass(label=2, name="Pullover", walks=30),),
            cross_fade_classes=(),
        ),
        fixed_noise=FixedNoiseRecord(
            extractor="x", n=8, images=(16, 32, 64), drift=0.5, absent=dict.fromkeys(OF_CLASSES, "no labels")
        ),
        absent={"energy_joules": "no counter"},
    )


@pytest.fixture
def run(record):
    return RunRecord(
        name="a",
        created="2026-01-02T03:04:05+00:00",
        command="python -m bench run --all",
        study={"models": ["gan"]},
        machine={"cpu": "some"},
        versions={"torch": "2.0"},
        git=None,
        trials=(record,),
        experiments=(),
        planned=1,
    )


def test_a_record_survives_a_round_trip(record, run):
    assert TrialRecord.model_validate_json(record.to_json()) == record
    assert RunRecord.model_validate_json(run.to_json()) == run


def test_names_in_json_are_those_promised(run):
    written = json.loads(run.to_json())
    assert written["schema"] == 1
    assert next(iter(written)) == "schema"
    assert written["trials"][0]["quality"]["is"] == 2.0
    assert written["trials"][0]["quality_by_extractor"]["x"]["is"] == 2.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(make_trial, value):
    with pytest.raises(ValidationError, match="finite"):
        make_trial().record(status="ok", images_per_second=value)


def test_unknown_keys_are_refused(make_trial):
    with pytest.raises(ValidationError, match="Extra inputs"):
        make_trial().record(status="ok", images_a_second=1.0)
    with pytest.raises(ValidationError, match="Extra inputs"):
        BudgetRecord(name="smoke", images=1, seconds=None, batch_size=1, verdicts=True, epochs=3)  # type: ignore[call-arg]


def test_unknown_status_and_other_schema_are_refused(make_trial, run):
    with pytest.raises(ValidationError, match="status"):
        make_trial().record(status="fine")
    with pytest.raises(ValidationError, match="schema"):
        RunRecord.model_validate_json(run.to_json().replace('"schema": 1', '"schema": 2'))


def test_the_committed_schema_is_that_of_the_records():
    assert COMMITTED.read_text(encoding="utf-8") == schema.text(), (
        "run: python -m bench.results.schema >docs/results.schema.json"
    )


def test_what_is_written_fits_the_schema(run):
    jsonschema.Draft202012Validator.check_schema(json_schema())
    written = json.loads(run.to_json())
    jsonschema.validate(written, json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "extra": 1}, json_schema())
