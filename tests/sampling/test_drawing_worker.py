"""A real drawing process of each framework: the same weights and noise in, the same pictures out."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bench import models
from bench.execution.helper import Helper, HelperDiedError
from bench.sampling.worker import answer
from bench.training.frameworks import make_model
from bench.training.streams import Streams, initial_parameters

FRAMEWORKS = ("torch", "tensorflow")
SECONDS = 240.0
COUNT = 200


@pytest.fixture(scope="module")
def drawers(tmp_path_factory):
    """One process of each framework for all tests: starting one takes longer than drawing."""
    log = tmp_path_factory.mktemp("drawers") / "log.txt"
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(Helper("bench.sampling.worker", name, "1", log=log)) for name in FRAMEWORKS}


@pytest.fixture(params=FRAMEWORKS)
def drawer(request, drawers):
    return drawers[request.param]


@pytest.fixture(scope="module")
def make_request(tmp_path_factory):
    """A function that makes the request for a model, its weights and noise on disk."""
    made: dict[tuple[str, str], dict] = {}

    def make(text, precision="fp32", **changes):
        if (text, precision) not in made:
            made[text, precision] = prepared(tmp_path_factory.mktemp("model"), text, precision)
        request = made[text, precision]
        return {**request, "out": str(tmp_path_factory.mktemp("out") / "pictures.npy"), **changes}

    return make


def prepared(folder: Path, text, precision):
    choice = models.choose(text)
    shape, classes = (28, 28, 1), 10
    facts = {"device": "cpu", "precision": precision, "compiled": False}
    model = make_model(choice.description, "torch", choice.config, shape, classes, **facts)
    # Larger than those that a training starts from, so that the pictures have black, white and all between.
    weights = {name: 4 * array for name, array in initial_parameters(model.parameters(), seed=0).items()}
    save_file(weights, folder / "weights.safetensors")
    dtype = next(iter(weights.values())).dtype
    np.save(folder / "noise.npy", Streams(0, 1, 1, {}, dtype).latent(COUNT, choice.config.latent))
    return {
        "id": 1,
        "model": text,
        "image_shape": shape,
        "num_classes": classes,
        "precision": precision,
        "mode": "compiled",
        "weights": str(folder / "weights.safetensors"),
        "noise": str(folder / "noise.npy"),
        "labels": [n % classes for n in range(COUNT)] if choice.description.needs_labels else None,
    }


def ask(helper, request):
    helper.send(request)
    return helper.receive(time.monotonic() + SECONDS)


def pictures_of(request):
    return np.load(request["out"], allow_pickle=False)


# Weights travel


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "fp64"])
@pytest.mark.parametrize("text", ["gan", "cond_vae"])
def test_both_frameworks_draw_the_same_from_the_same_weights(drawers, make_request, text, precision):
    drawn = {}
    for framework in FRAMEWORKS:
        request = make_request(text, precision)
        assert ask(drawers[framework], request) == {"id": 1, "ok": True, "images": COUNT}
        drawn[framework] = pictures_of(request).astype(int)
    assert drawn["torch"].shape == (COUNT, 28, 28, 1)
    assert drawn["torch"].std() > 20, "pictures that are grey all over prove little"
    apart = np.abs(drawn["torch"] - drawn["tensorflow"])
    assert apart.max() <= 1
    assert (apart > 0).mean() <= (0.001 if precision == "fp32" else 0)


@pytest.mark.slow
def test_a_class_is_what_is_drawn(drawer, make_request):
    first, second = (make_request("cond_vae", labels=[label] * COUNT) for label in (3, 7))
    for request in (first, second):
        assert ask(drawer, request)["ok"]
    assert (pictures_of(first) != pictures_of(second)).any()


# What is refused, and outlived


@pytest.mark.slow
def test_weights_that_do_not_fit_are_refused_by_name(drawer, make_request, tmp_path):
    weights = load_file(make_request("gan")["weights"])
    kept, cut, *_ = weights
    wrong = {name: array for name, array in weights.items() if name != kept} | {"extra/kernel": weights[kept]}
    wrong[cut] = np.zeros(3, np.float32)
    save_file(wrong, tmp_path / "wrong.safetensors")
    request = make_request("gan", weights=str(tmp_path / "wrong.safetensors"))
    refused = ask(drawer, request)
    assert not refused["ok"]
    for fault in (f"missing {kept}", "unknown extra/kernel", f"{cut} is (3,), not "):
        assert fault in refused["error"]
    assert not Path(request["out"]).exists()
    assert ask(drawer, make_request("gan"))["ok"], "the process outlives what it refuses"


@pytest.mark.slow
def test_weights_of_another_model_are_refused(drawer, make_request):
    refused = ask(drawer, make_request("gan", weights=make_request("cond_vae")["weights"]))
    assert "weights do not fit: missing generator/" in refused["error"]


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, b"", b"\xff" * 64])
def test_weights_that_are_missing_or_damaged_are_refused(drawer, make_request, tmp_path, content):
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    refused = ask(drawer, make_request("gan", weights=str(path)))
    assert not refused["ok"]
    expected = f"there is no file {path}" if content is None else f"{path} is no file of weights, or is damaged"
    assert refused["error"].startswith(expected)


@pytest.fixture
def refusal(monkeypatch):
    """Answer a request in this process, which must come to nothing before any framework is needed."""
    monkeypatch.setattr("bench.sampling.worker.prepare", lambda *_: None)
    monkeypatch.setattr("bench.sampling.worker.make_model", lambda *_, **__: pytest.fail("a model was made"))

    def call(message):
        found = answer(message, "torch", 1)
        assert not found["ok"]
        assert "\n" not in found["error"]
        return found["error"]

    return call


@pytest.mark.parametrize("message", [{}, [], None, 3, "x", {"id": []}])
def test_what_is_no_request_is_answered(refusal, message):
    assert refusal(message).startswith("bad request: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extra": 1}, "bad request: extra: "),
        ({"precision": "fp7"}, "bad request: precision: "),
        ({"image_shape": [28, 28]}, "bad request: image_shape"),
        ({"model": "gna"}, "unknown model 'gna': did you mean gan"),
        ({"noise": "/nowhere/noise.npy"}, "FileNotFoundError: "),
        ({"labels": [0] * COUNT}, "gan takes no labels"),
        ({"model": "gan[latent=3]"}, f"the noise must be [N, 3], not [{COUNT}, 64]"),
        ({"model": "cond_vae[latent=64]"}, "cond_vae[latent=64] draws pictures of a class: labels are missing"),
        ({"model": "cond_vae[latent=64]", "labels": [1]}, f"1 labels for {COUNT} latent vectors"),
        ({"model": "cond_vae[latent=64]", "labels": [10] * COUNT}, "labels must be from 0 to 9"),
        ({"model": "cond_vae[latent=64]", "labels": [-1] * COUNT}, "labels must be from 0 to 9"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(refusal, make_request, changes, message):
    assert refusal(make_request("gan", **changes)).startswith(message)


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (np.zeros((0, 64), np.float32), "the noise must be [N, 64], not [0, 64]"),
        (np.zeros(64, np.float32), "the noise must be [N, 64], not [64]"),
        (np.full((2, 64), np.nan), "the noise must be finite"),
        (np.zeros((2, 64), np.int64), "the noise must be finite floating-point numbers"),
        (np.full((2, 64), None), "ValueError: "),  # a pickle, which is never loaded
    ],
)
def test_noise_that_is_none_is_refused(refusal, make_request, tmp_path, noise, message):
    np.save(tmp_path / "noise.npy", noise)
    assert refusal(make_request("gan", noise=str(tmp_path / "noise.npy"))).startswith(message)


def test_a_line_that_is_no_json_ends_the_process_with_its_reason(tmp_path):
    with Helper("bench.sampling.worker", "torch", "1", log=tmp_path / "log.txt") as helper:
        helper._requests.write(b"{\n")
        helper._requests.flush()
        with pytest.raises(HelperDiedError, match="JSONDecodeError"):
            helper.receive(time.monotonic() + SECONDS)
