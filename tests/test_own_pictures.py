"""A run on one's own pictures: planned by what is in the folder, told to the user, and kept in the record."""

from __future__ import annotations

import json
import shlex

import jsonschema
import numpy as np
import pytest
from PIL import Image

from bench import datasets
from bench.errors import UserError
from bench.paths import extractors_folder
from bench.quality.cards import cards
from bench.results.folder import RunFolder
from bench.results.record import RunHeader, json_schema
from bench.run import begin, execute, prepare
from bench.study import make_study
from bench.training.trial import in_memory


def put(folder, count, start=0):
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(start, start + count):
        blocks = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(blocks).save(folder / f"{seed}.png")


@pytest.fixture
def pictures(tmp_path):
    """Forty good pictures in two classes, and two bad files."""
    put(tmp_path / "my pics/cat", 20)
    put(tmp_path / "my pics/dog", 20, start=20)
    (tmp_path / "my pics/dog/cut.png").write_bytes((tmp_path / "my pics/dog/20.png").read_bytes()[:60])
    (tmp_path / "my pics/notes.txt").write_text("x")
    return tmp_path / "my pics"


@pytest.fixture
def planned(tmp_path, pictures, cpu_host):
    """Plan a run on the pictures."""

    def plan(name=None, **changes):
        study = {"models": "gan", "datasets": name or f"folder:{pictures},size=16", "frameworks": "torch"}
        return prepare(make_study({**study, "budget": "smoke", **changes}), RunFolder(tmp_path / "out/a"))

    return plan


def test_the_record_says_what_was_read(planned, pictures, fakes, quiet):
    run = planned()
    with run.folder.locked():
        execute(begin(run, "python -m bench run"), quiet(), lambda _: None)
    results = json.loads(run.folder.results.read_text())
    jsonschema.validate(results, json_schema())
    name = f"folder:{pictures},size=16"
    assert results["trials"][0]["dataset"] == name
    assert list(results["datasets"]) == [name]
    read = results["datasets"][name]
    assert (read["label"], read["path"]) == ("folder:my pics,size=16", str(pictures))
    assert (read["train"], read["test"], read["image_shape"]) == (32, 8, [16, 16, 3])
    assert (read["classes"], read["class_names"]) == (2, ["cat", "dog"])
    assert read["fingerprint"] == datasets.load(name).fingerprint
    assert read["split"].startswith("80/20")
    assert [entry["file"] for entry in read["skipped"]] == ["dog/cut.png", "notes.txt"]
    assert "Lanczos" in read["made"]


def test_bundled_sets_are_recorded_as_well(planned):
    (read,) = planned("mnist-mini").datasets.values()
    assert (read.train, read.classes, read.split, read.skipped) == (8000, 10, "as in the source", ())


def test_a_header_from_before_there_were_data_sets_in_it_is_read():
    header = RunHeader(name="a", created="2026", command="", study={}, machine={}, versions={}, git=None)
    old = json.loads(header.to_json())
    del old["datasets"]
    assert RunHeader.model_validate(old) == header


def test_the_command_of_a_trial_names_the_same_pictures(planned):
    (trial,) = planned().trials
    words = shlex.split(trial.command)
    again = make_study({"models": "gan", "datasets": words[words.index("--datasets") + 1]})
    assert again.datasets == (trial.dataset,)
    assert trial.id.startswith("gan.folder-my-pics-size=16.torch.seed0.")


def test_a_trial_is_another_one_when_the_pictures_change(planned, pictures):
    (before,) = planned().trials
    (same,) = planned().trials
    put(pictures / "dog", 1, start=99)
    (after,) = planned().trials
    assert before.id == same.id != after.id


def test_a_worker_refuses_pictures_that_changed_after_the_plan(planned, pictures, tmp_path):
    (trial,) = planned().trials
    images = datasets.load(trial.dataset, trial.data)
    assert not images.train_images.flags.writeable
    assert in_memory(images.train_images).flags.writeable
    put(pictures / "cat", 1, start=99)
    with pytest.raises(UserError, match="has changed since the run began"):
        datasets.load(trial.dataset, trial.data)


def test_what_was_left_out_is_said_a_line_each(bench, pictures, cpu_host, tmp_path):
    ended = bench(
        *("run", "--models", "gan", "--frameworks", "torch", "--budget", "smoke", "--dry-run", "--out", tmp_path / "o"),
        *("--datasets", f"mnist-mini[classes=0,1],folder:{pictures},size=16,channels=1"),
    )
    assert ended.status == 0
    assert "folder:my pics,size=16,channels=1: 32 + 8 of 16×16×1, 2 classes; split 80/20" in ended.out
    assert "; 2 left out." in ended.out
    assert "coarse, no inception score; 8 images on a side are too few for any score (KID needs 100)." in ended.out
    plan = ended.out.splitlines()
    unknown = [line for line in plan if "no classifier of such images, so random features score them" in line]
    assert [line.partition(": no")[0] for line in unknown] == ["folder:my pics,size=16,channels=1"]
    head = "folder:my pics,size=16,channels=1: left out "
    assert ended.err.splitlines() == [f"{head}dog/cut.png: truncated", f"{head}notes.txt: not an image"]


def test_labelled_pictures_without_a_classifier_are_told_how_to_get_one(bench, pictures, cpu_host, tmp_path):
    name = f"folder:{pictures},size=16"
    command = ("run", "--models", "gan", "--frameworks", "torch", "--budget", "smoke", "--dry-run", "--datasets", name)
    advice = f"folder:my pics,size=16: to train a classifier of them: python -m bench extractor train '{name}'"
    lines = bench(*command).out.splitlines()
    (line,) = (line for line in lines if "random features" in line)
    assert line.startswith(
        "folder:my pics,size=16: no classifier of such images, so random features score them: coarse"
    )
    assert advice in lines
    images = datasets.load(name)
    facts = {"name": "own-1", "dataset": name, "image_shape": (16, 16, 3), "fingerprint": images.fingerprint}
    card = next(iter(cards().values())).model_copy(update=facts)
    extractors_folder().mkdir(parents=True)
    (extractors_folder() / "own-1.json").write_text(card.model_dump_json(by_alias=True))
    (extractors_folder() / "own-1.safetensors").touch()
    assert "random features" not in bench(*command).out
    put(pictures / "dog", 1, start=99)
    lines = bench(*command).out.splitlines()
    (line,) = (line for line in lines if "random features" in line)
    assert line.startswith("folder:my pics,size=16: its images have changed since own-1 was trained on them, so random")
    assert advice in lines


def test_a_folder_without_pictures_is_refused_in_two_lines(bench, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none/a.txt").write_text("x")
    ended = bench("run", "--models", "gan", "--datasets", f"folder:{tmp_path / 'none'}", "--dry-run")
    assert ended.status == 2
    assert ended.err.count("\n") == 2
    assert "has no pictures that can be used; 25 are needed at least" in ended.err
    assert "Left out: a.txt: not an image" in ended.err
