"""Pictures for people: enlarged without blur, with captions, moving (GIF). All are uint8 [H, W, C], C being 1 or 3."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench.errors import UserError
from bench.paths import write_atomically

Picture = NDArray[np.uint8]

SMALLEST_CELL = 56
"""Pixels of the shorter side of a picture below which it is enlarged."""
CAPTION_PIXELS = 26
"""Height of the margin that takes a caption."""
FONT_PIXELS = 15
MARGIN = 5
"""Between the left border and a caption."""


def factor_for(image_shape: tuple[int, int, int]) -> int:
    """The least whole factor that makes pictures of this shape at least `SMALLEST_CELL` pixels high and wide."""
    return -(-SMALLEST_CELL // min(SMALLEST_CELL, *image_shape[:2]))


def enlarge(picture: Picture, factor: int) -> Picture:
    """Every pixel as a square of `factor` x `factor`: nothing is smoothed that the model did not smooth."""
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def captioned(picture: Picture, text: str) -> Picture:
    """The picture with a line of text in a white margin below it; the picture itself stays as it is."""
    _, width, channels = picture.shape
    margin = Image.new("L", (width, CAPTION_PIXELS), 255)
    font = ImageFont.load_default(FONT_PIXELS)
    ImageDraw.Draw(margin).text((MARGIN, CAPTION_PIXELS / 2), text, fill=0, font=font, anchor="lm")
    return np.concatenate([picture, np.asarray(margin)[..., None].repeat(channels, axis=2)])


@dataclass(frozen=True)
class Animation:
    """Frames of one shape, and for how long each is shown: a multiple of 10 ms, which is the unit of GIF."""

    frames: Sequence[Picture]
    milliseconds: Sequence[int]


def gif(animation: Animation, colours: int = 256, *, quickly: bool = False) -> bytes:
    """A GIF that starts over for ever.

    Grey levels are kept exactly. Colours come from one palette of so many for all frames, without dithering, so that
    what does not change does not flicker. Frames that follow on equal ones are stored as a longer time of the first.
    `quickly` chooses the palette in a hundredth of the time, with colours a fifth farther off.
    """
    first, *others = _indexed(animation.frames, colours, quickly)
    times = list(animation.milliseconds)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=times, loop=0, optimize=True)
    return buffer.getvalue()


def write_gif(path: Path, animation: Animation) -> None:
    """Write a GIF, as `gif` makes it, to a file."""
    write_atomically(path, gif(animation))


def read_picture(path: Path) -> Picture:
    """A picture from a file. One that is missing or cannot be read is a UserError that names it."""
    # Pillow reports a damaged file by any of these, by where in the file the damage is.
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path} is not a picture that can be read: {error}") from None
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _indexed(frames: Sequence[Picture], colours: int, quickly: bool) -> list[Image.Image]:
    if frames[0].shape[-1] == 1:
        return [Image.fromarray(frame[..., 0]) for frame in frames]
    together = Image.fromarray(np.concatenate(frames))
    palette = together.quantize(colours, Image.Quantize.FASTOCTREE) if quickly else together.quantize(colours, kmeans=1)
    return [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
