"""Walks keep to great circles: exact at their stops, of a length between them, at a steady pace, without a seam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.training.interpolation import closed_walk, slerp, walk_pictures

FRACTIONS = st.floats(0, 1)


@st.composite
def pairs(draw):
    """Two vectors of 1 to 40 numbers, zeros and opposites among them."""
    size = draw(st.integers(1, 40))
    vectors = arrays(np.float64, size, elements=st.floats(-1e3, 1e3, allow_subnormal=False))
    start = draw(vectors)
    end = draw(st.one_of(vectors, st.floats(-3, 3).map(lambda by: by * start)))
    return start, end


@given(pairs(), st.sampled_from([np.float32, np.float64]))
def test_both_ends_are_exact(pair, dtype):
    start, end = (vector.astype(dtype) for vector in pair)
    for at, expected in ((0.0, start), (1.0, end)):
        found = slerp(start, end, at)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, expected)


@given(pairs(), FRACTIONS)
def test_the_length_goes_from_one_to_the_other(pair, at):
    start, end = pair
    found = slerp(start, end, at)
    assert np.isfinite(found).all()
    if len(start) > 1:  # in one dimension opposite points have nothing but zero between them
        expected = (1 - at) * np.linalg.norm(start) + at * np.linalg.norm(end)
        assert np.linalg.norm(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(pairs(), FRACTIONS)
def test_there_and_back_is_the_same_way(pair, at):
    start, end = pair
    cosine = start @ end / max(1e-300, np.linalg.norm(start) * np.linalg.norm(end))
    if abs(cosine) < 1 - 1e-6:
        np.testing.assert_allclose(slerp(start, end, at), slerp(end, start, 1 - at), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", [2, 3, 64])
def test_equal_lengths_give_whites_formula(size):
    start, end = np.random.default_rng(size).standard_normal((2, size))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    angle = np.arccos(start @ end / (start @ start))
    for at in (0.1, 0.5, 0.9):
        white = (np.sin((1 - at) * angle) * start + np.sin(at * angle) * end) / np.sin(angle)
        np.testing.assert_allclose(slerp(start, end, at), white, rtol=1e-9)


def test_opposite_points_are_joined_by_a_half_circle():
    for size in (2, 3, 64):
        start = np.random.default_rng(size).standard_normal(size)
        halfway = slerp(start, -2 * start, 0.5)
        assert np.linalg.norm(halfway) == pytest.approx(1.5 * np.linalg.norm(start))
        assert halfway @ start == pytest.approx(0, abs=1e-9)


def test_parallel_points_are_joined_by_a_line_and_zero_takes_the_others_direction():
    start = np.array([3.0, 4.0])
    np.testing.assert_allclose(slerp(start, 3 * start, 0.5), 2 * start)
    np.testing.assert_allclose(slerp(0 * start, start, 0.5), 0.5 * start)
    np.testing.assert_array_equal(slerp(0 * start, 0 * start, 0.5), 0 * start)


@pytest.mark.parametrize("size", [1, 2, 64])
@pytest.mark.parametrize("steps", [1, 2, 15])
def test_a_closed_walk_meets_its_stops_and_comes_back_without_a_seam(size, steps):
    stops = np.random.default_rng(0).standard_normal((4, 3, size)).astype(np.float32)
    walk = closed_walk(stops, steps)
    assert walk.shape == (4 * steps, 3, size)
    assert walk.dtype == np.float32
    np.testing.assert_array_equal(walk[::steps], stops)
    # The step over the seam is the last of its leg, as long as those are when the leg is walked by itself.
    last_leg = np.stack([slerp(stops[-1], stops[0], step / steps) for step in range(steps + 1)])
    np.testing.assert_array_equal(np.concatenate([walk, walk[:1]])[-steps - 1 :], last_leg)


def test_the_pace_is_steady():
    start, end = np.array([2.0, 0.0]), np.array([0.0, 2.0])
    points = np.stack([slerp(start, end, step / 8) for step in range(9)])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0])


@pytest.mark.parametrize("labels", [None, np.array([4, 2])], ids=["no classes", "classes"])
def test_pictures_of_walks_stand_by_frame_and_walk(labels):
    stops = np.random.default_rng(1).standard_normal((3, 2, 5))

    def draw(points, given):
        pictures = np.zeros((len(points), 1, 1, 2))
        pictures[:, 0, 0, 0] = points[:, 3]
        pictures[:, 0, 0, 1] = -1 if given is None else given
        return pictures

    pictures = walk_pictures(draw, stops, 4, labels)
    assert pictures.shape == (12, 2, 1, 1, 2)
    np.testing.assert_array_equal(pictures[..., 0, 0, 0], closed_walk(stops, 4)[..., 3])
    np.testing.assert_array_equal(pictures[..., 0, 0, 1], np.tile([-1, -1] if labels is None else labels, (12, 1)))
