"""One trial on pictures of other kinds: colour, no labels, not square (in PyTorch, in this process)."""

import time

import numpy as np
import pytest
import torch
from PIL import Image

from bench import datasets
from bench.datasets import ImageSet
from bench.errors import UserError
from bench.models import choose, every_choice
from bench.training import trial
from bench.training.trial import TrialRequest, run_trial
from models_torch.engine import AutoencoderEngine

TERMS = ("reconstruction", "kl", "iwae")


def picture_set(height, width, channels, *, labelled=False):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, height, width, channels)).astype(np.uint8)
    labels = np.arange(60) % 3 if labelled else None
    return ImageSet(
        name="noise",
        train_images=images[:40],
        train_labels=labels[:40] if labelled else None,
        test_images=images[40:],
        test_labels=labels[40:] if labelled else None,
    )


@pytest.fixture
def train(tmp_path, monkeypatch):
    def run(pictures, model="gan", **changes):
        monkeypatch.setattr(datasets, "load", lambda name, fingerprint=None: pictures)
        request = {
            "id": "trial",
            "folder": tmp_path,
            "model": model,
            "framework": "torch",
            "dataset": "noise",
            "seed": 0,
            "batch_size": 16,
            "images": 160,
            "seconds": None,
            "samples": 20,
            "curve_samples": 10,
            "checkpoints": 2,
            "device": "cpu",
            "precision": "fp32",
            "mode": "eager",
            "threads": 1,
        }
        return run_trial(TrialRequest.model_validate({**request, **changes}), lambda event: None)

    return run


@pytest.mark.parametrize("model", [choice.text for choice in every_choice()])
def test_colour_that_is_not_square_trains(train, tmp_path, model):
    measured = train(picture_set(16, 24, 3, labelled=choose(model).description.needs_labels), model)
    assert measured["status"] == "ok"
    assert measured["steps"] == 10
    assert measured["image_shape"] == (16, 24, 3)
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as stored:
        assert stored["images"].shape == (20, 16, 24, 3)


def test_drawing_at_checkpoints_is_timed_and_not_on_the_training_clock(train, monkeypatch):
    def slow(folder, images):
        time.sleep(0.05)

    monkeypatch.setattr(trial, "write_png", slow)
    start = time.perf_counter()
    measured = train(picture_set(8, 8, 1))
    wall = time.perf_counter() - start
    drawing = [point["drawing_seconds"] for point in measured["curve"]]
    assert len(drawing) == 2
    assert min(drawing) >= 0.05
    assert measured["train_seconds"] + measured["first_step_seconds"] + sum(drawing) < wall


@pytest.mark.parametrize(("curve_samples", "draws"), [(20, 2), (10, 3)])
def test_a_last_checkpoint_that_is_what_is_scored_is_drawn_once(train, tmp_path, monkeypatch, curve_samples, draws):
    drawn = []
    draw = trial.Album._draw
    monkeypatch.setattr(trial.Album, "_draw", lambda album, count: drawn.append(count) or draw(album, count))
    measured = train(picture_set(16, 16, 1), curve_samples=curve_samples)
    assert len(drawn) == draws
    assert len(measured["curve"]) == 2
    last = tmp_path / measured["curve"][-1]["samples"]
    with np.load(last, allow_pickle=False) as there, np.load(tmp_path / "samples.npz", allow_pickle=False) as scored:
        np.testing.assert_array_equal(there["images"], scored["images"][:curve_samples])


@pytest.mark.parametrize("model", [choice.text for choice in every_choice()])
def test_larger_pictures_train(train, tmp_path, model):
    images = picture_set(64, 64, 3, labelled=choose(model).description.needs_labels)
    measured = train(images, model, images=32, samples=4, curve_samples=4)
    assert (measured["status"], measured["steps"], measured["image_shape"]) == ("ok", 2, (64, 64, 3))
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as stored:
        assert stored["images"].shape == (4, 64, 64, 3)


def test_a_conditional_model_is_asked_for_every_class_in_turn(train, tmp_path):
    measured = train(picture_set(16, 16, 1, labelled=True), "cond_vae")
    assert measured["num_classes"] == 3
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["labels"], np.arange(20) % 3)
    with Image.open(tmp_path / "grid.png") as grid:
        assert grid.size == (3 * 17 + 1, 7 * 17 + 1)  # a column a class, as many rows as 20 pictures fill


@pytest.mark.parametrize(
    ("model", "seed", "drawn"),
    [("cvae", 0, {"plane.png", "interpolation.png"}), ("gan", 0, {"interpolation.png"}), ("cvae", 1, set())],
)
def test_the_latent_space_of_the_first_seed_is_drawn(train, tmp_path, model, seed, drawn):
    assert train(picture_set(8, 8, 1), model, seed=seed)["status"] == "ok"
    assert {path.name for path in tmp_path.glob("*.png")} == {"grid.png", *drawn}


