"""`data preview`: a contact sheet, which tells more of a data set than its numbers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench.datasets.imageset import ImageSet
from bench.errors import UserError
from bench.paths import write_atomically
from bench.training.pictures import tile

GAP = 2
SHOWN_SIDE = 64
"""Pixels that a small picture's side is scaled up to, or nearly: by a whole number, so that none is blurred."""
MOST = 10_000
MOST_COLUMNS = 16
"""Of a sheet with a row for each class: with two classes it would be a ribbon."""
_TEXT = 13
_BESIDE = 8
_LONGEST_NAME = 24


def preview(images: ImageSet, path: Path | None, count: int) -> Path:
    """Write a contact sheet of about `count` training pictures as PNG, and return where.

    Without `path`, it is named after the data set and stands in the current folder.
    """
    target = path or Path(f"{re.sub(r'[^A-Za-z0-9.=-]+', '-', images.name).strip('-.')[:80] or 'preview'}.png")
    if target.suffix.lower() != ".png":
        raise UserError(f"{target} is not the name of a PNG file: end it in .png")
    buffer = io.BytesIO()
    contact_sheet(images, count).save(buffer, "PNG", optimize=True)
    write_atomically(target, buffer.getvalue())
    return target


def contact_sheet(images: ImageSet, count: int) -> Image.Image:
    """The first training pictures on white, mode L or RGB.

    With labels, a row for each class with its name, and as many columns as bring the whole to about `count`, at
    most `MOST_COLUMNS`; of more than `count` classes the first ones, and a line that says so. Without labels, rows as
    long as there are many.
    """
    if not 0 < count <= MOST:
        raise UserError(f"--count must be from 1 to {MOST:,}, not {count}")
    pictures, labels = images.train_images, images.train_labels
    if labels is None:
        chosen = np.array(pictures[:count])
        return _image(_tiled(chosen, columns=max(1, round(float(np.sqrt(len(chosen)))))))
    largest = int(np.bincount(labels).max())
    columns = max(1, min(count // images.num_classes, largest, MOST_COLUMNS))
    classes = range(min(images.num_classes, count))
    rows = [_row(pictures, np.flatnonzero(labels == label)[:columns], columns) for label in classes]
    names = (images.class_names or tuple(map(str, classes)))[: len(classes)]
    return _with_names(_image(_tiled(np.concatenate(rows), columns)), names, images.num_classes - len(classes))


def _row(pictures: NDArray[np.uint8], members: NDArray[np.intp], columns: int) -> NDArray[np.uint8]:
    """The pictures of one class, white where there are fewer than columns."""
    row = np.full((columns, *pictures.shape[1:]), 255, np.uint8)
    row[: len(members)] = pictures[members]
    return row


def _tiled(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    scale = max(1, SHOWN_SIDE // max(pictures.shape[1:3]))
    return tile(pictures.repeat(scale, axis=1).repeat(scale, axis=2), columns, GAP)


def _image(sheet: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet)


def _with_names(sheet: Image.Image, names: tuple[str, ...], more: int) -> Image.Image:
    """The sheet with a name at the left of each of its rows, which are equally high, and how many `more` there are."""
    shown = [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…" for name in names]
    font = ImageFont.load_default(_TEXT)
    margin = round(max(font.getlength(name) for name in shown)) + _BESIDE
    below = f"and {more:,} more class{'es' * (more > 1)}" if more else ""
    width = max(sheet.width + margin, round(font.getlength(below)) + _BESIDE)
    named = Image.new(sheet.mode, (width, sheet.height + bool(more) * 2 * _TEXT), "white")
    named.paste(sheet, (margin, 0))
    pen = ImageDraw.Draw(named)
    for row, name in enumerate(shown):
        middle = (row + 0.5) * sheet.height / len(shown)
        pen.text((margin - _BESIDE / 2, middle), name, fill="black", font=font, anchor="rm")
    pen.text((_BESIDE / 2, sheet.height + _TEXT), below, fill="black", font=font, anchor="lm")
    return named
