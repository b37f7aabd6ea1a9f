"""The whole way from images to a record: torch-fidelity's own value, the N rule, the order of the ladder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch_fidelity
from safetensors.torch import load as load_safetensors
from torch.utils.data import Dataset

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.quality.cards import card_of_domain, read_weights
from bench.quality.extractors import load_extractor
from bench.quality.extractors.domain import DomainExtractor
from bench.quality.ladder import binarised, blurred, drawn, noise
from bench.quality.library import plain_metrics
from bench.quality.metrics import IS_SPLITS, RNG_SEED, kid
from bench.quality.network import DomainNetwork, to_pixels
from bench.quality.score import curve_point, sample_size, score, unscored


@pytest.fixture(scope="module")
def clothes() -> ImageSet:
    return load("fashion-mnist-mini")


@pytest.fixture(scope="module")
def clothes_extractor(clothes: ImageSet) -> DomainExtractor:
    extractor = load_extractor("domain", clothes)
    assert isinstance(extractor, DomainExtractor)
    return extractor


@pytest.fixture(scope="module")
def clothes_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clothes")


@pytest.fixture
def kept(clothes_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cache for the tests of this file: the features of all clothes take seconds."""
    monkeypatch.setenv("BENCH_CACHE", str(clothes_cache))


class AsTensors(Dataset[torch.Tensor]):
    def __init__(self, images: np.ndarray) -> None:
        self._pixels = to_pixels(images)

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self._pixels[index]


@pytest.mark.usefixtures("kept")
def test_the_value_is_torch_fidelitys(
    clothes: ImageSet, clothes_extractor: DomainExtractor, library_extractor: Callable[..., str]
) -> None:
    generated = blurred(clothes.train_images[:2000])
    card = card_of_domain("fashion-mnist")
    assert card is not None
    network = DomainNetwork(card.image_shape, card.num_classes).eval()
    network.load_state_dict(load_safetensors(read_weights(card)))
    expected = plain_metrics(
        AsTensors(generated),
        AsTensors(clothes.test_images),
        library_extractor("bench-domain", network, "features", "logits"),
        fid=True,
        isc=True,
        prc=True,
        isc_splits=IS_SPLITS,
        rng_seed=RNG_SEED,
        samples_shuffle=True,
        batch_size=clothes_extractor.batch_size,
    )
    found = score(generated, clothes, clothes_extractor)
    assert found.fd == pytest.approx(expected[torch_fidelity.KEY_METRIC_FID], rel=1e-4)
    assert found.inception_score == pytest.approx(expected[torch_fidelity.KEY_METRIC_ISC_MEAN], rel=1e-5)
    assert found.precision == pytest.approx(expected[torch_fidelity.KEY_METRIC_PRECISION], abs=1e-3)
    assert found.recall == pytest.approx(expected[torch_fidelity.KEY_METRIC_RECALL], abs=1e-3)
    assert found.is_std == pytest.approx(expected[torch_fidelity.KEY_METRIC_ISC_STD], rel=1e-3)


@pytest.mark.usefixtures("kept")
def test_the_ladder_is_in_its_order(clothes: ImageSet, clothes_extractor: DomainExtractor) -> None:
    real = clothes.train_images[-2000:]
    rungs = [real, binarised(real), blurred(real), noise(2000, clothes.image_shape)]
    qualities = [score(images, clothes, clothes_extractor) for images in rungs]
    distances = [quality.fd or 0.0 for quality in qualities]
    assert distances == sorted(distances)
    best, worst = qualities[0], qualities[-1]
    assert best.floor is not None
    assert 0 < best.floor < 1
    assert distances[0] == pytest.approx(best.floor, rel=0.5)
    assert worst.fd == worst.ceiling  # The ceiling is this very noise.
    assert best.is_real is not None
    assert best.inception_score == pytest.approx(best.is_real, rel=0.1)


@pytest.mark.usefixtures("kept")
def test_a_record_says_what_was_measured_and_how(clothes: ImageSet, clothes_extractor: DomainExtractor) -> None:
    found = score(clothes.test_images[:1500], clothes, clothes_extractor)
    assert found.n == 1500
    assert found.extractor == clothes_extractor.name
    assert found.title == f"FD-domain [{clothes_extractor.name}]"
    assert found.reference == "fashion-mnist-mini test, 1,500 of 2,000 images"
    assert found.protocol["batch_size"] == clothes_extractor.batch_size
    assert found.protocol["rng_seed"] == RNG_SEED
    assert found.protocol["kid_subset_size"] == 750
    assert found.protocol["neighbours_n"] == 1500
    assert set(found.absent) == {"label_accuracy", "label_accuracy_real"}
    assert found.absent["label_accuracy"] == "the images carry no labels of classes that were asked for"


def test_scoring_again_is_identical_and_reads_the_real_images_from_the_cache(
    toy_extractor: Any, make_set: Callable[..., ImageSet]
) -> None:
    images, extractor = make_set(), toy_extractor
    generated = make_set(seed=1).test_images
    first = score(generated, images, extractor)
    once = 4 * 700 + 900  # Generated, reference, real, noise; and all training images.
    assert extractor.seen == once
    score(make_set(seed=2).test_images, images, extractor)
    assert score(generated, images, extractor) == first
    assert extractor.seen == once + 2 * 700
    # Other images of the same name: nothing stale, but the noise is the same.
    score(generated, make_set(seed=2), extractor)
    assert extractor.seen == once + 4 * 700 + 900


