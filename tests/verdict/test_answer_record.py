"""`answer.json`: its schema, how it is written, and names that mean harm."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from pydantic import ValidationError

from bench import verdict
from bench.console import answer_lines
from bench.verdict import schema
from bench.verdict.record import AnswerRecord, json_schema

if TYPE_CHECKING:
    from tests.verdict.conftest import Runs

COMMITTED = Path(__file__).parents[2] / "docs/answer.schema.json"
HOSTILE = "folder:/x/<script>alert('1')</script> \"; rm -rf ~; [bold]\u202e"


def test_the_committed_schema_is_that_of_the_records():
    assert COMMITTED.read_text(encoding="utf-8") == schema.text(), (
        "run: python -m bench.verdict.schema >docs/answer.schema.json"
    )


def test_what_is_written_fits_the_schema_and_survives_a_round_trip(runs: Runs) -> None:
    folder = runs.run(runs.contest(b="cvae") + runs.contest())
    path = verdict.write(folder)
    assert path == folder.path / "answer.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(written, json_schema())
    assert written["schema"] == 1
    assert {"answers", "frameworks", "claims"} <= written.keys()
    assert {"id", "claim", "verdict", "reason", "figures"} <= written["claims"][0].keys()
    assert AnswerRecord.model_validate(written).to_json() == path.read_text(encoding="utf-8")
    before = path.read_bytes()
    verdict.write(folder)
    assert path.read_bytes() == before
    with pytest.raises(ValidationError, match="Extra inputs"):
        AnswerRecord.model_validate({**written, "extra": 1})


def test_hostile_names_are_only_text(runs: Runs) -> None:
    trials = runs.contest(seeds=3, b="cvae", dataset=HOSTILE, id="x")
    found = runs.judged(trials)
    assert AnswerRecord.model_validate_json(found.to_json()) == found
    assert found.answers[0].setting.dataset == HOSTILE
    commands = [claim.command for claim in found.claims if claim.command and claim.findings]
    assert commands
    assert all(HOSTILE in shlex.split(command) for command in commands)


def test_a_line_for_every_answer_framework_and_claim(runs: Runs) -> None:
    found = runs.judged(runs.contest(seeds=3))
    lines = list(answer_lines(found))
    assert lines.count(found.answers[0].sentence) == 1
    assert all(lines.count(framework.sentence) == 1 for framework in found.frameworks)
    assert lines.count(f"  {found.answers[0].confidence}") == lines.count(f"  {found.answers[0].command}") == 1
    assert not any("interquartile" in line for line in lines)  # one data set alone
    assert sum(f"{claim.id:2}. {claim.claim}" in line for claim in found.claims for line in lines) == 11
    assert not any("as in the seed" in line for line in lines)  # that arm was not run


def test_lines_over_all_data_sets(runs: Runs) -> None:
    found = runs.judged([*runs.contest(), *runs.contest(dataset="mnist-mini")])
    lines = list(answer_lines(found))
    assert lines.count(found.overall[0].sentence) == 1
    (line,) = [line for line in lines if line.startswith("  more varied: ")]
    assert line == (
        "  more varied: interquartile means 0.500 (0.500 to 0.500) and 0.300 (0.300 to 0.300); probability that a seed "
        "of gan is better 100% (76% to 100%): undecided"
    )
