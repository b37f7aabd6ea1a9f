"""A real worker of each framework: trials in, measurements, pictures and weights out."""

import time

import numpy as np
import pytest
from safetensors.numpy import load_file

from bench.execution.helper import Helper

FRAMEWORKS = ("torch", "tensorflow")
SECONDS = 240.0


@pytest.fixture(scope="module", params=FRAMEWORKS)
def worker(request, tmp_path_factory):
    log = tmp_path_factory.mktemp("worker") / "log.txt"
    with Helper("bench.training.worker", request.param, "1", log=log) as helper:
        helper.framework = request.param
        yield helper


def ask(worker, folder, **changes):
    """Send one small trial and wait for what becomes of it."""
    request = {
        "id": "trial",
        "folder": str(folder),
        "model": "gan",
        "framework": worker.framework,
        "dataset": "mnist-mini",
        "seed": 0,
        "batch_size": 16,
        "images": 256,
        "seconds": None,
        "samples": 80,
        "curve_samples": 70,
        "checkpoints": 2,
        "device": "cpu",
        "precision": "fp32",
        "mode": "compiled",
        "threads": 1,
    }
    worker.send({**request, **changes})
    while (answer := worker.receive(time.monotonic() + SECONDS))["event"] == "progress":
        assert 0 <= answer["fraction"] <= 1
    return answer


def test_a_trial_measures_and_leaves_pictures_and_weights(worker, tmp_path):
    answer = ask(worker, tmp_path, model="cvae[equal]")
    assert answer["event"] == "finished", answer
    measured = answer["measured"]
    assert measured["status"] == "ok"
    assert (measured["steps"], measured["images_seen"], measured["threads"]) == (16, 256, 1)
    for name in ("train_seconds", "first_step_seconds", "images_per_second", "sample_images_per_second"):
        assert measured[name] > 0, name
    low, high = measured["images_per_second_quartiles"]
    assert low <= measured["images_per_second"] <= high
    assert set(measured["final_losses"]) == {"loss", "reconstruction", "kl"}

    with np.load(tmp_path / measured["samples"], allow_pickle=False) as stored:
        pictures = stored["images"]
    assert pictures.shape == (80, 28, 28, 1)
    assert pictures.dtype == np.uint8
    assert [point["steps"] for point in measured["curve"]] == [8, 16]
    for point in measured["curve"]:
        assert (tmp_path / point["grid"]).is_file()
        with np.load(tmp_path / point["samples"], allow_pickle=False) as stored:
            assert len(stored["images"]) == point["n"] == 70
    # The last checkpoint and the end show the same noise through the same weights.
    np.testing.assert_array_equal(stored_images(tmp_path / measured["curve"][-1]["samples"]), pictures[:70])

    weights = load_file(tmp_path / "weights.safetensors")
    assert sum(array.size for array in weights.values()) == measured["parameters"]
    assert {name.split("/")[0] for name in weights} == {"encoder", "decoder"}
    assert (tmp_path / "log.txt").exists()


def stored_images(path):
    with np.load(path, allow_pickle=False) as stored:
        return stored["images"]


def test_a_loss_that_is_not_finite_is_an_outcome(worker, tmp_path):
    answer = ask(worker, tmp_path, model="cvae[rate=1e30]")
    assert answer["measured"]["status"] == "diverged"
    assert "at step" in answer["measured"]["reason"]
    assert "samples" not in answer["measured"]


def test_a_trial_that_fails_leaves_the_worker_alive_and_the_traceback_in_its_log(worker, tmp_path):
    failed = ask(worker, tmp_path / "a", precision="fp7", dataset="nothing-like-this")
    assert failed["event"] == "failed"
    assert "nothing-like-this" in failed["reason"]
    assert ask(worker, tmp_path / "b", images=64)["measured"]["status"] == "ok"


def test_seconds_end_a_trial_too(worker, tmp_path):
    measured = ask(worker, tmp_path, images=None, seconds=0.5)["measured"]
    assert measured["status"] == "ok"
    assert measured["train_seconds"] >= 0.5
    assert measured["images_seen"] == measured["steps"] * 16


def test_the_same_trial_twice_gives_the_same_pictures(worker, tmp_path):
    for name in ("a", "b"):
        ask(worker, tmp_path / name)
    a, b = (stored_images(tmp_path / name / "samples.npz") for name in ("a", "b"))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("precision", ["bf16", "fp64"])
def test_other_precisions_train_too(worker, tmp_path, precision):
    measured = ask(worker, tmp_path, model="cvae[equal]", precision=precision, images=96)["measured"]
    assert measured["status"] == "ok"
    weights = load_file(tmp_path / "weights.safetensors")
    assert {array.dtype.name for array in weights.values()} == {"float64" if precision == "fp64" else "float32"}


def test_peak_memory_is_measured_in_the_first_trial_of_a_process_alone(worker, tmp_path):
    """Later ones would inherit it: the resident size of a process hardly ever shrinks."""
    later = ask(worker, tmp_path / "later", images=64)["measured"]
    assert (later["cold_start"], later["peak_memory_bytes"]) == (False, None)
    with Helper("bench.training.worker", worker.framework, "1", log=tmp_path / "log.txt") as fresh:
        fresh.framework = worker.framework
        first = ask(fresh, tmp_path / "first", images=64)["measured"]
    assert first["cold_start"]
    assert first["peak_memory_bytes"] > 100 * 2**20
