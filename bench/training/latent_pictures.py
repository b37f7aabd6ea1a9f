"""Pictures of a trained model's latent space, for people: its plane, where it has two numbers, and walks through it."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import DTypeLike, NDArray

from bench.training.contract import Array, Model
from bench.training.interpolation import STOPS, walk_pictures
from bench.training.pictures import tile, write_png
from bench.training.streams import Streams

LATENT_PICTURES = ("plane", "interpolation")
"""What may be drawn of a trial: the artifacts' names, and with `.png` behind them their files."""
LARGEST_SIDE = 256
"""Nothing is drawn of pictures with a longer side: a plane of them would have more than 26 million pixels."""
PLANE_SIDE = 20
"""Rows and columns of the plane."""
PLANE_TAIL = 0.05
"""Probability beyond the plane on each side.

Quantiles of 0 and 1 would be infinite; TensorFlow's tutorial goes from 5 % to 95 %, which is from −1.64 to 1.64.
"""
WALKS, MOST_CLASSES = 4, 10
"""Walks of an interpolation: so many, or one for each class that is asked for, of which the first ones are taken."""
STEPS = 8
"""Frames from stop to stop: 32 in all."""


def write_latent_pictures(folder: Path, model: Model, seed: int, latent: int, dtype: DTypeLike, classes: int) -> None:
    """Write those of `LATENT_PICTURES` that this model has into a trial's folder.

    `latent` is the size of its latent space and `dtype` the type of its noise; `classes` is how many a conditional
    model can be asked for, 0 where it is asked for none. A conditional model has no one plane: each class has its own.
    """
    if latent == 2 and not classes:
        pictures = model.sample(plane().astype(dtype))
        write_png(folder / "plane.png", tile(pictures, PLANE_SIDE, gap=0), quickly=True)
    frames = interpolation(model, seed, latent, dtype, classes)
    rows = frames.swapaxes(0, 1)
    write_png(folder / "interpolation.png", tile(rows.reshape(-1, *rows.shape[2:]), len(frames)), quickly=True)


def plane(side: int = PLANE_SIDE) -> NDArray[np.float64]:
    """The latent vectors [side * side, 2] of the plane, row by row.

    The first number grows along a row, the second from row to row. Both are quantiles of the standard normal at equal
    steps of probability, so that each place stands for as much of what the model draws as any other; as
    `plot_latent_images` in TensorFlow's tutorial "Convolutional Variational Autoencoder".
    """
    normal = NormalDist()
    quantiles = [normal.inv_cdf(share) for share in np.linspace(PLANE_TAIL, 1 - PLANE_TAIL, side)]
    across, down = np.meshgrid(quantiles, quantiles)
    return np.stack([across.ravel(), down.ravel()], axis=-1)


def interpolation(model: Model, seed: int, latent: int, dtype: DTypeLike, classes: int) -> NDArray[np.uint8]:
    """Pictures [frames, walks, H, W, C] of closed walks that begin where the first pictures of the trial's grid lie.

    With classes each walk is of one class. The frame after the last would be the first again.
    """
    walks = min(classes, MOST_CLASSES) or WALKS
    stops: Array = Streams(seed, 1, 1, {}, dtype).latent(STOPS * walks, latent).reshape(STOPS, walks, latent)
    return walk_pictures(model.sample, stops, STEPS, np.arange(walks) if classes else None)
