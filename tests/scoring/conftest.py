"""A small data set of one's own, and images to hold against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def pictures() -> Callable[..., np.ndarray]:
    """A function that makes images uint8 [N, 16, 16, 3]: `pictures(40, seed=0)`; coarse blocks, each of its own."""

    def make(count: int, seed: int = 0, channels: int = 3) -> np.ndarray:
        blocks = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, channels), dtype=np.uint8)
        return blocks.repeat(4, axis=1).repeat(4, axis=2)

    return make


@pytest.fixture
def reference(tmp_path: Path, pictures: Callable[..., np.ndarray]) -> str:
    """The name of a data set of 500 + 400 of them, without labels."""
    path = tmp_path / "reference.npz"
    np.savez(path, images=pictures(500), test_images=pictures(400, seed=1))
    return f"npz:{path}"


@pytest.fixture
def put() -> Callable[..., Path]:
    """A function that writes images into a folder as PNGs named by number, and returns the folder."""

    def write(folder: Path, images: np.ndarray) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images):
            Image.fromarray(image).save(folder / f"{number:04d}.png")
        return folder

    return write
