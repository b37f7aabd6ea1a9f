"""Pictures as data URIs, small enough that a page of hundreds of trials can still be mailed."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from bench.training.pictures import GRID_SIDE, tile

PICTURE_PIXELS = 34
"""Longest side that each picture of a grid may have; larger ones are reduced."""
FILM_ROWS = GRID_SIDE // 2
"""Rows of a grid that a film shows."""
FEW_COLOURS = 64
"""Colours of a picture where a page would be too heavy."""
MOST_CLASSES = 16
"""Columns of a grid by classes that are shown."""


class MissingPictureError(Exception):
    """A picture that cannot be shown; its text says why."""


def grid(folder: Path, name: str, *, classes: int = 0, film: bool = False) -> str:
    """The data URI of a trial's grid of `GRID_SIDE` rows, cut to what the page shows of it.

    `folder` is the trial's, `name` the path inside it; without such a picture a `MissingPictureError`. A grid has
    `GRID_SIDE` columns, or one for each of its `classes`. A `film` shows the upper left quarter, but every class.
    """
    columns = classes or GRID_SIDE
    rows_kept = FILM_ROWS if film else GRID_SIDE
    columns_kept = min(classes, MOST_CLASSES) or rows_kept
    with opened(folder, name) as picture:
        size = _kept(picture.width, columns, columns_kept), _kept(picture.height, GRID_SIDE, rows_kept)
        return data_uri(picture.crop((0, 0, *size)), PICTURE_PIXELS * max(rows_kept, columns_kept))


def strip(folder: Path, name: str, columns: int) -> str:
    """The data URI of a picture of so many columns in the trial's folder; without one a `MissingPictureError`."""
    with opened(folder, name) as picture:
        return data_uri(picture, PICTURE_PIXELS * columns)


def data_uri(picture: Image.Image, longest: int) -> str:
    """A picture as PNG in a data URI, reduced until its longer side is at most `longest` pixels."""
    small = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if max(small.size) > longest:
        small = small.copy()
        small.thumbnail((longest, longest))
    buffer = io.BytesIO()
    # Of colour pictures the best compression takes four times as long and gains a few per cent.
    small.save(buffer, format="PNG", optimize=small.mode != "RGB")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def coarse(uri: str, *, halved: bool = False) -> str:
    """The same picture in at most `FEW_COLOURS`: at worst a quarter of the bytes of a colour picture.

    `halved` keeps half its height and width, and with them a quarter of what is left.
    """
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        buffer = io.BytesIO()
        colours = picture.convert("RGB").reduce(2 if halved else 1)
        colours.quantize(FEW_COLOURS, Image.Quantize.FASTOCTREE).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _kept(length: int, pictures: int, kept: int) -> int:
    """Pixels of the first `kept` of a side's pictures, with the gaps around them; `length` is that of the side."""
    if kept == pictures:
        return length
    gap = len(tile(np.zeros((1, 1, 1, 1), np.uint8), columns=1)) // 2  # one pixel, and a gap on either side
    pitch = (length - gap) // pictures
    return kept * pitch + gap


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Image.Image]:
    """A picture in the trial's folder, as long as it is entered; one that cannot be read is a `MissingPictureError`."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise MissingPictureError("its path leads out of the trial's folder")
    # Pillow reports a damaged file by any of these, by where in the file the damage is.
    try:
        with Image.open(path) as picture:
            yield picture
    except FileNotFoundError:
        raise MissingPictureError(f"{name} is not in the trial's folder") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MissingPictureError(f"{name} cannot be read: {error}") from None
