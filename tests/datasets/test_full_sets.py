"""The full sets where they are, and that the bundled ones come from the right splits of them."""

from __future__ import annotations

import numpy as np
import pytest

from bench import datasets
from bench.datasets.bundled import make

pytestmark = pytest.mark.data


def labelled(images, labels):
    return {image.tobytes(): int(label) for image, label in zip(images, labels, strict=True)}


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_a_full_set_loads_as_it_says(full, name):
    images, sizes = full(name), datasets.find(name).sizes
    assert (len(images.train_images), len(images.test_images)) == (sizes.train, sizes.test)
    assert images.image_shape == sizes.image_shape
    assert images.num_classes == 10
    assert images.domain == name


def test_every_mini_digit_is_one_of_mnists_training_set(full):
    mini, mnist = datasets.load("mnist-mini"), full("mnist")
    digits = labelled(mini.train_images, mini.train_labels) | labelled(mini.test_images, mini.test_labels)
    assert len(digits) == 10_000
    assert digits.items() <= labelled(mnist.train_images, mnist.train_labels).items()
    assert digits.keys().isdisjoint(labelled(mnist.test_images, mnist.test_labels))


def test_mini_clothes_come_from_the_split_they_stand_in(full):
    mini, fashion = datasets.load("fashion-mnist-mini"), full("fashion-mnist")
    train = labelled(fashion.train_images, fashion.train_labels)
    test = labelled(fashion.test_images, fashion.test_labels)
    assert labelled(mini.train_images, mini.train_labels).items() <= train.items()
    assert labelled(mini.test_images, mini.test_labels).items() <= test.items()
    assert labelled(mini.train_images, mini.train_labels).keys().isdisjoint(test)


def test_the_script_makes_the_bundled_clothes_again(full):
    mini, again = datasets.load("fashion-mnist-mini"), make.fashion_mnist_mini(full("fashion-mnist"))
    for part, array in again.items():
        np.testing.assert_array_equal(getattr(mini, part), array)
