"""What the tests of scores share: a cache of their own, a small data set, a small extractor."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench.datasets import ImageSet
from bench.quality.features import Features, Images, checked_images, in_batches
from bench.quality.metrics import Evidence


class ToyExtractor:
    """Four features and three logits of an image by fixed random projections; counts the images it saw."""

    name = "toy-00000000"
    title = "FD-toy"
    weights_sha256 = "0" * 64
    dimension = 4
    least_n = 40
    num_classes: int | None = 3
    batch_size = 64
    device = "cpu"

    def __init__(self) -> None:
        self.seen = 0
        self._projection = np.random.default_rng(0).normal(size=(64, 7)).astype(np.float32) / 8

    def __call__(self, images: Images) -> Features:
        return in_batches(checked_images(images, (8, 8, 1)), self, self._forward)

    def _forward(self, images: Images) -> Features:
        self.seen += len(images)
        found = images.reshape(len(images), -1).astype(np.float32) / 255 @ self._projection
        return Features(found[:, :4], found[:, 4:])


def _make_set(train: int = 900, test: int = 700, seed: int = 0, name: str = "toy") -> ImageSet:
    """Images of 8x8 in four classes, brighter by class, under noise."""
    generator = np.random.default_rng(seed)

    def split(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(n, dtype=np.int64) % 4
        bright = generator.integers(0, 64, (n, 8, 8, 1)) + 48 * labels[:, None, None, None]
        return bright.astype(np.uint8), labels

    train_images, train_labels = split(train)
    test_images, test_labels = split(test)
    return ImageSet(
        name=name,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
    )


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is read from, or left in, the user's cache."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def toy_class() -> type[ToyExtractor]:
    """The class of a small extractor, to be made or to be broken."""
    return ToyExtractor


@pytest.fixture
def toy_extractor() -> ToyExtractor:
    """A small extractor that counts the images it saw."""
    return ToyExtractor()


@pytest.fixture
def make_set() -> Callable[..., ImageSet]:
    """A function that makes small image sets: `make_set(train=900, test=700, seed=0)`."""
    return _make_set


@pytest.fixture
def toy_set() -> ImageSet:
    """A small image set."""
    return _make_set()


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Tests run beside one another; figures are compared to the bit."""
    torch.set_num_threads(1)


@pytest.fixture
def full_sets() -> None:
    """Skip where the full data sets are not at hand."""
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("needs the full data sets: set BENCH_DATA")


@pytest.fixture
def make_evidence() -> Callable[..., Evidence]:
    """A function that makes evidence of features and logits drawn at random; what is given replaces its part."""

    def make(n: int = 600, width: int = 4, classes: int = 3, **given: Any) -> Evidence:
        generator = np.random.default_rng(0)

        def seen(count: int) -> Features:
            return Features(
                generator.normal(size=(count, width)).astype(np.float32),
                generator.normal(size=(count, classes)).astype(np.float32),
            )

        def pictures(count: int) -> Images:
            return generator.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)

        train = seen(n + 100)
        parts: dict[str, Any] = {
            "generated": seen(n),
            "reference": seen(n),
            "real": seen(n),
            "noise": seen(n),
            "least_n": 10 * width,
            "no_classes": "it classifies nothing",
            "images": pictures(n),
            "labels": np.arange(n) % classes,
            "reference_labels": np.arange(n) % classes,
            "num_classes": classes,
            "test_images": pictures(n),
            "train_images": pictures(n + 100),
            "train": lambda: train,
            "once": lambda name, compute: compute(),
            "once_in_pixels": lambda name, compute: compute(),
        }
        return Evidence(**parts | given)

    return make
