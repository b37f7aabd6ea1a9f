"""Our own Fréchet distance: torch-fidelity's value; an interval and an extrapolation that simulation bears out."""

from __future__ import annotations

import numpy as np
import pytest

from bench.quality.gaussians import Reference, fitted
from bench.quality.metrics import UnmeasurableError
from bench.quality.metrics.frechet import frechet_distance
from bench.quality.metrics.frechet_infinity import extrapolated
from bench.quality.metrics.frechet_interval import interval


def normal(n: int, width: int, mean: float = 0.0, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    """Features that hang together: every dimension shares a part with the others."""
    generator = np.random.default_rng(seed)
    found = generator.normal(mean, scale, (n, width)) + generator.normal(0, 0.5, (n, 1))
    return found.astype(np.float32)


def distance(generated: np.ndarray, reference: np.ndarray) -> float:
    return Reference(fitted(reference)).distance(fitted(generated))


@pytest.mark.parametrize(("mean", "scale"), [(0.0, 1.0), (0.2, 1.3), (40.0, 0.1)])
@pytest.mark.parametrize("width", [3, 64])
def test_the_value_is_torch_fidelitys(mean: float, scale: float, width: int) -> None:
    generated, reference = normal(2000, width, mean, scale), normal(1500, width, seed=1)
    expected = frechet_distance(generated, reference, least_n=0)
    assert distance(generated, reference) == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_a_singular_covariance_has_a_distance() -> None:
    flat, full = normal(500, 6), normal(500, 6, seed=1)
    flat[:, 2:] = 0
    for sides in ((flat, full), (full, flat), (np.repeat(full[:2], 250, axis=0), flat)):
        assert distance(*sides) == pytest.approx(frechet_distance(*sides, least_n=0), rel=1e-4)
    assert distance(full, full) == pytest.approx(0, abs=1e-5)


def test_a_resample_is_the_distance_of_the_images_that_were_drawn() -> None:
    generated, reference = normal(700, 16, 0.3, 1.2), Reference(fitted(normal(600, 16, seed=1)))
    found = reference.bootstrap(generated, 5, np.random.default_rng(3))
    random = np.random.default_rng(3)
    drawn = [generated[random.integers(0, 700, 700)] for _ in range(5)]
    np.testing.assert_allclose(found, [reference.distance(fitted(images)) for images in drawn], rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [0.0, 0.3])
def test_the_interval_covers_the_mean_distance_of_fresh_draws(fault: float) -> None:
    # Near the reference (fault 0), where all resamples lie above the distance, and away from it.
    n, width, random = 400, 16, np.random.default_rng(1)
    mixing = np.eye(width) + fault * random.normal(size=(width, width)) / 4
    reference = random.normal(size=(n, width)).astype(np.float32)
    fixed = Reference(fitted(reference))

    def draw() -> np.ndarray:
        return (random.normal(size=(n, width)) @ mixing + fault).astype(np.float32)

    target = np.mean([fixed.distance(fitted(draw())) for _ in range(2000)])
    intervals = np.array([interval(draw(), reference) for _ in range(200)])
    covered = np.mean((intervals[:, 0] <= target) & (target <= intervals[:, 1]))
    assert 0.9 <= covered <= 1  # 0.95, give or take three standard errors of 200 trials; above it near 0.
    assert np.mean(intervals[:, 1] - intervals[:, 0]) < target


def test_the_percentiles_alone_would_not_cover_it() -> None:
    reference, generated = normal(400, 16, seed=1), normal(400, 16)
    resampled = Reference(fitted(reference)).bootstrap(generated, 200, np.random.default_rng(0))
    found = distance(generated, reference)
    assert resampled.min() > found
    low, high = interval(generated, reference)
    assert low < found < high < np.quantile(resampled, 0.975)


def test_an_interval_is_narrower_with_more_images_and_repeats_itself() -> None:
    reference = normal(4000, 8, seed=1)
    few, many = (interval(normal(n, 8, 0.5), reference) for n in (250, 4000))
    # Sixteen times the images, a quarter of the width.
    assert many[1] - many[0] == pytest.approx((few[1] - few[0]) / 4, rel=0.4)
    assert interval(normal(250, 8, 0.5), reference) == few


@pytest.mark.parametrize("mean", [0.0, 0.1])
def test_the_extrapolation_is_without_the_bias_of_n(mean: float) -> None:
    found = np.array(
        [
            (distance(*sides), extrapolated(*sides))
            for sides in (
                (normal(400, 16, mean, seed=2 * seed), normal(400, 16, seed=2 * seed + 1)) for seed in range(20)
            )
        ]
    )
    truth = 16 * mean**2
    biased, unbiased = found.mean(axis=0) - truth
    # Two Gaussians in d dimensions differ by more than d / N when either is known from N images.
    assert biased > 16 / 400
    assert abs(unbiased) < 0.1 * biased


def test_an_extrapolation_needs_four_images_a_dimension() -> None:
    extrapolated(normal(64, 16), normal(64, 16, seed=1))
    with pytest.raises(UnmeasurableError, match="N too small: 63 images, and the extrapolation in 16 dimensions needs"):
        extrapolated(normal(63, 16), normal(63, 16, seed=1))
