"""Copies of training images by their pixels: no extractor stands between, so none can hide one."""

from __future__ import annotations

import numpy as np

from bench.quality.cache import Arrays
from bench.quality.copies import copies, judged, threshold
from bench.quality.metrics import Evidence, Figures
from bench.quality.pixel_search import PixelIndex

FIELDS = ("copied_pixels", "nearest_pixels")


def measure(evidence: Evidence) -> Figures:
    """The share of copies among 2,000 generated images, and the nearest pairs: half a second among 60,000 of 28x28."""
    some = judged(len(evidence.images))
    test_images, train_images = evidence.test_images, evidence.train_images
    index = PixelIndex(**evidence.once_in_pixels("pixel index", lambda: PixelIndex.of(train_images).arrays()))

    def scale() -> Arrays:
        distances, _ = index.nearest(test_images[judged(len(test_images))], train_images)
        return {"threshold": np.array(threshold(distances))}

    found = evidence.once_in_pixels("copies in pixels", scale)
    distances, indices = index.nearest(evidence.images[some], train_images)
    share, pairs = copies(some, indices, distances, float(found["threshold"]))
    return {"copied_pixels": share, "nearest_pixels": pairs}
