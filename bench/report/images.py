"""Pictures as data URIs, small enough that a page of hundreds of trials can still be mailed."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from bench.errors import UserError
from bench.training.pictures import GRID_SIDE, tile

FINAL_PIXELS = 272
"""Longest side of a final grid; larger ones are reduced."""
FILM_PIXELS = 136
"""Longest side of a picture of a film: the upper left quarter of a grid."""


class MissingPictureError(Exception):
    """A picture that cannot be shown; its text says why."""


def grid(folder: Path, name: str, *, quarter: bool = False) -> str:
    """The data URI of a trial's grid; `quarter` keeps only the upper left half of its rows and columns.

    `folder` is the trial's, `name` the path inside it; without such a picture a `MissingPictureError`.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise MissingPictureError("its path leads out of the trial's folder")
    with _readable(name), Image.open(path) as picture:
        if not quarter:
            return data_uri(picture, FINAL_PIXELS)
        return data_uri(picture.crop((0, 0, _half(picture.width), _half(picture.height))), FILM_PIXELS)


@functools.lru_cache(maxsize=64)
def real_grid(dataset: str) -> str:
    """The data URI of a grid of the data set's first test images.

    Raises `MissingPictureError` where the data set cannot be loaded. Cached: the page is built
    again after every cell of a run, and reading a full set takes a while.
    """
    from bench.datasets import load

    try:
        images = np.asarray(load(dataset).test_images[: GRID_SIDE**2])
    except (UserError, OSError) as error:
        raise MissingPictureError(f"the data set cannot be loaded here: {error}") from None
    pixels = tile(images)
    return data_uri(Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels), FINAL_PIXELS)


def data_uri(picture: Image.Image, longest: int) -> str:
    """A picture as PNG in a data URI, reduced until its longer side is at most `longest` pixels."""
    small = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if max(small.size) > longest:
        small = small.copy()
        small.thumbnail((longest, longest))
    buffer = io.BytesIO()
    small.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _half(length: int) -> int:
    """Pixels of the first half of a grid's pictures, with the gaps around them; `length` is that of the grid."""
    gap = len(tile(np.zeros((1, 1, 1, 1), np.uint8), columns=1)) // 2  # one pixel, and a gap on either side
    pitch = (length - gap) // GRID_SIDE
    return GRID_SIDE // 2 * pitch + gap


@contextmanager
def _readable(name: str) -> Iterator[None]:
    # Pillow reports a damaged file by any of these, by where in the file the damage is.
    try:
        yield
    except FileNotFoundError:
        raise MissingPictureError(f"{name} is not in the trial's folder") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise MissingPictureError(f"{name} cannot be read: {error}") from None
