"""Neighbours in blocks: what all distances at once would say."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from bench.quality import neighbours, pixel_search
from bench.quality.features import Images
from bench.quality.ladder import blurred
from bench.quality.neighbours import inside, nearest, squared_radii
from bench.quality.pixel_search import PixelIndex


@pytest.fixture(autouse=True, params=[2**25, 2**12])
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block, and blocks of a few rows, the last of which is smaller."""
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", request.param)
    monkeypatch.setattr(neighbours, "NEAREST_BLOCK", request.param // 64)
    monkeypatch.setattr(pixel_search, "BLOCK_PIXELS", request.param)


def points(n: int, seed: int = 0, mean: float = 100.0) -> np.ndarray:
    """Points far from the origin, where rounding is worst."""
    return np.random.default_rng(seed).normal(mean, 1, (n, 5)).astype(np.float32)


def distances(points: np.ndarray, to: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.linalg.norm(points[:, None].astype(np.float64) - to, axis=2)
    return found


def test_the_nearest_point_and_its_exact_distance() -> None:
    some, others = points(203), points(171, seed=1)
    others[7] = some[11]
    found, indices = nearest(some, others)
    expected = distances(some, others)
    np.testing.assert_array_equal(indices, expected.argmin(axis=1))
    np.testing.assert_allclose(found, expected.min(axis=1), rtol=1e-12)
    assert (found[11], indices[11]) == (0, 7)


def test_a_radius_reaches_to_the_kth_neighbour_and_does_not_count_the_point_itself() -> None:
    some = points(203)
    expected = np.sort(distances(some, some), axis=1)
    for k in (1, 3, 5):
        np.testing.assert_allclose(np.sqrt(squared_radii(some, k)), expected[:, k], rtol=1e-4)


def test_which_balls_hold_a_point_and_how_often() -> None:
    some, centres = points(203), points(171, seed=1)
    radii = np.random.default_rng(2).uniform(0, 2, 171).astype(np.float32)
    count, held = inside(some, centres, radii**2)
    expected = distances(some, centres) < radii
    assert 0 < expected.mean() < 0.5
    assert count == expected.sum()
    np.testing.assert_array_equal(held, expected.any(axis=0))
    assert 0 < held.sum() < 171


@pytest.mark.parametrize(("width", "mean"), [(5, 100.0), (128, 1.0), (768, 0.0)])
def test_points_that_coincide_have_balls_and_copies_are_in_them(width: int, mean: float) -> None:
    centres = np.random.default_rng(0).normal(mean, 1, (60, width)).astype(np.float32)
    centres[10:20] = centres[0]
    centres[20:30] = centres[1]
    radii = squared_radii(centres, 5)
    assert np.all(radii >= 0)
    twice = np.concatenate([centres[:1], centres[1:2]] * 50)
    count, held = inside(twice, centres, radii)
    assert held[:2].all()
    assert held[10:30].all()
    assert count >= 100 * 11
    # A fiftieth of a coordinate's standard deviation away is outside of the balls without a radius.
    beside = twice + np.float32(0.02)
    assert not inside(beside, centres, radii)[1][10:30].any()


def pictures(n: int, seed: int = 0, shape: tuple[int, ...] = (8, 8, 1)) -> Images:
    """Smooth pictures, of which a few components hold most."""
    noise = np.random.default_rng(seed).integers(0, 256, (n, *shape), dtype=np.uint8)
    return blurred(blurred(noise))


def in_pixels(images: Images, among: Images) -> np.ndarray:
    difference = images[:, None].astype(np.float64) - among
    found: np.ndarray = np.sqrt((difference**2).mean(axis=(2, 3, 4)))
    return found


@pytest.mark.parametrize(
    ("count", "shape"), [(20, (8, 8, 1)), (700, (8, 8, 1)), (300, (4, 4, 3)), (30, (40, 40, 3)), (20, (131, 70, 1))]
)
def test_copies_and_near_copies_are_found_among_pictures(count: int, shape: tuple[int, ...]) -> None:
    train, images = pictures(count, shape=shape), pictures(count // 2, seed=1, shape=shape)
    images[:5] = train[5:10]
    images[5:10] = np.clip(train[10:15].astype(int) + 3, 0, 255)
    index = PixelIndex.of(train)
    found, indices = index.nearest(images, train)
    expected = in_pixels(images, train)
    np.testing.assert_array_equal(indices[:10], np.arange(5, 15))
    np.testing.assert_array_equal(found[:5], np.zeros(5))
    np.testing.assert_allclose(found, expected[np.arange(len(images)), indices], rtol=1e-12)
    # Pictures without order are hardest: never by much too far, and mostly the nearest.
    assert np.all(found <= 1.1 * expected.min(axis=1))
    assert np.mean(indices == expected.argmin(axis=1)) >= 0.85


@pytest.mark.parametrize("shape", [(8, 8, 1), (40, 40, 3)])
def test_candidates_that_are_left_out_are_not_the_nearest(shape: tuple[int, ...]) -> None:
    train, images = pictures(200, shape=shape), pictures(60, seed=1, shape=shape)
    # Of copies of one another the first counts.
    train[150:160] = train[:10]
    images[:10] = train[:10]
    index = PixelIndex.of(train)
    candidates, bounds = index._candidates(index.embedded(images))
    squares = (in_pixels(images, train) ** 2 * train[0].size).round()[np.arange(len(images)), candidates]
    assert (bounds <= squares).all()
    found, indices = index.nearest(images, train)
    nearest = squares.min(axis=0)
    np.testing.assert_allclose(found**2 * train[0].size, nearest, rtol=1e-12)
    first = np.where(squares == nearest, candidates, len(train)).min(axis=0)
    np.testing.assert_array_equal(indices, first)


@pytest.mark.parametrize(("count", "shape"), [(300, (8, 8, 1)), (40, (131, 70, 3))])
def test_no_distance_by_components_is_longer_than_in_pixels(count: int, shape: tuple[int, ...]) -> None:
    train = pictures(count, shape=shape)
    index = PixelIndex.of(train)
    by_components = distances(index.points, index.points)
    in_full = np.sqrt(np.prod(shape)) * in_pixels(train, train)
    assert np.all(by_components <= in_full * (1 + 1e-5) + 0.1)
    np.testing.assert_allclose(index.embedded(train), index.points, atol=0.05)


def test_an_image_that_is_uniform_in_blocks_keeps_its_whole_length_when_pooled() -> None:
    small = np.random.default_rng(0).integers(0, 256, (30, 44, 35, 3), dtype=np.uint8)
    large = small.repeat(3, axis=1).repeat(2, axis=2)[:, :131, :69]
    index = PixelIndex.of(large)
    # As many components as images: nothing is left of any.
    assert index.points[:, -1].max() < 0.01 * np.linalg.norm(index.points, axis=1).min()


def test_the_index_of_large_pictures_is_small_and_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixel_search, "BLOCK_PIXELS", 2**20)
    train = np.random.default_rng(0).integers(0, 256, (300, 256, 256, 3), dtype=np.uint8)
    tracemalloc.start()
    try:
        index = PixelIndex.of(train)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(array.nbytes for array in index.arrays().values()) < 5e6
    # As float32 the sample alone would be four times as large.
    assert peak < 1.2 * train.nbytes
    found, indices = index.nearest(train[[7, 250]], train)
    np.testing.assert_array_equal(found, [0, 0])
    np.testing.assert_array_equal(indices, [7, 250])


def test_an_index_from_a_cache_is_the_same() -> None:
    train = pictures(300)
    index = PixelIndex.of(train)
    kept = PixelIndex(**index.arrays())
    for first, second in zip(index.nearest(train[:9], train), kept.nearest(train[:9], train), strict=True):
        np.testing.assert_array_equal(first, second)
