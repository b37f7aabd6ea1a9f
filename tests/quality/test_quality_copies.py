"""Copies: found by features and by pixels, and the pairs that a reader can look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bench.quality.copies import copies, judged, scale, threshold
from bench.quality.features import Features
from bench.quality.metrics import Evidence, UnmeasurableError, copies_in_features, copies_in_pixels


def test_a_share_and_the_nearest_pairs_each_training_image_once() -> None:
    share, pairs = copies(
        generated=np.array([2, 3, 5, 7, 11]),
        train=np.array([40, 41, 40, 42, 43]),
        distances=np.array([0.5, 0.1, 0.2, 0.9, 0.3]),
        threshold=0.3,
    )
    assert share == 3 / 5  # At the threshold is a copy.
    assert [(pair.generated, pair.train, pair.distance) for pair in pairs] == [
        (3, 41, 0.1),
        (5, 40, 0.2),
        (11, 43, 0.3),
        (7, 42, 0.9),
    ]
    assert {pair.threshold for pair in pairs} == {0.3}
    many = copies(np.arange(100), np.arange(100), np.linspace(1, 0, 100), 0.0)[1]
    assert [pair.generated for pair in many] == list(range(99, 91, -1))


def test_one_test_image_in_a_hundred_is_as_near_as_a_copy() -> None:
    distances = np.random.default_rng(0).uniform(1, 2, 2000)
    assert np.mean(distances <= threshold(distances)) == pytest.approx(0.01, abs=5e-4)


def test_where_test_images_repeat_training_images_only_true_copies_count() -> None:
    assert threshold(np.repeat([0.0, 1.0], [30, 970])) == 0
    share, _ = copies(np.arange(4), np.arange(4), np.array([0.0, 1e-3, 1.0, 0.0]), 0.0)
    assert share == 0.5


def test_the_share_of_test_images_at_the_threshold_is_told() -> None:
    repeated = scale(np.repeat([0.0, 1.0], [100, 900]))
    assert (repeated["threshold"], repeated["real"]) == (0, 0.1)
    rounded = scale(np.repeat([0.0, 1e-6, 1.0], [50, 50, 900]), rounding=1e-5)
    assert (rounded["threshold"], rounded["real"]) == (1e-5, 0.1)
    assert scale(np.arange(1000.0))["real"] == 0.01


def test_images_are_judged_by_a_fixed_draw_of_two_thousand() -> None:
    np.testing.assert_array_equal(judged(300), np.arange(300))
    some = judged(10_000)
    assert len(set(some)) == 2000
    assert np.abs(np.histogram(some, 10, (0, 10_000))[0] - 200).max() < 60
    with pytest.raises(UnmeasurableError, match="N too small: 99 images, and a share of copies needs 100"):
        judged(99)


def test_copied_pixels_are_found(make_evidence: Callable[..., Evidence]) -> None:
    evidence = make_evidence()
    images = evidence.images.copy()
    images[100:250] = evidence.train_images[:150]
    found = copies_in_pixels.measure(replace(evidence, images=images))
    assert found["copied_pixels"] == pytest.approx(150 / 600, abs=0.03)
    assert copies_in_pixels.measure(evidence)["copied_pixels"] < 0.05
    assert found["copied_pixels_real"] == pytest.approx(0.01, abs=0.002)
    pairs = found["nearest_pixels"]
    assert len(pairs) == 8
    for pair in pairs:
        assert pair.distance == 0 < pair.threshold
        np.testing.assert_array_equal(images[pair.generated], evidence.train_images[pair.train])


def test_copied_features_are_found(make_evidence: Callable[..., Evidence]) -> None:
    evidence = make_evidence()
    features = evidence.generated.features.copy()
    features[100:250] = evidence.train().features[:150]
    found = copies_in_features.measure(replace(evidence, generated=Features(features, None)))
    assert found["copied"] == pytest.approx(150 / 600, abs=0.03)
    assert copies_in_features.measure(evidence)["copied"] < 0.05
    assert {pair.generated - pair.train for pair in found["nearest"]} == {100}


def test_test_images_that_repeat_training_images_are_told_of(make_evidence: Callable[..., Evidence]) -> None:
    evidence = make_evidence()
    test_images, test_features = evidence.test_images.copy(), evidence.reference.features.copy()
    test_images[:60] = evidence.train_images[:60]
    test_features[:60] = evidence.train().features[:60]
    repeating = replace(evidence, test_images=test_images, reference=Features(test_features, None), images=test_images)
    assert copies_in_pixels.measure(repeating)["copied_pixels_real"] == 0.1
    assert copies_in_pixels.measure(repeating)["copied_pixels"] == 0.1
    assert copies_in_features.measure(repeating)["copied_real"] == 0.1


@pytest.mark.parametrize(("apart", "share"), [(2e-6, 0.25), (2e-3, 0.0)])
def test_a_copy_whose_features_are_rounded_otherwise_is_a_copy(
    make_evidence: Callable[..., Evidence], apart: float, share: float
) -> None:
    evidence = make_evidence()
    train, test = evidence.train().features, evidence.reference.features.copy()
    test[:60] = train[:60]
    features = evidence.generated.features + np.float32(100)
    features[100:250] = train[:150] + np.float32(apart)
    found = copies_in_features.measure(
        replace(evidence, generated=Features(features, None), reference=Features(test, None))
    )
    assert found["copied"] == share
    assert found["copied_real"] == 0.1


def test_without_the_features_of_training_images_there_is_a_reason(make_evidence: Callable[..., Evidence]) -> None:
    def train() -> Features:
        raise UnmeasurableError("they would take hours")

    with pytest.raises(UnmeasurableError, match="they would take hours"):
        copies_in_features.measure(make_evidence(train=train))