def test_a_conditional_models_walks_are_of_one_class_each(train, tmp_path):
    train(picture_set(16, 16, 1, labelled=True), "cond_vae[latent=2]")
    with Image.open(tmp_path / "interpolation.png") as walks:
        assert walks.size == (32 * 17 + 1, 3 * 17 + 1)
    assert not (tmp_path / "plane.png").exists()


def test_of_very_large_pictures_nothing_is_drawn(train, tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "LARGEST_SIDE", 15)
    assert train(picture_set(8, 16, 1), "cvae")["status"] == "ok"
    assert not list(tmp_path.glob("[ip]*.png"))


def test_a_conditional_model_without_labels_is_refused(train):
    with pytest.raises(UserError, match="cond_vae needs labels"):
        train(picture_set(16, 16, 1), "cond_vae")


def test_models_that_are_not_asked_for_classes_store_none(train, tmp_path):
    train(picture_set(16, 16, 1, labelled=True), "cvae")
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as stored:
        assert stored.files == ["images"]


@pytest.mark.parametrize(("model", "pixels"), [("cvae", "binary"), ("cvae[equal]", "grey"), ("vae_dense", "grey")])
def test_autoencoders_say_their_bound_on_test_images(train, model, pixels):
    bound = train(picture_set(16, 16, 1), model, iwae=True)["bound"]
    assert (bound["n"], bound["iwae_n"], bound["iwae_samples"], bound["pixels"]) == (20, 20, 100, pixels)
    assert bound["iwae"] > bound["elbo"]
    assert bound["elbo"] == pytest.approx(bound["reconstruction"] - bound["kl"])
    assert bound["kl"] > 0
    assert bound["elbo"] < 0


def test_samples_of_several_calls_weigh_as_those_of_one(train, monkeypatch):
    at_once = train(picture_set(16, 16, 1), "vae_dense", iwae=True)["bound"]["iwae"]
    monkeypatch.setattr(trial, "IWAE_AT_ONCE", 100)
    assert train(picture_set(16, 16, 1), "vae_dense", iwae=True)["bound"]["iwae"] == pytest.approx(at_once, rel=1e-6)


def test_the_costly_bound_is_taken_where_it_is_wanted(train):
    bound = train(picture_set(16, 16, 1), "vae_dense")["bound"]
    assert (bound["iwae"], bound["iwae_n"], bound["iwae_samples"]) == (None, None, None)


def test_colour_is_never_binarised(train):
    assert train(picture_set(16, 16, 3), "cvae")["bound"]["pixels"] == "grey"


def test_a_gan_has_no_bound(train):
    measured = train(picture_set(16, 16, 1))
    assert (measured["bound"], measured["no_bound"]) == (None, "only autoencoders have one")


def test_a_bound_that_is_no_number_is_none_with_the_reason(train, monkeypatch):
    monkeypatch.setattr(AutoencoderEngine, "_bound", lambda *_: dict.fromkeys(TERMS, torch.full((20,), torch.inf)))
    measured = train(picture_set(16, 16, 1), "vae_dense")
    assert measured["status"] == "ok"
    assert measured["bound"] is None
    assert measured["no_bound"] == "elbo is not a finite number on the test images"


def test_a_picture_that_does_not_fit_is_refused_with_the_nearest_size(train):
    with pytest.raises(UserError, match="the nearest size is 32x28"):
        train(picture_set(30, 28, 1))


def test_mode_says_what_it_means(train):
    assert train(picture_set(8, 8, 1))["mode_detail"] == "eager"
    assert "torch.compile" in train(picture_set(8, 8, 1), mode="compiled")["mode_detail"]


def test_walks_are_taken_where_experiments_are_asked_for_and_leave_the_rest_as_it_is(train, tmp_path):
    pictures = picture_set(16, 16, 3, labelled=True)
    plain = train(pictures, "cvae")
    assert not {"walks", "no_walks"} & plain.keys()
    assert not (tmp_path / "walks.npz").exists()
    before = (tmp_path / "weights.safetensors").read_bytes()
    walked = train(pictures, "cvae", experiments=True)
    assert (walked["walks"], walked["no_walks"]) == ("walks.npz", None)
    assert (tmp_path / "walks.png").is_file()
    assert (tmp_path / "weights.safetensors").read_bytes() == before


@pytest.mark.parametrize(("model", "labelled"), [("gan", True), ("cvae", False)])
def test_what_cannot_be_walked_says_so(train, tmp_path, model, labelled):
    measured = train(picture_set(16, 16, 1, labelled=labelled), model, experiments=True)
    assert "walks" not in measured
    assert measured["no_walks"]
    assert not (tmp_path / "walks.npz").exists()
