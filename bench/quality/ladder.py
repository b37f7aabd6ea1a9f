"""Images whose fault is known: the scale on which a score is read, and the test of an extractor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.quality.features import Images

SEED = 0


def noise(n: int, image_shape: tuple[int, int, int]) -> Images:
    """Uniform noise as images uint8 [n, H, W, C], the same for the same arguments; fewer are a prefix."""
    generator = np.random.Generator(np.random.Philox(SEED))
    return generator.integers(0, 256, (n, *image_shape), dtype=np.uint8)


def drawn(count: int, n: int) -> NDArray[np.int64]:
    """Indices of n of `count` images, in ascending order, drawn without replacement by a fixed seed.

    Of all images it is all of them. Drawn, because data sets are not in random order: 2,000 real MNIST digits
    score 0.90 against the first 2,000 of the test split and 0.28 against 2,000 drawn from it.
    """
    order = np.random.Generator(np.random.Philox(SEED)).permutation(count)
    return np.sort(order[:n])


def binarised(images: Images) -> Images:
    """Every pixel black or white, whichever is nearer."""
    return np.where(images >= 128, 255, 0).astype(np.uint8)


def blurred(images: Images) -> Images:
    """The mean of each pixel's 3x3 neighbourhood: about as a variational autoencoder blurs."""
    height, width = images.shape[1:3]
    padded = np.pad(images.astype(np.uint16), ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    total = np.zeros(images.shape, np.uint16)
    for top in range(3):
        for left in range(3):
            total += padded[:, top : top + height, left : left + width]
    return np.rint(total / 9).astype(np.uint8)


def memorised(images: Images, labels: NDArray[np.int64], distinct: int) -> Images:
    """As many images, but only `distinct` of them over and over, the classes in turn."""
    # A stable sort by the occurrence of each label within its class deals the classes out one by one.
    turn = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        turn[members] = np.arange(len(members))
    chosen = np.lexsort((labels, turn))[:distinct]
    return images[np.resize(chosen, len(images))]


def ladder(images: Images, labels: NDArray[np.int64], n: int) -> dict[str, Callable[[], Images]]:
    """The rungs: n images each, made from real training images [N, H, W, C] when they are called for.

    Where half of the classes have fewer than n images, that rung repeats some.
    """
    some = drawn(len(images), n)
    real, real_labels = images[some], labels[some]
    half = np.flatnonzero(labels <= labels.max() // 2)
    return {
        "real": lambda: real,
        "100 images repeated": lambda: memorised(real, real_labels, 100),
        "binarised": lambda: binarised(real),
        "blurred": lambda: blurred(real),
        "10 images repeated": lambda: memorised(real, real_labels, 10),
        "half of the classes": lambda: images[np.resize(half[drawn(len(half), n)], n)],
        "noise": lambda: noise(n, (images.shape[1], images.shape[2], images.shape[3])),
    }
