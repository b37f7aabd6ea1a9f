"""The latent plane is TensorFlow's, and walks begin where the trial's own grid does."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bench.training.latent_pictures import interpolation, plane, write_latent_pictures
from bench.training.streams import Streams


class Echo:
    """Draws pictures of 3 x 2 pixels whose first two are the first two latent numbers, the third the class."""

    def __init__(self):
        self.asked = []

    def sample(self, noise, labels=None):
        self.asked.append((noise, labels))
        pictures = np.zeros((len(noise), 3, 2, 1), np.uint8)
        pictures[:, 0, :2, 0] = np.clip(128 + 40 * noise[:, :2], 0, 255).round()
        pictures[:, 1, 0, 0] = 0 if labels is None else labels
        return pictures


@pytest.fixture
def model():
    return Echo()


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_the_plane_goes_from_five_to_ninety_five_per_cent_as_in_the_tutorial():
    points = plane().reshape(20, 20, 2)
    np.testing.assert_allclose(points[0, 0], [-1.6448536, -1.6448536])
    np.testing.assert_allclose(points[-1, -1], [1.6448536, 1.6448536])
    # The first number along a row, the second from row to row, each the same everywhere.
    np.testing.assert_array_equal(points[..., 0], np.tile(points[0, :, 0], (20, 1)))
    np.testing.assert_array_equal(points[..., 1], points[..., 0].T)
    # Quantiles: the steps are those of the distribution, not of the number.
    from scipy.stats import norm

    np.testing.assert_allclose(norm.cdf(points[0, :, 0]), np.linspace(0.05, 0.95, 20))


def test_two_numbers_have_a_plane_without_gaps(model, tmp_path):
    write_latent_pictures(tmp_path, model, 0, 2, np.float32, 0)
    shown = pixels(tmp_path / "plane.png")
    assert shown.shape == (20 * 3, 20 * 2)
    expected = np.clip(128 + 40 * plane().reshape(20, 20, 2), 0, 255).round()
    np.testing.assert_array_equal(shown[::3, ::2], expected[..., 0])
    np.testing.assert_array_equal(shown[::3, 1::2], expected[..., 1])
    assert model.asked[0][0].dtype == np.float32


@pytest.mark.parametrize(("latent", "classes"), [(3, 0), (2, 5)], ids=["three numbers", "asked for classes"])
def test_what_has_no_one_plane_has_none(model, tmp_path, latent, classes):
    write_latent_pictures(tmp_path, model, 0, latent, np.float32, classes)
    assert [path.name for path in tmp_path.iterdir()] == ["interpolation.png"]


def test_rows_are_walks_and_columns_frames(model, tmp_path):
    write_latent_pictures(tmp_path, model, 0, 64, np.float32, 0)
    shown = pixels(tmp_path / "interpolation.png")
    assert shown.shape == (4 * (3 + 1) + 1, 32 * (2 + 1) + 1)
    frames = interpolation(model, 0, 64, np.float32, 0)
    assert frames.shape == (32, 4, 3, 2, 1)
    np.testing.assert_array_equal(shown[1 + 2 * 4 : 4 + 2 * 4, 1 + 5 * 3 : 3 + 5 * 3], frames[5, 2, ..., 0])


def test_walks_begin_with_the_pictures_of_the_grid_and_meet_a_stop_every_eight_frames(model):
    frames = interpolation(model, 7, 64, np.float32, 0)
    stops = model.sample(Streams(7, 1, 1, {}, np.float32).latent(16, 64)).reshape(4, 4, 3, 2, 1)
    np.testing.assert_array_equal(frames[::8], stops)


@pytest.mark.parametrize(("classes", "walks"), [(2, 2), (10, 10), (25, 10)])
def test_each_class_has_a_walk_up_to_ten(model, classes, walks):
    frames = interpolation(model, 0, 2, np.float64, classes)
    assert frames.shape[:2] == (32, walks)
    np.testing.assert_array_equal(frames[:, :, 1, 0, 0], np.tile(np.arange(walks), (32, 1)))
    assert len(model.asked) == 1
