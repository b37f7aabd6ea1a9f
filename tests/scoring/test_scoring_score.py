"""A score of anybody's images is that of a trial's samples: the same process, the same figures, the same reasons."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from bench import datasets, machine, scoring
from bench.errors import UserError
from bench.execution.evaluation import EVALUATOR, Evaluator
from bench.paths import extractors_folder
from bench.quality.cards import cards
from bench.quality.extractors.random import RandomExtractor
from bench.quality.ladder import blurred, drawn, noise
from bench.quality.random_weights import NAME
from bench.quality.record import Quality
from bench.quality.score import score
from bench.results.folder import RunFolder
from bench.results.record import RunHeader
from bench.scoring import ScoreOrder, score_images
from bench.scoring.score import choose_device


@pytest.fixture
def scored(tmp_path, reference, monkeypatch):
    """Score with one thread on the CPU: `scored(path, n=100)`; what was told is in `scored.told`."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def call(images, evaluator=EVALUATOR, **order):
        call.told = []
        facts = {"against": reference, "threads": 1, "device": "cpu", "out": tmp_path / "out"}
        return score_images(ScoreOrder(str(images), **(facts | order)), call.told.append, evaluator)

    return call


def test_a_folder_and_the_samples_of_a_trial_score_alike(scored, tmp_path, put, pictures, reference, make_trial):
    images = pictures(150, seed=2)
    folder = RunFolder(tmp_path / "out/a")
    folder.write_trial(make_trial().record(status="ok", artifacts={"samples": "samples.npz"}))
    np.savez(folder.trial("trial-0") / "samples.npz", images=images)
    folder.write_header(RunHeader(name="a", created="", command="", study={}, machine={}, versions={}, git=None))
    folder.assemble(["trial-0"])
    found = [scored(path).quality for path in (put(tmp_path / "mine", images), "a")]
    assert found[0] == found[1]
    assert (found[0].extractor, found[0].n) == (NAME, 150)
    here = score(images, datasets.load(reference), RandomExtractor())
    assert found[0].kid == pytest.approx(here.kid, rel=1e-3)


@pytest.mark.usefixtures("fakes")
def test_what_is_scored_is_told(scored, tmp_path, put, pictures):
    folder = put(tmp_path / "mine", pictures(50, seed=2))
    (folder / "notes.txt").write_text("x")
    (folder / "empty.png").touch()
    result = scored(folder, n=49, evaluator="fake_evaluator")
    assert (len(result.sample.images), result.sample.found, result.path) == (49, 50, folder)
    assert "left out empty.png: empty" in scored.told
    assert scored.told[-1].startswith("scoring 49 images against npz:")
    assert result.position == "mnist-00000000 has no ladder: only trained domain extractors have one"


def test_one_image_is_no_error_and_every_figure_has_its_reason(scored, tmp_path, pictures):
    np.savez(tmp_path / "one.npz", images=pictures(1, seed=2))
    quality = scored(tmp_path / "one.npz").quality
    assert (quality.n, quality.fd, quality.kid) == (1, None, None)
    assert quality.absent["kid"].startswith("N too small: 1 images")


@pytest.mark.usefixtures("fakes")
def test_images_of_the_reference_are_told_apart(scored, tmp_path, pictures):
    np.savez(tmp_path / "mine.npz", images=np.concatenate([pictures(100, seed=2), pictures(7, seed=1)]))
    scored(tmp_path / "mine.npz", evaluator="fake_evaluator")
    assert any(line.startswith("7 of them are test images of npz:") for line in scored.told)


@pytest.mark.usefixtures("fakes")
def test_a_conditional_models_labels_reach_the_evaluator(scored, tmp_path, pictures, reference, monkeypatch):
    np.savez(tmp_path / "mine.npz", images=pictures(50, seed=2), labels=np.arange(50) % 3)
    seen = {}

    def qualities(self, dataset, data, samples, n, timeout_seconds):
        with np.load(samples) as arrays:
            seen.update(arrays, data=data)
        return {"domain": None}

    monkeypatch.setattr(Evaluator, "qualities", qualities)
    with pytest.raises(AttributeError):  # nothing was scored
        scored(tmp_path / "mine.npz", n=20)
    chosen = drawn(50, 20)
    np.testing.assert_array_equal(seen["images"], pictures(50, seed=2)[chosen])
    np.testing.assert_array_equal(seen["labels"], chosen % 3)
    # The evaluator reads the reference again: it must be the same.
    assert seen["data"] == datasets.load(reference).fingerprint


