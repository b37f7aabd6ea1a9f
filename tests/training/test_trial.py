"""One trial on pictures of other kinds: colour, no labels, not square (in PyTorch, in this process)."""

import numpy as np
import pytest

from bench import datasets
from bench.datasets import ImageSet
from bench.errors import UserError
from bench.training.trial import TrialRequest, run_trial


def picture_set(height, width, channels):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, height, width, channels)).astype(np.uint8)
    return ImageSet(
        name="noise", train_images=images[:40], train_labels=None, test_images=images[40:], test_labels=None
    )


@pytest.fixture
def train(tmp_path, monkeypatch):
    def run(images, model="gan", **changes):
        monkeypatch.setattr(datasets, "load", lambda name: images)
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


@pytest.mark.parametrize("model", ["gan", "cvae", "cvae[equal]"])
def test_unlabelled_colour_that_is_not_square_trains(train, tmp_path, model):
    measured = train(picture_set(16, 24, 3), model)
    assert measured["status"] == "ok"
    assert measured["steps"] == 10
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as stored:
        assert stored["images"].shape == (20, 16, 24, 3)


def test_a_picture_that_does_not_fit_is_refused_with_the_nearest_size(train):
    with pytest.raises(UserError, match="the nearest size is 32x28"):
        train(picture_set(30, 28, 1))


def test_mode_says_what_it_means(train):
    assert train(picture_set(8, 8, 1))["mode_detail"] == "eager"
    assert "torch.compile" in train(picture_set(8, 8, 1), mode="compiled")["mode_detail"]
