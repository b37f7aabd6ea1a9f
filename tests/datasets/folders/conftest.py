"""Pictures that the tests make themselves."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Make = Callable[..., Image.Image]


def _picture(seed: int, size: tuple[int, int] = (24, 20)) -> Image.Image:
    """A picture of its own: coarse blocks of colour, unlike those of any other seed."""
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    return Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST)


@pytest.fixture
def picture() -> Make:
    """A function that makes a picture in mode RGB: `picture(seed, size=(24, 20))`."""
    return _picture


@pytest.fixture
def fill() -> Callable[..., Path]:
    """A function that puts good pictures into a folder: `fill(folder, count=30, start=0)`; returns the folder."""

    def put(folder: Path, count: int = 30, start: int = 0) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(start, start + count):
            _picture(seed).save(folder / f"{seed:03d}.png")
        return folder

    return put


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """A function that gives a picture's bytes in a format: `encoded(image, "JPEG", quality=95)`."""

    def write(image: Image.Image, form: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, form, **options)
        return buffer.getvalue()

    return write