def test_a_trials_own_samples_are_scored_as_in_its_own_score(
    scored, tmp_path, pictures, reference, monkeypatch, make_trial
):
    np.savez(tmp_path / "mine.npz", images=pictures(50, seed=2), labels=np.arange(50) % 3)
    seen = {}

    def qualities(self, dataset, data, samples, n, timeout_seconds):
        with np.load(samples) as arrays:
            seen.clear()
            seen.update(arrays)
        return {"domain": None}

    monkeypatch.setattr(Evaluator, "qualities", qualities)
    for dataset, kept in ((datasets.find(reference).name, True), ("mnist-mini", False)):
        record = make_trial(dataset=dataset).record(status="ok")
        (tmp_path / "trial.json").write_text(record.to_json())
        with pytest.raises(AttributeError):  # nothing was scored
            scored(tmp_path / "mine.npz", n=20)
        # The first ones; the classes that another data set was asked for are not this one's.
        np.testing.assert_array_equal(seen["images"], pictures(50, seed=2)[:20])
        assert ("labels" in seen) == kept


@pytest.mark.usefixtures("fakes")
def test_a_card_that_is_damaged_meanwhile_costs_the_place_on_the_ladder_alone(scored, tmp_path, pictures, monkeypatch):
    qualities = Evaluator.qualities

    def damaging(*asked):
        found = qualities(*asked)
        extractors_folder().mkdir(parents=True)
        (extractors_folder() / "mnist-00000000.json").write_text("{")
        return found

    monkeypatch.setattr(Evaluator, "qualities", damaging)
    np.savez(tmp_path / "mine.npz", images=pictures(50, seed=2))
    result = scored(tmp_path / "mine.npz", evaluator="fake_evaluator")
    assert (result.quality.fd, result.position.partition(":")[0]) == (12.5, "mnist-00000000 has no ladder")


@pytest.mark.usefixtures("fakes")
def test_why_random_features_score_is_told_with_what_to_type(scored, tmp_path, pictures):
    np.savez(tmp_path / "mine.npz", images=pictures(50, seed=2))
    scored(tmp_path / "mine.npz", evaluator="fake_evaluator")
    assert "no classifier of such images, so random features score them: coarse, no inception score." in scored.told
    assert not any("to train" in line for line in scored.told)  # there are no labels
    labelled = tmp_path / "labelled.npz"
    np.savez(labelled, images=pictures(200), labels=np.arange(200) % 2)
    images = datasets.load(f"npz:{labelled}")
    facts = {"name": "own-1", "dataset": images.name, "fingerprint": "0" * 64}
    card = next(iter(cards().values())).model_copy(update=facts)
    extractors_folder().mkdir(parents=True)
    (extractors_folder() / "own-1.json").write_text(card.model_dump_json(by_alias=True))
    (extractors_folder() / "own-1.safetensors").touch()
    scored(tmp_path / "mine.npz", against=images.name, evaluator="fake_evaluator")
    assert scored.told[0].startswith("its images have changed since own-1 was trained on them, so random features")
    assert scored.told[1] == f"to train a classifier of them: python -m bench extractor train {images.name}"
    with pytest.raises(KeyError):  # the fake scores by one kind alone
        scored(tmp_path / "mine.npz", extractor="random", evaluator="fake_evaluator")
    assert not any("classifier" in line for line in scored.told)


@pytest.mark.usefixtures("fakes")
def test_an_evaluator_that_fails_is_a_line(scored, tmp_path, pictures, fakes):
    np.savez(tmp_path / "mine.npz", images=pictures(50, seed=2))
    assert scored(tmp_path / "mine.npz", evaluator="fake_evaluator").quality.fd == 12.5
    fakes.evaluator("dies")
    with pytest.raises(UserError, match=r"^the evaluator died: .*: out of memory$"):
        scored(tmp_path / "mine.npz", evaluator="fake_evaluator")