def test_one_n_for_all_sides(make_set: Callable[..., ImageSet]) -> None:
    images = make_set(train=900, test=700)
    assert sample_size(10_000, generated=5000, against=images) == 700
    assert sample_size(10_000, generated=600, against=images) == 600
    assert sample_size(500, generated=600, against=images) == 500
    assert sample_size(10_000, generated=5000, against=make_set(train=300, test=700)) == 300


def test_too_few_images_are_no_figure_and_no_zero(toy_set: ImageSet, toy_extractor: Any) -> None:
    found = score(toy_set.test_images[:39], toy_set, toy_extractor)
    assert (found.fd, found.floor, found.ceiling, found.inception_score) == (None, None, None, None)
    assert found.absent["fd"] == "N too small: 39 images, and a Fréchet distance in 4 dimensions needs 40"
    assert found.absent["is"].startswith("N too small: 39 images")


def test_a_curve_point_is_the_light_form_of_the_same_score(
    toy_extractor: Any, make_set: Callable[..., ImageSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    images, extractor = make_set(), toy_extractor
    generated = make_set(seed=1).test_images
    point = curve_point(generated, images, extractor, n=600)
    # Otherwise the second would be the first one's kernel distance, kept.
    monkeypatch.setattr(kid, "last_distance", kid.LastDistance())
    full = score(generated, images, extractor, n=600)
    assert (point.n, point.fd, point.inception_score) == (600, full.fd, full.inception_score)
    assert point.kid == full.kid
    assert point.evaluation_seconds is not None
    assert 0 < point.evaluation_seconds < 100
    few = curve_point(generated, images, extractor, n=20)
    assert (few.fd, few.kid, few.inception_score) == (None, None, None)
    assert few.absent["kid"] == "N too small: 20 images, and a kernel inception distance needs 100"
    assert curve_point(generated, images, extractor, n=2).absent["kid"].startswith("N too small: 2 images")


def test_a_curve_point_of_a_small_set_has_a_kid_where_it_has_no_distance(
    toy_set: ImageSet, toy_class: Any, make_set: Callable[..., ImageSet]
) -> None:
    class Wide(toy_class):
        least_n = 1280

    point = curve_point(make_set(seed=1).test_images, toy_set, Wide())
    assert point.fd is None
    assert point.kid is not None


def test_labels_that_were_asked_for_are_checked(toy_set: ImageSet, toy_extractor: Any) -> None:
    images = toy_set.test_images[:120]
    for labels, message in (
        (np.zeros(119, np.int64), "one integer for each of 120 images, not int64 \\[119\\]"),
        (np.zeros(120), "not float64"),
        (np.full(120, 4), "from 0 to 3, as those of the data set, not from 4 to 4"),
        (np.full(120, -1), "not from -1 to -1"),
    ):
        with pytest.raises(UserError, match=message):
            score(images, toy_set, toy_extractor, labels=labels)
    # Three logits for four classes: they are not the data set's.
    found = score(images, toy_set, toy_extractor, labels=np.zeros(120, np.uint8))
    assert found.absent["label_accuracy"] == ("the extractor tells 3 classes apart, which are not the data set's 4")


def test_an_extractor_that_is_too_slow_for_all_training_images_says_so(toy_set: ImageSet, toy_class: Any) -> None:
    class Slow(toy_class):
        no_train_features = "60,000 images would take hours"

    extractor = Slow()
    found = score(toy_set.test_images, toy_set, extractor)
    assert extractor.seen == 4 * 700
    assert (found.copied, found.nearest) == (None, None)
    assert found.absent["copied"] == "60,000 images would take hours"
    assert found.copied_pixels is not None


def test_images_of_another_shape_or_type_are_refused(toy_set: ImageSet, toy_extractor: Any) -> None:
    with pytest.raises(UserError, match="must be 8x8x1"):
        score(np.zeros((100, 28, 28, 1), np.uint8), toy_set, toy_extractor)
    with pytest.raises(UserError, match="not float64"):
        curve_point(np.zeros((100, 8, 8, 1)), toy_set, toy_extractor)  # type: ignore[arg-type]


def test_a_set_without_an_extractor_has_a_reason_for_every_figure(toy_set: ImageSet) -> None:
    record = unscored("theirs", toy_set.test_images, toy_set, "for faces only")
    assert record.absent == dict.fromkeys(record.figures(), "for faces only")
    assert record.fd is None


def test_an_unknown_extractor_is_named(toy_set: ImageSet) -> None:
    with pytest.raises(UserError, match="unknown extractor 'inceptoin': did you mean inception"):
        load_extractor("inceptoin", toy_set)


def test_a_draw_is_fixed_nested_and_without_repetition() -> None:
    small, large = drawn(1000, 100), drawn(1000, 300)
    assert set(small) < set(large)
    assert len(set(large)) == 300
    np.testing.assert_array_equal(drawn(1000, 1000), np.arange(1000))
    np.testing.assert_array_equal(noise(5, (8, 8, 1)), noise(9, (8, 8, 1))[:5])
