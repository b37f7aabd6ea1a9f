"""Somebody's images, made what the evaluator scores: uint8 [N, H, W, C] of the reference's shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets import ImageSet
from bench.datasets.folders.decode import MADE
from bench.datasets.folders.prepare import decoded
from bench.datasets.folders.progress import bar
from bench.datasets.folders.scan import scan, shown
from bench.datasets.npz_file import opened
from bench.datasets.npz_source import class_numbers, picture_shape, side_of
from bench.datasets.preparation import Skipped
from bench.errors import UserError
from bench.quality.ladder import SEED, drawn

Choose = Callable[[int], int]
"""From how many images there are to how many are scored."""


@dataclass(frozen=True)
class Sample:
    """Images to score."""

    images: NDArray[np.uint8]
    """uint8 [N, H, W, C]."""
    labels: NDArray[np.int64] | None
    """int64 [N]: the class that each was made as; None where nobody said."""
    found: int
    """How many there were to draw from."""
    made: str
    """How files became images, in words."""
    skipped: tuple[Skipped, ...] = ()
    """Files that were no pictures."""


def read_sample(path: Path, against: ImageSet, choose: Choose, *, first: bool = False) -> Sample:
    """The images in a folder of pictures or an .npz file, as many as `choose` says, drawn by a fixed seed.

    With `first` those of a file are its first ones, as in the score of a trial, whose samples have no order. Pictures
    are prepared as those of `folder:` data sets are, to the shape of the reference; arrays must have it. Raises
    `UserError` for anything else, and where there is no image at all.
    """
    if path.is_dir():
        return _pictures(path.resolve(), against, choose)
    return _array(path, against, choose, first)


def _pictures(folder: Path, against: ImageSet, choose: Choose) -> Sample:
    height, width, channels = against.image_shape
    if height != width:
        raise UserError(
            f"pictures are made square, and those of '{against.name}' are {height}x{width}: score an .npz file instead"
        )
    scanned = scan(folder)
    files = scanned.files
    wanted = choose(len(files))
    # In an order that says nothing of what is on them, until there are enough: a bad file makes room for another.
    order = np.random.Generator(np.random.Philox(SEED)).permutation(len(files))
    pictures: dict[int, NDArray[np.uint8]] = {}
    skipped = list(scanned.skipped)
    with bar("preparing", wanted) as advance:
        for place, picture in zip(order, decoded([files[i] for i in order], height, channels), strict=False):
            if isinstance(picture.pixels, Skipped):
                skipped.append(picture.pixels)
                continue
            pictures[int(place)] = picture.pixels
            advance(1)
            if len(pictures) == wanted:
                break
    if not pictures:
        first = f".\nLeft out: {'; '.join(map(str, sorted(skipped)[:5]))}" if skipped else ""
        raise UserError(f"{folder} has no picture that can be scored{first}")
    images = np.stack([pictures[place] for place in sorted(pictures)])
    return Sample(images, None, len(files) - len(skipped) + len(scanned.skipped), MADE, tuple(sorted(skipped)))


def _array(path: Path, against: ImageSet, choose: Choose, first: bool) -> Sample:
    file = shown(str(path))
    with opened(path, others=True) as arrays:
        images, labels = side_of(file, arrays, "")
        shape, count = picture_shape(images), images.shape[0]
        if shape != against.image_shape:
            raise UserError(
                f"{file}: its images are {_by(shape)}, and those of '{against.name}' are "
                f"{_by(against.image_shape)}: make them alike, or score a folder of pictures, which are scaled"
            )
        chosen = np.arange(choose(count)) if first else drawn(count, choose(count))
        wanted = set(chosen.tolist())
        taken = np.stack([row.reshape(shape) for place, row in enumerate(images.rows()) if place in wanted])
        classes = None if labels is None else class_numbers(file, labels, max(count, against.num_classes))
    return Sample(taken, None if classes is None else classes[chosen], count, "as in the file")


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