def test_what_is_wrong_is_said_before_anything_is_read(scored, monkeypatch):
    with pytest.raises(UserError, match=r"unknown extractor 'domian': did you mean domain"):
        scored("nosuch", extractor="domian")
    monkeypatch.setattr("bench.quality.availability.find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"^scoring needs PyTorch and torch-fidelity: run `python -m pip install"):
        scored("nosuch")


def test_missing_weights_and_data_sets_are_refused(scored, tmp_path, pictures, monkeypatch):
    np.savez(tmp_path / "mine.npz", images=pictures(50))
    with pytest.raises(UserError, match=r"the Inception-2015 weights are not here: download"):
        scored(tmp_path / "mine.npz", extractor="inception")
    monkeypatch.setattr(datasets.places, "SYSTEM_FOLDERS", ())
    with pytest.raises(UserError, match=r"mnist is not here: python -m bench data fetch mnist"):
        scored(tmp_path / "mine.npz", against="mnist")


def test_a_gpu_is_used_where_pytorch_sees_it(monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: [{"name": "a GPU"}])
    monkeypatch.setattr(machine, "sees_gpu", lambda framework, interpreter: interpreter == "/python")
    assert choose_device("auto", "/python") == "cuda"
    assert (choose_device("auto", None), choose_device("cpu", "/python")) == ("cpu", "cpu")
    with pytest.raises(UserError, match=r"--device cuda: PyTorch cannot use the GPU"):
        choose_device("cuda", None)
    monkeypatch.setattr(machine, "gpus", list)
    with pytest.raises(UserError, match=r"no NVIDIA GPU"):
        choose_device("cuda", "/python")


# The command


@pytest.mark.usefixtures("fakes")
def test_the_command_prints_a_table_with_the_place_on_the_ladder(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "score_images", partial(score_images, evaluator="fake_evaluator"))
    np.savez(tmp_path / "mine.npz", images=noise(30, (28, 28, 1)))
    ended = bench("score", tmp_path / "mine.npz", "--against", "mnist-mini", "--n", 8, "--device", "cpu")
    assert (ended.status, ended.err.count("\n")) == (0, 1)
    assert ended.err.startswith("scoring 8 images against mnist-mini test, 8 of 2,000 images, on cpu")
    lines = ended.out.splitlines()
    assert lines[0] == f"{tmp_path}/mine.npz: 8 images, drawn from 30; as in the file"
    assert lines[1] == "against test images; by FD-domain"
    assert [line.split() for line in lines if line.startswith("fd ")] == [["fd", "12.5", "1.00", "900"]]
    assert any(
        line.startswith("n/a: ") and "fd_interval, " in line and line.endswith(": not measured") for line in lines
    )
    assert lines[-1].startswith("ladder: mnist-00000000 has no ladder")


def test_the_command_prints_one_quality_object(bench, tmp_path, reference, pictures, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    np.savez(tmp_path / "mine.npz", images=pictures(130, seed=2))
    command = ("score", tmp_path / "mine.npz", "--against", reference, "--extractor", "random", "--n", 120)
    ended = bench(*command, "--threads", 1, "--device", "cpu", "--json")
    quality = Quality.model_validate(json.loads(ended.out))
    assert (quality.extractor, quality.n) == (NAME, 120)
    assert quality.absent["is"] == "random features classify nothing"
    assert json.loads(ended.out).keys() == quality.model_dump(by_alias=True).keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("nosuch --against mnist-mini", "there is no folder, no file and no run 'nosuch'"),
        (". --against mnits", "unknown data set 'mnits'"),
        (". --against mnist-mini --n 0", "Invalid value for '--n'"),
        (". --against mnist-mini --interpreter tensorflow=/a", "--interpreter tensorflow=/a: this needs PyTorch alone"),
        (".", "Missing option '--against'"),
    ],
)
def test_the_command_refuses_in_a_line(bench, arguments, message):
    ended = bench("score", *arguments.split())
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {message}")
    assert ended.err.count("\n") <= 2


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.timeout(1200)
def test_the_faults_of_known_images_are_in_the_ladders_order(scored, tmp_path, put):
    clothes = datasets.load("fashion-mnist")
    real = clothes.train_images[-2000:]
    noisy = np.clip(real + np.random.default_rng(0).normal(0, 40, real.shape), 0, 255).astype(np.uint8)
    sets = {"real": real, "noisy": noisy, "blurred": blurred(real), "noise": noise(2000, (28, 28, 1))}
    distances = {}
    for name, images in sets.items():
        folder = put(tmp_path / name, images[..., 0])
        np.savez(tmp_path / f"{name}.npz", images=images)
        results = [scored(path, against="fashion-mnist") for path in (folder, tmp_path / f"{name}.npz")]
        assert results[0].quality == results[1].quality
        distances[name] = results[0].quality.fd
        assert "FD" in results[0].position
    assert distances["real"] == min(distances.values())
    assert distances["noise"] == max(distances.values())
    assert distances["blurred"] > 10 * distances["real"]
