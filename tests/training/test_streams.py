"""The streams are the foundation of every pair: addressed by position, independent of how they are read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.training.streams import Streams, initial_parameters, philox


def make(seed=0, images=100, batch_size=7, **noise):
    return Streams(seed, images, batch_size, noise or {"latent": (3,)}, np.float32)


@settings(max_examples=30, deadline=None)
@given(split=st.integers(1, 29), images=st.integers(5, 60), batch_size=st.integers(1, 70))
def test_batches_do_not_depend_on_how_they_are_cut_into_calls(split, images, batch_size):
    whole = make(images=images, batch_size=batch_size).batches(0, 30)
    streams = make(images=images, batch_size=batch_size)
    parts = np.concatenate([streams.batches(0, split), streams.batches(split, 30 - split)])
    np.testing.assert_array_equal(whole, parts)


def test_every_epoch_sees_every_picture_once_across_batch_borders():
    order = make(images=100, batch_size=7).batches(0, 100).ravel()
    for epoch in range(7):
        assert sorted(order[epoch * 100 : (epoch + 1) * 100]) == list(range(100))
    assert list(order[:100]) != list(order[100:200])


def test_a_batch_may_be_larger_than_the_data_set():
    batch = make(images=5, batch_size=12).batches(0, 1)
    assert batch.shape == (1, 12)
    assert sorted(batch[0, :5]) == sorted(batch[0, 5:10]) == [0, 1, 2, 3, 4]


def test_noise_of_a_step_is_the_same_whatever_was_drawn_before():
    later = make().noise(40, 2)["latent"]
    np.testing.assert_array_equal(make().noise(0, 42)["latent"][40:], later)
    assert later.shape == (2, 7, 3)
    assert later.dtype == np.float32


def test_noise_is_standard_normal_and_differs_between_steps_names_and_seeds():
    noise = make(batch_size=500, a=(4,), b=(4,)).noise(0, 5)
    assert abs(noise["a"].mean()) < 0.05
    assert abs(noise["a"].std() - 1) < 0.05
    others = [noise["b"][0], noise["a"][1], make(seed=1, batch_size=500, a=(4,)).noise(0, 1)["a"][0]]
    for other in others:
        assert abs(np.corrcoef(noise["a"][0].ravel(), other.ravel())[0, 1]) < 0.1


def test_float32_noise_is_the_rounded_float64_noise():
    double = Streams(0, 100, 7, {"latent": (3,)}, np.float64).noise(3, 2)["latent"]
    np.testing.assert_array_equal(make().noise(3, 2)["latent"], double.astype(np.float32))


def test_a_longer_draw_of_latent_noise_begins_with_the_shorter_one():
    np.testing.assert_array_equal(make().latent(100, 8)[:30], make().latent(30, 8))


def test_initial_kernels_are_glorot_uniform_and_the_rest_is_zero():
    shapes = {"g/dense/kernel": (300, 200), "g/up/kernel": (3, 3, 32, 64), "g/up/bias": (32,)}
    weights = initial_parameters({name: np.ones(shape) for name, shape in shapes.items()}, seed=0)
    dense_limit, up_limit = np.sqrt(6 / 500), np.sqrt(6 / (9 * 96))
    assert dense_limit * 0.99 < np.abs(weights["g/dense/kernel"]).max() <= dense_limit
    assert up_limit * 0.99 < np.abs(weights["g/up/kernel"]).max() <= up_limit
    assert not weights["g/up/bias"].any()


def test_initial_weights_depend_on_the_name_and_the_seed_alone():
    def draw(name, seed, other):
        return initial_parameters({other: np.ones((2, 2)), name: np.ones((4, 4))}, seed)[name]

    np.testing.assert_array_equal(draw("a/kernel", 0, "x/kernel"), draw("a/kernel", 0, "y/kernel"))
    assert (draw("a/kernel", 0, "x/kernel") != draw("a/kernel", 1, "x/kernel")).all()
    assert (draw("a/kernel", 0, "x/kernel") != draw("b/kernel", 0, "x/kernel")).all()


def test_the_generator_is_pinned():
    """A change here changes every result of the suite: it must be meant."""
    values = philox(0, "noise/latent", 5).standard_normal(3)
    assert values == pytest.approx(PINNED, abs=1e-15)


PINNED = [0.4843381150275834, -1.6325601117571769, -0.969730871078304]
