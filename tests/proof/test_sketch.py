"""Sketches are linear, repeatable, and as far apart as what they are of."""

import numpy as np
import pytest

from bench.proof.sketch import BUCKETS, sketch


def test_a_small_tensor_is_its_own_sketch():
    tensor = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(sketch("a", tensor), np.arange(12.0))


def test_a_sketch_is_a_copy():
    tensor = np.zeros(3)
    taken = sketch("a", tensor)
    tensor += 1
    assert not taken.any()


def test_a_large_tensor_becomes_few_numbers_the_same_each_time():
    tensor = np.random.default_rng(0).standard_normal((100, 100))
    assert sketch("a", tensor).shape == (BUCKETS,)
    np.testing.assert_array_equal(sketch("a", tensor), sketch("a", tensor))
    assert (sketch("a", tensor) != sketch("b", tensor)).any()


def test_sketches_are_linear():
    a, b = np.random.default_rng(0).standard_normal((2, 5000))
    np.testing.assert_allclose(sketch("w", a) - sketch("w", b), sketch("w", a - b), atol=1e-12)


@pytest.mark.parametrize("size", [1_000, 20_000])
def test_sketches_are_as_far_apart_as_the_tensors(size):
    random = np.random.default_rng(1)
    ratios = [
        np.linalg.norm(sketch(str(trial), tensor)) / np.linalg.norm(tensor)
        for trial, tensor in enumerate(random.standard_normal((200, size)))
    ]
    assert np.mean(np.square(ratios)) == pytest.approx(1.0, abs=0.02)
    assert np.std(ratios) < 0.06


def test_a_single_changed_weight_is_seen():
    tensor = np.zeros(100_000)
    changed = tensor.copy()
    changed[12_345] = 1e-9
    assert np.linalg.norm(sketch("w", changed) - sketch("w", tensor)) == pytest.approx(1e-9)
