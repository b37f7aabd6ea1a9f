"""Latent space in pictures: the plane of a model with two latent numbers, and walks, as strips and as films."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.report import images
from bench.report.captions import Picture, asked_classes, by_class, drawn
from bench.results.folder import RunFolder
from bench.results.groups import FRAMEWORKS
from bench.results.record import TrialRecord
from bench.sampling.animation import Animation, gif
from bench.training.latent_pictures import MOST_CLASSES, PLANE_SIDE, STEPS
from bench.training.pictures import tile

STRIP = STEPS // 2
"""Every so many frames of a walk stand in its strip: each stop, and what lies halfway to the next."""
FRAME_MILLISECONDS = 120
"""Time of each frame: about a second from stop to stop."""
FILM_COLOURS = 64
"""Of films of colour pictures; grey levels are kept."""
FILM_SIDE = 64
"""Longest side that each picture of a film may have; larger ones are reduced."""
SMALL_SIDE = 32
"""Pictures up to this side are shown at twice their size."""


@dataclass(frozen=True)
class Walk:
    """The walks of one trial: the first one as a strip, all of them as a film."""

    strip: Picture
    film: str | None
    """Data URI of a GIF; None where the page had to do without."""
    film_alt: str
    strip_size: tuple[int, int] = (0, 0)
    film_size: tuple[int, int] = (0, 0)
    """Pixels across and down, as they are shown: whole multiples of their own."""

    def standing(self) -> Walk:
        """The same without its film."""
        return replace(self, film=None)


def plane(trial: TrialRecord, folder: RunFolder) -> Picture | None:
    """What a trial's model draws all over its latent plane; None where nothing was drawn of it."""
    if trial.status != "ok" or "plane" not in trial.artifacts:
        return None
    framework = FRAMEWORKS[trial.framework]
    alt = (
        f"Latent plane of {trial.model} in {framework} on {trial.dataset}: {PLANE_SIDE} rows of {PLANE_SIDE} pictures, "
        "side by side without gaps; the first latent number grows to the right, the second down"
    )
    name = trial.artifacts["plane"]
    return drawn(
        framework,
        alt,
        f"seed {trial.seed}",
        lambda: images.strip(folder.trial(trial.id), name, PLANE_SIDE),
        trial.framework,
    )


def walk(trial: TrialRecord, folder: RunFolder, names: Sequence[str] | None) -> Walk | None:
    """A trial's walks; None where none were drawn. `names` are those of the classes."""
    if trial.status != "ok" or trial.image_shape is None or "interpolation" not in trial.artifacts:
        return None
    framework, asked = FRAMEWORKS[trial.framework], asked_classes(trial)
    of_class = f", of class {names[0] if names is not None and len(names) == asked else 0}" if asked else ""
    alt = (
        f"A walk through the latent space of {trial.model} in {framework} on {trial.dataset}: "
        f"from left to right, every second picture is one of the samples{of_class}, the others lie halfway between two"
    )
    try:
        frames = _frames(folder.trial(trial.id), trial.artifacts["interpolation"], trial.image_shape)
    except images.MissingPictureError as missing:
        none = Picture(framework, alt, None, reason=str(missing), framework=trial.framework)
        return Walk(none, None, "")
    first = tile(frames[::STRIP, 0], len(frames[::STRIP]))
    together = [tile(frame, len(frame)) for frame in frames]
    columns = f"; {by_class(asked, names, MOST_CLASSES)}" if asked else ""
    film_alt = (
        f"Moving: {frames.shape[1]} walks of {trial.model} in {framework} side by side, each back at its first "
        f"picture after {len(frames) * FRAME_MILLISECONDS / 1000:.1f} seconds{columns}"
    )
    factor = 2 if max(frames.shape[2:4]) <= SMALL_SIDE else 1
    # Few walks are shown as wide as the strip, which has more pictures.
    film_factor = factor * (2 if 2 * frames.shape[1] <= len(frames[::STRIP]) else 1)
    moving = gif(Animation(together, [FRAME_MILLISECONDS] * len(together)), FILM_COLOURS, quickly=True)
    return Walk(
        drawn(framework, alt, f"seed {trial.seed}{of_class}", lambda: images.data_uri(_image(first), max(first.shape))),
        "data:image/gif;base64," + base64.b64encode(moving).decode("ascii"),
        film_alt,
        (factor * first.shape[1], factor * first.shape[0]),
        (film_factor * together[0].shape[1], film_factor * together[0].shape[0]),
    )


def _frames(folder: Path, name: str, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Pictures [frames, walks, H, W, C] out of a trial's rows of walks, none larger than `FILM_SIDE`."""
    with images.opened(folder, name) as picture:
        pixels = np.asarray(picture if picture.mode in ("L", "RGB") else picture.convert("RGB"))
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    height, width = shape[0] + 1, shape[1] + 1  # each picture with the gap behind it
    inner = pixels[1:, 1:]
    if not inner.size or inner.shape[0] % height or inner.shape[1] % width:
        raise images.MissingPictureError(f"{name} is not made of pictures of the trial's size")
    walks, count = inner.shape[0] // height, inner.shape[1] // width
    cells = inner.reshape(walks, height, count, width, -1)[:, :-1, :, :-1].transpose(2, 0, 1, 3, 4)
    if max(cells.shape[2:4]) <= FILM_SIDE:
        return cells
    smaller = [np.asarray(_reduced(_image(cell))) for frame in cells for cell in frame]
    return np.stack(smaller).reshape(*cells.shape[:2], *smaller[0].shape[:2], -1)


def _reduced(picture: Image.Image) -> Image.Image:
    picture.thumbnail((FILM_SIDE, FILM_SIDE))
    return picture


def _image(pixels: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
