"""Which images an extractor may learn from: the train split, less what another set holds out of it. No framework."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.models.geometry import check_image_shape
from bench.quality.features import Images

HELD_OUT = {"mnist": "mnist-mini"}
"""Domain to the set whose images are kept out of training: mnist-mini comes from MNIST's train split."""

FEWEST_OF_A_CLASS = 10
"""Training images of each class without which nothing is learnt of it."""


def checked_labels(images: ImageSet) -> NDArray[np.int64]:
    """The training labels of a set that a classifier can be made of; `UserError` says what another one lacks."""
    if images.train_labels is None:
        raise UserError(
            f"'{images.name}' has no labels, and a domain extractor is a classifier: put the pictures into one "
            "subfolder a class, or score them by random features."
        )
    if images.num_classes < 2:
        raise UserError(f"'{images.name}' has one class, and a classifier needs two at least.")
    check_image_shape(images.image_shape)
    counts = np.bincount(images.train_labels, minlength=images.num_classes)
    least = int(counts.argmin())
    if counts[least] < FEWEST_OF_A_CLASS:
        name = images.class_names[least] if images.class_names else str(least)
        raise UserError(
            f"'{images.name}' has {counts[least]} training images of class '{name}', and {FEWEST_OF_A_CLASS} of each "
            "are needed: add some, or choose other classes with NAME[classes=...]."
        )
    return images.train_labels


def training_images(images: ImageSet) -> tuple[Images, NDArray[np.int64]]:
    """The images uint8 [N, H, W, C] and labels int64 [N] that the extractor of a data set is trained on.

    A set that no classifier can be made of is a UserError.
    """
    labels = checked_labels(images)
    held_out = held_out_of(images)
    if held_out is None:
        return images.train_images, labels
    keep = ~occurs_in(images.train_images, load(held_out).train_images, load(held_out).test_images)
    return images.train_images[keep], labels[keep]


def held_out_of(images: ImageSet) -> str | None:
    """The name of the data set whose images its extractor must not see, or None."""
    return HELD_OUT.get(images.domain) if images.domain else None


def occurs_in(images: Images, *others: Images) -> NDArray[np.bool_]:
    """Whether each of N images is, byte for byte, one of the others: bool [N]."""
    # Hashes, because the bytes of all the test images at once may be more than there is memory for.
    known = {_digest(image) for other in others for image in other}
    return np.array([_digest(image) in known for image in images], dtype=np.bool_)


def _digest(image: Images) -> bytes:
    return hashlib.sha256(image.tobytes()).digest()


def images_sha256(images: Images) -> str:
    """The sha256, in hex, of the bytes of the images in their order."""
    return hashlib.sha256(np.ascontiguousarray(images).data).hexdigest()
