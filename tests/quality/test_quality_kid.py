"""The kernel inception distance: torch-fidelity's value, small sets in its hands, and its guards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch_fidelity
from torch.utils.data import TensorDataset

from bench.datasets import ImageSet
from bench.quality.library import plain_metrics
from bench.quality.metrics import KID_SUBSETS, RNG_SEED, UnmeasurableError, kid, kid_subset_size
from bench.quality.metrics.kid import kernel_distance, own_kernels
from bench.quality.score import score


def normal(n: int, mean: float = 0.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1, (n, 8)).astype(np.float32)


class Pictures(TensorDataset):
    def __getitem__(self, index: int) -> torch.Tensor:
        picture: torch.Tensor = super().__getitem__(index)[0]
        return picture


def test_the_value_is_torch_fidelitys(library_extractor: Callable[..., str]) -> None:
    generator = np.random.default_rng(0)
    generated = torch.from_numpy(generator.integers(0, 200, (300, 1, 2, 4), dtype=np.uint8))
    real = torch.from_numpy(generator.integers(0, 256, (260, 1, 2, 4), dtype=np.uint8))
    # Eight bytes are eight features: what reaches the library's metric is known.
    eight = library_extractor("bench-as-they-are", lambda images: (images.flatten(1).float() / 64,), "features")
    expected = plain_metrics(
        Pictures(generated),
        Pictures(real),
        eight,
        kid=True,
        kid_subsets=KID_SUBSETS,
        kid_subset_size=130,
        rng_seed=RNG_SEED,
    )
    features = [pictures.flatten(1).numpy().astype(np.float32) / 64 for pictures in (generated, real)]
    mean, deviation = kernel_distance(*features)
    assert mean == pytest.approx(expected[torch_fidelity.KEY_METRIC_KID_MEAN], rel=1e-4)
    assert deviation == pytest.approx(expected[torch_fidelity.KEY_METRIC_KID_STD], rel=1e-4)
    # What is known of the reference beforehand changes nothing.
    assert kernel_distance(*features, own_kernels(300, features[1])) == (mean, deviation)


def test_a_subset_is_a_thousand_or_half_of_the_images() -> None:
    assert [kid_subset_size(n) for n in (100, 999, 2000, 10_000)] == [50, 499, 1000, 1000]


def test_the_same_distribution_is_near_zero_and_another_is_not() -> None:
    same, deviation = kernel_distance(normal(400), normal(400, seed=1))
    other, _ = kernel_distance(normal(400, mean=1.0), normal(400, seed=1))
    assert abs(same) < deviation
    assert other > 20 * deviation


def test_fewer_than_a_hundred_on_a_side_are_no_figure() -> None:
    kernel_distance(normal(100), normal(100, seed=1))
    for generated, reference in ((99, 100), (100, 99)):
        with pytest.raises(UnmeasurableError, match="N too small: 99 images, and a kernel inception distance needs"):
            kernel_distance(normal(generated), normal(reference))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite_is_an_error_and_no_figure(value: float) -> None:
    broken = normal(200)
    broken[7, 2] = value
    for sides in ((broken, normal(200)), (normal(200), broken)):
        with pytest.raises(FloatingPointError, match="kernel inception distance: a feature is not finite"):
            kernel_distance(*sides)


def test_features_so_large_that_the_kernel_overflows_are_an_error() -> None:
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(FloatingPointError, match="the result is nan"):
        kernel_distance(normal(100) * 1e20, normal(100, seed=1) * 1e20)


def test_a_small_set_has_no_fd_and_the_reason_says_that_kid_decides(
    make_set: Callable[..., ImageSet], toy_class: Any
) -> None:
    class Wide(toy_class):
        least_n = 1280

    images = make_set(train=400, test=120)
    found = score(make_set(seed=1).test_images, images, Wide())
    assert (found.n, found.fd, found.floor) == (120, None, None)
    assert found.absent["fd"] == (
        "N too small: 120 images, and a Fréchet distance in 4 dimensions needs 1,280: KID decides"
    )
    assert found.kid is not None
    assert found.kid_floor is not None
    assert found.kid_ceiling is not None
    assert found.kid_floor < found.kid_ceiling
    assert (found.protocol["kid_subsets"], found.protocol["kid_subset_size"]) == (100, 60)
    too_few = score(make_set(seed=1).test_images[:99], images, Wide())
    assert too_few.kid is None
    assert too_few.absent["kid"] == "N too small: 99 images, and a kernel inception distance needs 100"
    assert "KID" not in too_few.absent["fd"]


def test_floor_and_ceiling_are_computed_once_for_ever(
    toy_set: ImageSet, toy_extractor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counted(*sides: np.ndarray) -> tuple[float, float]:
        calls.append(sides)
        return kernel_distance(*sides)

    monkeypatch.setattr(kid, "kernel_distance", counted)
    monkeypatch.setattr(kid, "last_distance", kid.LastDistance())
    first = score(toy_set.train_images[:200], toy_set, toy_extractor)
    assert score(toy_set.train_images[:200], toy_set, toy_extractor) == first
    assert len(calls) == 3  # Generated, real and noise; the same pictures again cost nothing.
    score(toy_set.train_images[:150], toy_set, toy_extractor)
    assert len(calls) == 6  # Another N has a scale of its own.
