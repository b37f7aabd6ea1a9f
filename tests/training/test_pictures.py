"""Grids and samples on disk."""

import numpy as np
import pytest
from PIL import Image

from bench.training.pictures import tile, write_png, write_samples


def test_a_grid_puts_each_picture_in_its_place():
    images = np.stack([np.full((4, 6, 1), level, np.uint8) for level in (10, 20, 30)])
    grid = tile(images, columns=2, gap=1)
    assert grid.shape == (11, 15, 1)
    assert grid[1, 1] == 10
    assert grid[4, 13] == 20
    assert grid[6, 1] == 30
    assert (grid[0] == 255).all()
    assert grid[6, 8] == 255  # nobody there


@pytest.mark.parametrize("quickly", [False, True])
def test_grey_and_colour_survive_the_png(tmp_path, quickly):
    for channels in (1, 3):
        picture = np.arange(5 * 4 * channels, dtype=np.uint8).reshape(5, 4, channels)
        write_png(tmp_path / "grid.png", picture, quickly=quickly)
        with Image.open(tmp_path / "grid.png") as image:
            read = np.asarray(image).reshape(picture.shape)
        np.testing.assert_array_equal(read, picture)


def test_samples_survive_the_npz(tmp_path):
    images = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3, 1)
    write_samples(tmp_path / "a" / "samples.npz", images)
    with np.load(tmp_path / "a" / "samples.npz", allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["images"], images)
