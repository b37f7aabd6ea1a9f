"""Walks between test pictures: which pictures, which points, and what is left for the evaluator."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bench import datasets
from bench.datasets import ImageSet
from bench.models import choose
from bench.training.walks import ANYWHERE, PAIRS, POINTS, ROUTES, SHOWN, ends, route_of, straight, take_walks, why_none

CLOTHES = "fashion-mnist-mini"


def picture_set(classes=4, count=40, **changes):
    labels = np.arange(count, dtype=np.int64) % classes
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
    arrays = {"train_images": images, "train_labels": labels, "test_images": images, "test_labels": labels}
    return ImageSet(**{"name": "toy", **arrays, **changes})


class Halves:
    """An autoencoder whose latent vector is a picture's first two pixels, and whose picture is of one grey."""

    def encode(self, images):
        mean = images.reshape(len(images), -1)[:, :2].astype(np.float32)
        return mean, np.zeros_like(mean)

    def sample(self, noise, labels=None):
        return np.broadcast_to(noise[:, :1, None, None].round().astype(np.uint8), (len(noise), 8, 8, 1)).copy()


def test_clothes_are_walked_as_the_seed_tells_it():
    images = datasets.load(CLOTHES)
    assert route_of(images) == ROUTES["fashion-mnist"]
    starts, stops = ends(images, seed=0)
    names = np.array(images.class_names)
    assert set(names[images.test_labels[starts]]) == {"Sandal", "Sneaker", "Ankle boot"}
    assert set(names[images.test_labels[stops]]) == {"Trouser"}
    assert len(starts) == len(stops) == PAIRS


@pytest.mark.parametrize(
    ("name", "route"),
    [
        (f"{CLOTHES}[classes=Sneaker,Trouser,Pullover]", ROUTES["fashion-mnist"]),
        (f"{CLOTHES}[classes=Sneaker,Trouser,Bag]", ANYWHERE),
        (f"{CLOTHES}[classes=Bag,Trouser,Pullover]", ANYWHERE),
        ("mnist-mini", ANYWHERE),
    ],
)
def test_some_classes_are_walked_so_only_where_they_have_all_that_it_takes(name, route):
    assert route_of(datasets.load(name)) == route


def test_elsewhere_both_ends_are_of_any_two_classes():
    images = picture_set()
    starts, stops = ends(images, seed=3)
    pairs = np.stack([images.test_labels[starts], images.test_labels[stops]])
    assert (pairs[0] != pairs[1]).all()
    assert len({tuple(pair) for pair in pairs.T}) > 8  # of 12 that there are


def test_the_ends_are_those_of_the_seed_whatever_is_trained():
    images = picture_set()
    for again, other in zip(ends(images, seed=1), ends(images, seed=1), strict=True):
        np.testing.assert_array_equal(again, other)
    assert not np.array_equal(ends(images, seed=1)[0], ends(images, seed=2)[0])


def test_a_walk_is_straight_even_and_exact_at_both_ends():
    rng = np.random.default_rng(0)
    first, last = rng.normal(size=(2, 5, 3)).astype(np.float32)
    line = straight(first, last, points=4)
    assert line.shape == (5, 4, 3)
    assert line.dtype == np.float32
    np.testing.assert_array_equal(line[:, 0], first)
    np.testing.assert_array_equal(line[:, -1], last)
    np.testing.assert_allclose(line[:, 1], first + (last - first) / 3, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "changes", "reason"),
    [
        ("cvae", {}, None),
        ("gan", {}, "only autoencoders"),
        ("cond_vae", {}, "it is told the class"),
        ("cvae", {"train_labels": None, "test_labels": None}, "the data set has no labels"),
        ("cvae", {"train_labels": np.arange(40) % 2, "test_labels": np.arange(40) % 2}, "too few classes"),
        ("cvae", {"test_labels": np.zeros(40, np.int64)}, "too few classes"),
    ],
)
def test_what_cannot_be_walked_has_a_reason(model, changes, reason):
    found = why_none(choose(model).description, picture_set(**changes))
    assert found is None if reason is None else reason in found


def test_the_pictures_on_the_way_are_left_for_the_evaluator_and_some_for_people(tmp_path):
    images = picture_set()
    name = take_walks(Halves(), images, 5, tmp_path)
    with np.load(tmp_path / name, allow_pickle=False) as stored:
        walks, starts, stops = stored["images"], stored["starts"], stored["ends"]
        assert int(stored["seed"]) == 5
    assert walks.shape == (PAIRS, POINTS, 8, 8, 1)
    # Between the posterior means: at its ends each walk shows what its two pictures are decoded to.
    for place, which in ((0, starts), (-1, stops)):
        np.testing.assert_array_equal(walks[:, place, 0, 0, 0], images.test_images[which, 0, 0, 0])
    assert (np.diff(walks[..., 0, 0, 0].astype(int), n=2) <= 1).all()
    with Image.open(tmp_path / "walks.png") as picture:
        assert picture.size == ((POINTS + 2) * 9 + 1, SHOWN * 9 + 1)
        drawn = np.asarray(picture)
    np.testing.assert_array_equal(drawn[1:9, 1:9], images.test_images[starts[0], ..., 0])
    np.testing.assert_array_equal(drawn[1:9, -9:-1], images.test_images[stops[0], ..., 0])
