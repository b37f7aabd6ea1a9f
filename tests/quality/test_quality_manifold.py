"""Precision, recall, density, coverage: the library's and the paper's values, and what they say of known faults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric

from bench.quality.features import Features
from bench.quality.metrics import Evidence, UnmeasurableError, density_coverage, precision_recall
from bench.quality.metrics.density_coverage import density_and_covered
from bench.quality.metrics.precision_recall import precision_and_recall
from bench.quality.neighbours import squared_radii


def normal(n: int, mean: float = 0.0, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, scale, (n, 8)).astype(np.float32)


def seen(features: np.ndarray) -> Features:
    return Features(features, None)


@pytest.mark.parametrize("save_cpu_ram", [False, True])
def test_precision_and_recall_are_torch_fidelitys(save_cpu_ram: bool) -> None:
    generated, reference = normal(1300, 0.5, 0.7), normal(1100, seed=1)
    expected = prc_features_to_metric(
        torch.from_numpy(generated), torch.from_numpy(reference), save_cpu_ram=save_cpu_ram, verbose=False
    )
    found = precision_and_recall(generated, reference)
    assert found == (expected[KEY_METRIC_PRECISION], expected[KEY_METRIC_RECALL])


def test_precision_is_of_the_generated_images_and_recall_of_the_real_ones() -> None:
    # All generated images lie in a corner of the real ones: none is wrong, and most of the world is missing.
    corner, world = normal(600, 0.0, 0.3), normal(600, seed=1)
    precision, recall = precision_and_recall(corner, world)
    assert precision > 0.95
    assert recall < 0.3
    assert precision_and_recall(world, corner) == (recall, precision)


def test_density_and_coverage_are_those_of_the_paper() -> None:
    generated, reference = normal(700, 0.3, 0.8), normal(500, seed=1)
    # As in the code of Naeem 2020: k-th smallest of all distances, the zero to itself included.
    among = np.linalg.norm(reference[:, None].astype(np.float64) - reference, axis=2)
    radii = np.sort(among, axis=1)[:, 5]
    across = np.linalg.norm(reference[:, None].astype(np.float64) - generated, axis=2)
    density = (across < radii[:, None]).sum(axis=0).mean() / 5
    coverage = (across.min(axis=1) < radii).mean()
    found, covered = density_and_covered(generated, reference, squared_radii(reference, 5))
    assert found == pytest.approx(density, rel=1e-3)
    assert covered.mean() == pytest.approx(coverage, abs=2 / 500)


def test_what_repeats_a_few_images_covers_nothing(make_evidence: Callable[..., Evidence]) -> None:
    real = normal(600)
    evidence = make_evidence(
        generated=seen(np.resize(real[:10], (600, 8))), reference=seen(normal(600, seed=1)), real=seen(real)
    )
    repeated = density_coverage.measure(evidence) | precision_recall.measure(evidence)
    assert repeated["recall"] == 0
    assert repeated["coverage"] < 0.1 < 0.9 < repeated["coverage_real"]
    assert repeated["precision"] > 0.5
    assert repeated["recall_real"] > 0.7
    assert repeated["density_real"] == pytest.approx(1, abs=0.15)


def test_coverage_class_by_class_names_the_class_that_is_missing(make_evidence: Callable[..., Evidence]) -> None:
    labels = np.arange(600) % 3
    reference = normal(600, seed=1) + 20 * labels[:, None].astype(np.float32)
    real = normal(600, seed=2) + 20 * labels[:, None].astype(np.float32)
    without_the_last = normal(600, seed=3) + 20 * (labels % 2)[:, None].astype(np.float32)
    found = density_coverage.measure(
        make_evidence(
            generated=seen(without_the_last),
            reference=seen(reference),
            real=seen(real),
            reference_labels=labels,
            num_classes=4,
        )
    )
    first, second, third, nobody = found["coverage_by_class"]
    assert min(first, second) > 0.9
    assert third == 0
    assert nobody is None
    assert found["coverage"] == pytest.approx((first + second + third) / 3)


def test_real_images_are_measured_once(make_evidence: Callable[..., Evidence]) -> None:
    kept: dict[str, dict[str, np.ndarray]] = {}
    made = []

    def once(name: str, compute: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        if name not in kept:
            made.append(name)
            kept[name] = compute()
        return kept[name]

    evidence = make_evidence(once=once)
    for metric in (precision_recall, density_coverage):
        assert metric.measure(evidence) == metric.measure(evidence)
    assert made == ["precision and recall", "density and coverage"]


def test_at_most_five_thousand_of_each_side_and_those_at_random(make_evidence: Callable[..., Evidence]) -> None:
    # Sorted by class, as folders are: the first 5,000 would be one half of the world.
    halves = np.concatenate([normal(5000), normal(5000, 30.0)])
    evidence = make_evidence(n=10_000, generated=seen(halves), reference=seen(halves), real=seen(halves))
    found = density_coverage.measure(evidence)
    assert found["coverage"] == 1
    by_class = density_coverage.measure(
        make_evidence(
            n=10_000,
            generated=seen(normal(10_000)),
            reference=seen(halves),
            real=seen(halves),
            reference_labels=np.repeat([0, 1], 5000),
            num_classes=2,
        )
    )["coverage_by_class"]
    assert by_class[0] > 0.9
    assert by_class[1] == 0


def test_too_few_images_have_no_neighbourhood(make_evidence: Callable[..., Evidence]) -> None:
    for metric in (precision_recall, density_coverage):
        metric.measure(make_evidence(n=100))
        with pytest.raises(UnmeasurableError, match=r"N too small: 99 images, and .* needs 100"):
            metric.measure(make_evidence(n=99))
    with pytest.raises(UnmeasurableError, match="N too small: 3 images, and a neighbourhood of 3 needs 4"):
        precision_and_recall(normal(3), normal(9))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite_is_an_error_and_no_figure(value: float) -> None:
    broken = normal(200)
    broken[7, 2] = value
    for sides in ((broken, normal(200)), (normal(200), broken)):
        with pytest.raises(FloatingPointError, match="precision and recall: a feature is not finite"):
            precision_and_recall(*sides)
        with pytest.raises(FloatingPointError, match="density and coverage: a feature is not finite"):
            density_and_covered(*sides, radii=np.ones(200, np.float32))
