"""Features of the images that were seen last are taken once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.quality.features import Features
from bench.quality.last_seen import LastSeen

if TYPE_CHECKING:
    from bench.quality.features import Images


class Counting:
    """Stands for an extractor: one feature, the mean, and how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, images: Images) -> Features:
        self.calls += 1
        return Features(images.mean(axis=(1, 2, 3), dtype=np.float32)[:, np.newaxis], None)


def pictures(seed: int) -> Images:
    return np.random.default_rng(seed).integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)


def test_equal_images_are_seen_once_and_others_anew() -> None:
    last, extractor = LastSeen(), Counting()
    first = last.features(extractor, pictures(0))  # type: ignore[arg-type]
    assert last.features(extractor, pictures(0).copy()) is first  # type: ignore[arg-type]
    assert extractor.calls == 1
    other = last.features(extractor, pictures(1))  # type: ignore[arg-type]
    assert extractor.calls == 2
    np.testing.assert_array_equal(other.features, Counting()(pictures(1)).features)


def test_another_shape_of_the_same_bytes_or_another_extractor_is_another_question() -> None:
    last, extractor = LastSeen(), Counting()
    last.features(extractor, pictures(0))  # type: ignore[arg-type]
    found = last.features(extractor, pictures(0).reshape(2, 16, 8, 1))  # type: ignore[arg-type]
    assert len(found) == 2
    last.features(other := Counting(), pictures(0).reshape(2, 16, 8, 1))  # type: ignore[arg-type]
    assert (extractor.calls, other.calls) == (2, 1)
