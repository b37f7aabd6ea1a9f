"""An image set is right by construction, and its fingerprint tells data apart and nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bench.datasets import ImageSet
from bench.errors import UserError


def make(**changes):
    fields = {
        "name": "some",
        "train_images": np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5, 1),
        "train_labels": np.array([0, 1, 1]),
        "test_images": np.zeros((2, 4, 5, 1), np.uint8),
        "test_labels": np.array([1, 2]),
    }
    return ImageSet(**(fields | changes))


def test_shape_and_classes():
    images = make()
    assert images.image_shape == (4, 5, 1)
    assert images.num_classes == 3
    assert make(class_names=("a", "b", "c", "d")).num_classes == 4
    assert make(train_labels=None, test_labels=None).num_classes == 0


def test_fields_cannot_be_replaced():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make().name = "other"


def test_fingerprint_depends_on_the_data_alone():
    fingerprint = make().fingerprint
    assert fingerprint == make().fingerprint
    assert fingerprint == make(name="other", domain="mnist", class_names=("a", "b", "c")).fingerprint
    assert len(fingerprint) == 64
    assert int(fingerprint, 16)


def test_fingerprint_does_not_depend_on_the_layout_in_memory():
    images = make().train_images
    strided = np.asfortranarray(images)
    assert not strided.flags["C_CONTIGUOUS"]
    assert make(train_images=strided).fingerprint == make().fingerprint


def test_fingerprint_is_the_same_on_every_machine():
    # Written down once: a change here makes every stored result look like one of other data.
    assert make().fingerprint == "27cf29c0dc79e2697cdaec3d779da81bdbe4acc28848295f6887658ee450eb6e"


@pytest.mark.parametrize(
    "changes",
    [
        {"train_images": make().train_images[::-1]},
        {"train_images": np.zeros((3, 4, 5, 1), np.uint8)},
        {"train_labels": np.array([0, 1, 2])},
        {"test_images": np.ones((2, 4, 5, 1), np.uint8)},
        {"test_labels": np.array([2, 1])},
        {"train_labels": None, "test_labels": None},
        {
            "train_images": make().train_images.reshape(3, 5, 4, 1),
            "test_images": np.zeros((2, 5, 4, 1), np.uint8),
        },
    ],
)
def test_fingerprint_sees_every_change(changes):
    assert make(**changes).fingerprint != make().fingerprint


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"train_images": [[1]]}, "train_images must be a uint8 array [N, H, W, C], not list"),
        ({"train_images": np.zeros((3, 4, 5, 1), np.float32)}, "not float32 [3, 4, 5, 1]"),
        ({"test_images": np.zeros((2, 4, 5), np.uint8)}, "test_images must be a uint8 array [N, H, W, C]"),
        ({"train_images": np.zeros((3, 4, 5, 4), np.uint8)}, "1 channel (grey) or 3 (RGB), not 4"),
        ({"test_images": np.zeros((0, 4, 5, 1), np.uint8)}, "test_images is empty"),
        ({"test_images": np.zeros((2, 5, 5, 1), np.uint8)}, "one shape, not (4, 5, 1) and (5, 5, 1)"),
        ({"train_labels": None}, "either both splits have labels or neither"),
        ({"train_labels": None, "test_labels": None, "class_names": ("a",)}, "class_names without labels"),
        (
            {"train_labels": np.array([0, 1, 1], np.uint8)},
            "train_labels must be an int64 array [N], not uint8 [3]",
        ),
        ({"train_labels": np.array([[0], [1], [1]])}, "must be an int64 array [N], not int64 [3, 1]"),
        ({"test_labels": np.array([1])}, "test_labels has 1 labels for 2 images"),
        ({"test_labels": np.array([1, -1])}, "test_labels must start from 0, but one is -1"),
        ({"class_names": ("a", "b")}, "test_labels has a label 2, but there are 2 class names"),
    ],
)
def test_a_broken_set_is_refused_by_name(changes, reason):
    with pytest.raises(UserError) as caught:
        make(**changes)
    assert str(caught.value).startswith("data set 'some': ")
    assert reason in str(caught.value)
