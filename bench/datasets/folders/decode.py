"""One file's bytes to one picture: uint8 [size, size, channels], the same on every machine.

Upright as EXIF says, over white where it is transparent, scaled so that the short side has `size` pixels, cropped to
the middle. Scaled once, with Pillow's Lanczos: its support grows with the factor, so it does not alias, which changes
Fréchet distances more than models differ (Parmar, Zhang & Zhu, "On Aliased Resizing and Surprising Subtleties in GAN
Evaluation", 2022).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MADE = "upright, over white, short side scaled once (Lanczos, antialiased), middle cropped"
"""What is done to each picture, in words."""
MOST_PIXELS = 64_000_000
"""A larger picture is left out: a file of a few kilobytes may unpack to more than the memory holds."""
SMALLEST_SIDE = 8
"""A picture with less has nothing to learn from."""
MOST_ELONGATED = 10
"""Long side over short side, beyond which the middle is no picture of the whole."""

_TRANSPARENT = ("RGBA", "LA", "PA", "RGBa", "La")
_DEEP_GREY = ("I;16", "I;16L", "I;16B", "I;16N")


class BadPictureError(ValueError):
    """A file that is no usable picture; the text says why, in a few words."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Pillow from warning of what is odd in a file: it is either good enough or left out with a reason.

    Warning filters belong to the whole process: enter this around the threads that decode, not within them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode(content: bytes, size: int, channels: int) -> NDArray[np.uint8]:
    """The picture uint8 [size, size, channels] in a file's bytes; raises `BadPictureError`."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            _check_shape(*image.size)
            # Film formats: the first picture is the one that is open.
            image.load()
            picture = _scaled(_flat(_upright(image), image.format), size)
            return _pixels(picture, channels)
    except BadPictureError:
        raise
    except UnidentifiedImageError:
        raise BadPictureError("not an image") from None
    except Image.DecompressionBombError:
        raise BadPictureError(f"more than {MOST_PIXELS // 10**6} million pixels") from None
    except MemoryError:
        raise BadPictureError("does not fit into memory") from None
    except Exception as error:  # noqa: BLE001 - decoders raise nearly anything on bytes that anybody may have written
        raise BadPictureError(_reason(error)) from None


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "truncated"
    return f"damaged: {text[:120] or type(error).__name__}"


def _check_shape(width: int, height: int) -> None:
    """Judged by the header, before anything is unpacked."""
    short, long = sorted((width, height))
    if width * height > MOST_PIXELS:
        raise BadPictureError(f"{width}×{height}: more than {MOST_PIXELS // 10**6} million pixels")
    if short < SMALLEST_SIDE:
        raise BadPictureError(f"{width}×{height}: sides must have at least {SMALLEST_SIDE} pixels")
    if long > MOST_ELONGATED * short:
        raise BadPictureError(f"{width}×{height}: more than {MOST_ELONGATED} times as long as it is wide")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - see above: a picture is not worse for what is wrong in its EXIF data
        return image


def _flat(image: Image.Image, kind: str | None) -> Image.Image:
    """An opaque picture in mode L or RGB."""
    if image.mode in _DEEP_GREY or (image.mode == "I" and kind == "PNG"):
        return _deep_grey(image)
    if image.mode in ("I", "F"):
        raise BadPictureError("pixels of 32 bits: save it with 8 or 16")
    if image.mode in _TRANSPARENT or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        return white.convert("RGB")
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB")


def _deep_grey(image: Image.Image) -> Image.Image:
    """16 bits to 8; Pillow's own conversion clips at 255."""
    values = np.asarray(image).astype(np.uint32)
    grey = ((values + 128) // 257).astype(np.uint8)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return Image.fromarray(grey)


def _scaled(image: Image.Image, size: int) -> Image.Image:
    """The middle square, scaled: as if the whole picture were scaled and then cropped, without the detour."""
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    return image.resize((size, size), Image.Resampling.LANCZOS, box=(left, top, left + short, top + short))


def _pixels(image: Image.Image, channels: int) -> NDArray[np.uint8]:
    mode = "L" if channels == 1 else "RGB"
    pixels = np.array(image if image.mode == mode else image.convert(mode), dtype=np.uint8)
    return pixels.reshape(*pixels.shape[:2], channels)
