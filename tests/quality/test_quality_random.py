"""Random features: the same numbers everywhere, for any images, and never under another name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import ImageSet, load
from bench.quality import random_weights
from bench.quality.evaluator import answer
from bench.quality.extractors import load_extractor
from bench.quality.extractors.random import RandomExtractor
from bench.quality.ladder import binarised, blurred, memorised, noise
from bench.quality.record import Quality
from bench.quality.score import score


@pytest.fixture
def unlabelled(make_set: Callable[..., ImageSet]) -> ImageSet:
    return replace(make_set(), train_labels=None, test_labels=None)


def test_the_weights_are_the_pinned_ones() -> None:
    weights = random_weights.random_weights()
    assert random_weights.weights_sha256(weights) == random_weights.SHA256
    assert random_weights.NAME.removeprefix("random-") == random_weights.SHA256[:8]
    for values in weights.values():
        bound = np.sqrt(6 / values[0].size)
        assert values.dtype == np.float32
        assert 0.9 * bound < np.abs(values).max() <= bound * (1 + 1e-6)
        assert abs(values.mean()) < 0.1 * bound


def test_other_weights_or_another_network_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(random_weights, "SEED", 1)
        with pytest.raises(RuntimeError, match="are not the pinned ones"):
            RandomExtractor()
    with monkeypatch.context() as changed:
        changed.setattr(random_weights, "ARCHITECTURE", "another")
        with pytest.raises(RuntimeError, match="are not the pinned ones"):
            RandomExtractor()
    one_bit = random_weights.random_weights()
    one_bit["convolution1"].view(np.uint32)[0, 0, 0, 0] ^= 1
    assert random_weights.weights_sha256(one_bit) != random_weights.SHA256


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 64, 3), (33, 20, 3), (1, 1, 1)])
def test_images_of_any_size_and_colour_have_128_features(shape: tuple[int, int, int]) -> None:
    found = RandomExtractor()(noise(60, shape))
    assert found.features.shape == (60, 128)
    assert found.logits is None
    assert np.linalg.matrix_rank(np.cov(found.features.T)) == min(59, 128) or shape == (1, 1, 1)


def test_a_grey_picture_scores_alike_however_it_is_stored() -> None:
    grey = noise(20, (16, 16, 1))
    extractor = RandomExtractor()
    np.testing.assert_array_equal(extractor(grey).features, extractor(np.repeat(grey, 3, axis=3)).features)


def test_unlabelled_images_are_scored_by_random_features_which_classify_nothing(unlabelled: ImageSet) -> None:
    extractor = load_extractor("domain", unlabelled)
    assert isinstance(extractor, RandomExtractor)
    found = score(unlabelled.train_images[:200], unlabelled, extractor)
    assert found.extractor == random_weights.NAME
    assert found.title == f"FD-random [{random_weights.NAME}]"
    assert {found.absent[name] for name in ("is", "is_std", "is_real")} == {"random features classify nothing"}
    assert found.absent["fd"].endswith("in 128 dimensions needs 1,280: KID decides")
    assert found.kid is not None


def test_images_of_another_domain_or_shape_are_too(toy_set: ImageSet) -> None:
    assert isinstance(load_extractor("domain", toy_set), RandomExtractor)  # Labelled, but of no domain.
    assert isinstance(load_extractor("domain", replace(toy_set, domain="mnist")), RandomExtractor)  # Not 28x28.


def test_images_with_a_classifier_have_random_features_only_when_asked() -> None:
    clothes = load("fashion-mnist-mini")
    assert load_extractor("domain", clothes).name.startswith("fashion-mnist-")
    assert load_extractor("random", clothes).name == random_weights.NAME


def test_the_ladder_holds_coarsely() -> None:
    clothes = load("fashion-mnist-mini")
    assert clothes.train_labels is not None
    real, labels = clothes.train_images[-1300:], clothes.train_labels[-1300:]
    extractor = load_extractor("random", clothes)
    rungs = [real, memorised(real, labels, 100), binarised(real), noise(1300, clothes.image_shape)]
    qualities = [score(images, clothes, extractor) for images in rungs]
    distances = [quality.fd or 0.0 for quality in qualities]
    assert distances == sorted(distances)
    kids = [quality.kid or 0.0 for quality in qualities]
    assert kids[0] == min(kids)
    assert kids[-1] == max(kids)
    blurs = score(blurred(real), clothes, extractor)
    assert blurs.fd is not None
    assert 3 * distances[0] < blurs.fd < distances[-1]


def test_the_same_bytes_have_the_same_scores_in_the_evaluator(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    np.savez(tmp_path / "mine.npz", images=generator.integers(0, 256, (800, 12, 12, 3), dtype=np.uint8))
    np.savez(tmp_path / "samples.npz", images=generator.integers(0, 200, (150, 12, 12, 3), dtype=np.uint8))
    request = {
        "id": 1,
        "task": "score",
        "samples": str(tmp_path / "samples.npz"),
        "dataset": f"npz:{tmp_path / 'mine.npz'}",
        "curve": [{"path": str(tmp_path / "samples.npz"), "n": 100}],
    }
    first, second = answer(request), answer(request)
    quality = Quality.model_validate(first["quality_by_extractor"]["domain"])
    assert (quality.extractor, quality.n) == (random_weights.NAME, 150)
    assert quality.kid is not None
    assert first["curve"][0]["absent"]["is"] == "random features classify nothing"
    assert first["quality_by_extractor"] == second["quality_by_extractor"]
