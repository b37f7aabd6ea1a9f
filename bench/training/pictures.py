"""Pictures on disk: grids as PNG, samples as npz."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.paths import write_atomically

GRID_SIDE = 8
"""Grids show 8 x 8 pictures."""
WIDEST = 64
"""Most columns that a grid has."""
QUICK_LEVEL = 4
"""Of zlib's nine levels."""


def columns_for(classes: int) -> int:
    """Columns of a grid: one for each class that is asked for in turn, as usual where there are none, or too many."""
    return classes if 1 < classes <= WIDEST else GRID_SIDE


def tile(images: NDArray[np.uint8], columns: int = GRID_SIDE, gap: int = 1) -> NDArray[np.uint8]:
    """Images [N, H, W, C] side by side in rows of `columns`, on white, as one picture [H', W', C]."""
    count, height, width, channels = images.shape
    rows = -(-count // columns)
    canvas = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, channels), 255, np.uint8)
    for index, image in enumerate(images):
        top = gap + (index // columns) * (height + gap)
        left = gap + (index % columns) * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def write_png(path: Path, picture: NDArray[np.uint8], *, quickly: bool = False) -> None:
    """Write a picture [H, W, C] with one or three channels.

    `quickly` is for large ones: a tenth of the time of what is smallest, for a tenth more bytes.
    """
    buffer = io.BytesIO()
    pressed: dict[str, Any] = {"compress_level": QUICK_LEVEL} if quickly else {"optimize": True}
    Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).save(buffer, "PNG", **pressed)
    write_atomically(path, buffer.getvalue())


def write_samples(
    path: Path, images: NDArray[np.uint8], labels: NDArray[np.int64] | None = None, *, compressed: bool = True
) -> None:
    """Write samples [N, H, W, C] under the key `images`, and the classes that were asked for under `labels`."""
    buffer = io.BytesIO()
    arrays: dict[str, NDArray[Any]] = {"images": images} if labels is None else {"images": images, "labels": labels}
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())
