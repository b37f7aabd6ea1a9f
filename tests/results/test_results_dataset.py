"""What a run remembers of a data set: facts, and a grid of its test images for the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from bench import datasets
from bench.results.dataset import describe, for_grid, write_grid
from bench.training.pictures import tile


def test_the_record_says_what_was_read() -> None:
    images = datasets.load("mnist-mini")
    read = describe(datasets.find("mnist-mini"), images)
    assert (read.train, read.test, read.image_shape, read.classes) == (8_000, 2_000, (28, 28, 1), 10)
    assert read.fingerprint == images.fingerprint
    assert read.grid == f"datasets/{read.fingerprint[:16]}.png"
    assert (read.made, read.near_duplicate_groups, read.skipped) == (None, None, ())


def test_the_grid_shows_the_first_test_images(tmp_path: Path) -> None:
    write_grid(for_grid(datasets.load("mnist-mini")), tmp_path / "a" / "grid.png")
    expected = tile(datasets.load("mnist-mini").test_images[:64])[..., 0]
    assert (np.asarray(Image.open(tmp_path / "a" / "grid.png")) == expected).all()
