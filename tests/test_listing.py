"""Listings are plain values for JSON, and the gist for people."""

from __future__ import annotations

import json

import pytest

from bench import listing, models
from bench.budget import BUDGETS
from bench.paths import extractors_folder
from bench.quality.cards import cards
from bench.quality.random_weights import NAME
from bench.results.folder import RunFolder
from bench.results.record import RunHeader


@pytest.mark.parametrize("what", listing.LISTINGS)
def test_rows_are_json_alike_and_named_once(what):
    rows = listing.LISTINGS[what]()
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert len({tuple(row) for row in rows}) == 1
    names = [next(iter(row.values())) for row in rows]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("what", listing.LISTINGS)
def test_what_people_see_has_a_row_for_each_and_few_columns(what):
    rows = listing.LISTINGS[what]()
    shown = listing.brief(what, rows)
    assert [next(iter(row.values())) for row in shown] == [next(iter(row.values())) for row in rows]
    assert all(len(row) <= 6 for row in shown)


def test_every_model_and_budget_is_listed():
    assert [row["model"] for row in listing.models_()] == [choice.text for choice in models.every_choice()]
    assert [row["budget"] for row in listing.budgets()] == list(BUDGETS)


def test_data_sets_say_where_they_are_or_how_to_get_them():
    shown = {row["name"]: row for row in listing.brief("datasets", listing.datasets_())}
    assert shown["mnist-mini"]["where"] == "bundled"
    assert shown["mnist-mini"]["size"] == "8,000 + 2,000 of 28×28×1"
    assert shown["mnist"]["where"].startswith(("/", "not here: python -m bench data fetch mnist"))


def test_random_features_are_listed_under_their_hash():
    (row,) = (row for row in listing.extractors() if row["kind"] == "random")
    assert row["extractor"] == NAME
    assert row["test_accuracy"] is None


def test_extractors_of_the_users_are_listed_by_what_they_score():
    card = next(iter(cards().values()))
    extractors_folder().mkdir(parents=True)
    for name, dataset, fingerprint in (("own-1", "folder:/pics", "a" * 64), ("beasts-1", "beasts", None)):
        facts = {"name": name, "domain": name.partition("-")[0], "dataset": dataset, "fingerprint": fingerprint}
        text = card.model_copy(update=facts).model_dump_json(by_alias=True)
        (extractors_folder() / f"{name}.json").write_text(text)
        (extractors_folder() / f"{name}.safetensors").touch()
    rows = {row["extractor"]: row for row in listing.extractors()}
    assert (rows["own-1"]["for"], rows["own-1"]["where"]) == ("folder:/pics", str(extractors_folder()))
    assert (rows["beasts-1"]["for"], rows[card.name]["where"]) == ("beasts", "bundled")


def test_inception_says_how_to_get_it():
    row = listing.extractors()[-1]
    assert (row["extractor"], row["where"]) == ("Inception-2015", None)
    assert "download https://" in row["how_to_get"]


@pytest.fixture
def out(tmp_path, make_trial):
    """Two runs, one of them with a failure and one damaged, and something else."""
    folder = RunFolder(tmp_path / "good")
    header = RunHeader(name="good", created="2026", command="", study={}, machine={}, versions={}, git=None)
    folder.write_header(header)
    folder.write_trial(make_trial(0).record(status="failed", reason="no luck"))
    folder.assemble(["trial-0", "trial-1"])
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/results.json").write_text("{")
    (tmp_path / "else").mkdir()
    return tmp_path


def test_runs_are_listed_damaged_ones_too(out):
    bad, good = listing.runs(out)
    assert good == {"run": "good", "created": "2026", "trials": 1, "planned": 2, "note": "1 failed"}
    assert bad["run"] == "bad"
    assert "damaged" in bad["note"]


def test_a_run_says_how_many_experiments_it_lacks_and_which_failed(out, make_trial):
    folder = RunFolder(out / "good")
    folder.write_trial(make_trial(2).record(status="failed", reason="no luck"))
    folder.assemble(["trial-0", "trial-1"], ["trial-2", "trial-3"])
    assert listing.runs(out)[1]["note"] == "2 failed, 1 of 2 experiments"


def test_no_runs_are_no_rows(tmp_path):
    assert listing.runs(tmp_path / "nowhere") == []
