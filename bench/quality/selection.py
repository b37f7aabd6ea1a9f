"""Which images an extractor may learn from: the train split, less what another set holds out of it."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.quality.features import Images

HELD_OUT = {"mnist": "mnist-mini"}
"""Domain to the set whose images are kept out of training: mnist-mini comes from MNIST's train split."""


def training_images(images: ImageSet) -> tuple[Images, NDArray[np.int64]]:
    """The images uint8 [N, H, W, C] and labels int64 [N] that the extractor of a data set is trained on.

    A set without labels is a UserError.
    """
    if images.train_labels is None:
        raise UserError(f"'{images.name}' has no labels: a domain extractor is a classifier and needs them.")
    held_out = held_out_of(images)
    if held_out is None:
        return images.train_images, images.train_labels
    keep = ~occurs_in(images.train_images, load(held_out).train_images, load(held_out).test_images)
    return images.train_images[keep], images.train_labels[keep]


def held_out_of(images: ImageSet) -> str | None:
    """The name of the data set whose images its extractor must not see, or None."""
    return HELD_OUT.get(images.domain) if images.domain else None


def occurs_in(images: Images, *others: Images) -> NDArray[np.bool_]:
    """Whether each of N images is, byte for byte, one of the others: bool [N]."""
    known = {image.tobytes() for other in others for image in other}
    return np.array([image.tobytes() in known for image in images], dtype=np.bool_)


def images_sha256(images: Images) -> str:
    """The sha256, in hex, of the bytes of the images in their order."""
    return hashlib.sha256(np.ascontiguousarray(images).data).hexdigest()
