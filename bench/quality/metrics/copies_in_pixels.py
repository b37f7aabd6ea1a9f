"""Copies of training images by their pixels: no extractor stands between, so none can hide one."""

from __future__ import annotations

from bench.quality.cache import Arrays
from bench.quality.copies import copies, judged, scale
from bench.quality.metrics import Evidence, Figures
from bench.quality.pixel_search import PixelIndex

FIELDS = ("copied_pixels", "copied_pixels_real", "nearest_pixels")


def measure(evidence: Evidence) -> Figures:
    """The share of copies among 2,000 generated images, that of as many test images, and the nearest pairs.

    A fifth of a second among 60,000 of 28x28, once these are indexed. These distances are exact: the threshold allows
    nothing for rounding.
    """
    some = judged(len(evidence.images))
    test_images, train_images = evidence.test_images, evidence.train_images
    index = PixelIndex(**evidence.once_in_pixels("pixel index", lambda: PixelIndex.of(train_images).arrays()))

    def real() -> Arrays:
        distances, _ = index.nearest(test_images[judged(len(test_images))], train_images)
        return scale(distances)

    found = evidence.once_in_pixels("copies in pixels", real)
    distances, indices = index.nearest(evidence.images[some], train_images)
    share, pairs = copies(some, indices, distances, float(found["threshold"]))
    return {"copied_pixels": share, "copied_pixels_real": float(found["real"]), "nearest_pixels": pairs}
