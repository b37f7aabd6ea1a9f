"""The loop: what it feeds, when it looks, when it gives up."""

import numpy as np
import pytest

from bench.training.loop import Diverged, Progress, train
from bench.training.schedule import Schedule
from bench.training.streams import Streams


class Recorder:
    """A model that keeps what it is fed; its loss turns into NaN at step `nan_at`."""

    def __init__(self, nan_at=None):
        self.batches, self.noise, self.nan_at = [], [], nan_at

    def train(self, batches, noise):
        before = sum(map(len, self.batches))
        self.batches.append(batches)
        self.noise.append(noise["latent"])
        loss = np.arange(before + 1.0, before + 1 + len(batches))
        return {"fine": loss, "loss": np.where(loss == self.nan_at, np.nan, loss)}


def run(model, schedule=None, **hooks):
    streams = Streams(0, 50, 4, {"latent": (2,)}, np.float32)
    nothing = {"checkpoint": lambda _: None, "report": lambda _: None}
    return train(model, streams, schedule or Schedule(40, 0.0, 3), 4, **{**nothing, **hooks}), streams


def test_the_model_is_fed_the_streams_in_order_without_a_gap():
    model = Recorder()
    progress, streams = run(model)
    assert progress.step == 40
    np.testing.assert_array_equal(np.concatenate(model.batches), streams.batches(0, 40))
    np.testing.assert_array_equal(np.concatenate(model.noise), streams.noise(0, 40)["latent"])


def test_checkpoints_and_reports_see_the_step_they_belong_to():
    seen, reported = [], []
    run(Recorder(), checkpoint=lambda p: seen.append(p.step), report=lambda p: reported.append(p.step))
    assert seen == [10, 20, 40]
    assert reported[:3] == [1, 5, 10]
    assert reported[-1] == 40


def test_a_loss_that_is_not_finite_ends_the_training_and_is_named_with_its_step():
    progress = Progress()
    with pytest.raises(Diverged, match=r"^loss is nan at step 23$"):
        run(Recorder(nan_at=23), progress=progress)
    assert progress.step == 20
