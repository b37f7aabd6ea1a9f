"""The ladder on the clothes, all of it through `score`: what each figure sees, and what it does not."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from bench.datasets import load
from bench.quality.extractors import load_extractor
from bench.quality.ladder import ladder
from bench.quality.record import Quality
from bench.quality.score import score

REPEATED = ("100 images repeated", "10 images repeated")
COLUMNS = (
    *("fd", "fd_infinity", "is", "kid", "precision", "recall", "density", "coverage"),
    *("copied", "copied_pixels", "ambiguous"),
)

pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def rungs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Quality]:
    """The scores of 10,000 images a rung, against 10,000 test images."""
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("needs the full data sets: set BENCH_DATA")
    cache: Path = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(cache))
        images = load("fashion-mnist")
        assert images.train_labels is not None
        extractor = load_extractor("domain", images)
        made = ladder(images.train_images, images.train_labels, 10_000)
        scores = {name: score(make(), images, extractor) for name, make in made.items()}
    for name, found in scores.items():
        written = found.model_dump(by_alias=True)
        row = " ".join(f"{column} {written[column]:.4g}" for column in COLUMNS if written[column] is not None)
        print(f"{name}: {row}, interval {found.fd_interval}")
    return scores


def ordered(rungs: dict[str, Quality], figure: str) -> list[str]:
    """The rungs from the smallest figure to the largest."""
    return sorted(rungs, key=lambda name: getattr(rungs[name], figure))


def test_the_distance_puts_every_fault_into_its_place(rungs: dict[str, Quality]) -> None:
    assert ordered(rungs, "fd") == [
        "real",
        "100 images repeated",
        "binarised",
        "blurred",
        "10 images repeated",
        "half of the classes",
        "noise",
    ]
    assert ordered(rungs, "fd_infinity") == ordered(rungs, "fd")


def test_real_images_are_near_real_images(rungs: dict[str, Quality]) -> None:
    real = rungs["real"]
    assert real.fd == real.floor
    assert real.fd is not None
    assert 0 < real.fd <= 1.0
    assert real.fd_infinity is not None
    assert abs(real.fd_infinity) < 0.2 * real.fd  # Most of the floor is the bias of N.
    assert rungs["noise"].fd == rungs["noise"].ceiling
    for name in ("precision", "recall", "density", "coverage"):
        assert getattr(real, name) == getattr(real, f"{name}_real") > 0.8


def test_the_interval_is_about_the_distance_and_tells_the_rungs_apart(rungs: dict[str, Quality]) -> None:
    intervals = [rungs[name].fd_interval for name in ordered(rungs, "fd")]
    for name, found in rungs.items():
        assert found.fd is not None, name
        assert found.fd_interval is not None
        assert found.fd_interval[0] < found.fd < found.fd_interval[1]
    for nearer, farther in pairwise(intervals):
        assert nearer is not None
        assert farther is not None
        assert nearer[1] < farther[0]


def test_ten_memorised_pictures_beat_real_data_in_the_inception_score(rungs: dict[str, Quality]) -> None:
    memorised = rungs["10 images repeated"]
    assert memorised.inception_score is not None
    assert memorised.is_real is not None
    assert memorised.inception_score > memorised.is_real
    assert ordered(rungs, "inception_score")[-1] == "10 images repeated"
    # And in precision and density they pass for real.
    assert memorised.precision is not None
    assert memorised.precision > 0.7
    assert memorised.density is not None
    assert memorised.density > 0.5


def test_recall_coverage_and_copies_see_what_is_memorised(rungs: dict[str, Quality]) -> None:
    for name in REPEATED:
        found = rungs[name]
        assert found.recall == 0
        assert found.coverage is not None
        assert found.coverage <= 0.12
        assert (found.copied, found.copied_pixels) == (1, 1)
        assert found.nearest is not None
        assert found.nearest[0].distance == 0
    few = rungs["10 images repeated"].coverage
    assert few is not None
    assert few <= 0.02
    # Changed pixels are no copies in features, even where the pictures come from the training set.
    for name in ("binarised", "blurred", "noise"):
        copied = rungs[name].copied
        assert copied is not None
        assert copied <= 0.01


def test_coverage_by_class_names_the_missing_half(rungs: dict[str, Quality]) -> None:
    by_class = rungs["half of the classes"].coverage_by_class
    assert by_class is not None
    shown, missing = by_class[:5], by_class[5:]
    assert min(share for share in shown if share is not None) > 0.9
    # Shirts, class 6, look like the tops and coats among the first five.
    assert max(share for share in (missing[0], *missing[2:]) if share is not None) < 0.1
    recall = rungs["half of the classes"].recall
    assert recall is not None
    assert 0.3 < recall < 0.7


def test_blur_leaves_images_between_classes(rungs: dict[str, Quality]) -> None:
    assert rungs["blurred"].ambiguous is not None
    assert rungs["real"].ambiguous is not None
    assert rungs["blurred"].ambiguous > 2 * rungs["real"].ambiguous
    assert rungs["10 images repeated"].ambiguous == 0
    assert rungs["real"].ambiguous == rungs["real"].ambiguous_real
