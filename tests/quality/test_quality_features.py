"""Nothing wrong gets into an extractor, and nothing that is not finite comes out of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.errors import UserError
from bench.quality.features import Features, Images

GOOD = np.zeros((5, 8, 8, 1), np.uint8)


def test_shape_and_type_of_what_comes_out(toy_extractor: Any) -> None:
    found = toy_extractor(np.zeros((130, 8, 8, 1), np.uint8))  # Three batches, the last of two images.
    assert found.features.shape == (130, 4)
    assert found.logits is not None
    assert found.logits.shape == (130, 3)
    assert len(found) == 130


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (GOOD.astype(np.float32), "uint8 from 0 to 255, not float32"),
        (GOOD.astype(np.int64), "not int64"),
        (GOOD[..., 0], r"\[N, H, W, C\]"),
        (GOOD.transpose(0, 3, 1, 2), "1 or 3 channels"),
        (GOOD[:0], r"not \[0, 8, 8, 1\]"),
        (np.zeros((5, 28, 28, 1), np.uint8), "must be 8x8x1 .*, not 28x28x1"),
    ],
)
def test_wrong_images_are_refused(toy_extractor: Any, images: np.ndarray, message: str) -> None:
    with pytest.raises(UserError, match=message):
        toy_extractor(images)


def test_a_feature_that_is_not_finite_stops_everything(toy_class: Any) -> None:
    class Broken(toy_class):
        def _forward(self, images: Images) -> Features:
            found: Features = super()._forward(images)
            found.features[3, 0] = np.nan
            return found

    with pytest.raises(FloatingPointError, match="the features of 1 of 5 images are not finite"):
        Broken()(GOOD)


def test_features_of_the_wrong_length_are_refused(toy_class: Any) -> None:
    class Short(toy_class):
        dimension = 5

    with pytest.raises(ValueError, match=r"features are float32 \[5, 4\], not float32 \[5, 5\]"):
        Short()(GOOD)


def test_logits_come_exactly_where_there_are_classes(toy_class: Any) -> None:
    class Classless(toy_class):
        num_classes = None

    with pytest.raises(ValueError, match="logits come exactly where there are classes"):
        Classless()(GOOD)
