"""One file's bytes to one picture: uint8 [size, size, channels], the same on every machine.

Upright as EXIF says, over white where it is transparent, scaled so that the short side has `size` pixels, cropped to
the middle. Scaled once, with Pillow's Lanczos: its support grows with the factor, so it does not alias, which changes
Fréchet distances more than models differ (Parmar, Zhang & Zhu, "On Aliased Resizing and Surprising Subtleties in GAN
Evaluation", 2022).
"""

from __future__ import annotations

import functools
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

MADE = "upright, over white, short side scaled once (Lanczos, antialiased), middle cropped"
"""What is done to each picture, in words."""
MOST_PIXELS = 64_000_000
"""A larger picture is left out: a file of a few kilobytes may unpack to more than the memory holds."""
SMALLEST_SIDE = 8
"""A picture with less has nothing to learn from."""
MOST_ELONGATED = 10
"""Long side over short side, beyond which the middle is no picture of the whole."""

# What Pillow unpacks by itself; EPS and WMF it would hand to other programs.
_FORMATS = (
    *("AVIF", "BMP", "DDS", "DIB", "GIF", "ICNS", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "PSD", "QOI"),
    *("SGI", "SUN", "TGA", "TIFF", "WEBP", "XBM", "XPM"),
)
_TRANSPARENT = ("RGBA", "LA", "PA", "RGBa", "La")
_DEEP_GREY = ("I;16", "I;16L", "I;16B", "I;16N")
_FULL_RANGE = ("PNG", "PPM")  # Pillow gives their deep greys as mode I, from 0 to 65535 whatever the file's own maximum
_TIFF_BITS, _TIFF_PHOTOMETRIC, _TIFF_SAMPLE_FORMAT = 258, 262, 339
_BAND_PIXELS = 2**20
# Of pictures with more pixels (64 MiB and more once unpacked) one at a time is in memory, however many threads decode.
_LARGE_PIXELS = 16 * 2**20
_ONE_LARGE = threading.Lock()


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
        with Image.open(io.BytesIO(content), formats=_known_formats()) as image:
            _check_shape(*image.size)
            with _ONE_LARGE if image.width * image.height > _LARGE_PIXELS else nullcontext():
                # Film formats: the first picture is the one that is open.
                image.load()
                _turn_upright(image)
                return _pixels(_scaled(_flat(image), size), channels)
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


@functools.cache
def _known_formats() -> tuple[str, ...]:
    """Those that this Pillow was built with."""
    Image.init()
    return tuple(form for form in _FORMATS if form in Image.OPEN)


def _turn_upright(image: Image.Image) -> None:
    with suppress(Exception):  # a picture is not worse for what is wrong in its EXIF data
        ImageOps.exif_transpose(image, in_place=True)


def _flat(image: Image.Image) -> Image.Image:
    """An opaque picture in mode L or RGB, made band by band: the steps between would each be as large as the whole."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    deep = _is_deep_grey(image)
    grey = deep or (image.mode in ("1", "L") and "transparency" not in image.info)
    flat = Image.new("L" if grey else "RGB", image.size)
    rows = max(1, _BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        flat.paste(_eight_bits(band) if deep else _opaque(band, flat.mode), (0, top))
    return flat


def _is_deep_grey(image: Image.Image) -> bool:
    """Whether a picture has 16 bits of grey from black to white; raises `BadPictureError` where they mean otherwise."""
    deep = image.mode in _DEEP_GREY or (image.mode == "I" and image.format in _FULL_RANGE)
    if isinstance(image, TiffImageFile) and (deep or image.mode == "I"):
        tags = image.tag_v2
        bits = tags.get(_TIFF_BITS, (1,))[0]
        if bits < 16:
            raise BadPictureError(f"grey of {bits} bits: save it with 8 or 16")
        if bits == 16 and tags.get(_TIFF_SAMPLE_FORMAT, (1,))[0] != 1:
            raise BadPictureError("grey of 16 bits with a sign: save it without")
        if bits == 16 and tags.get(_TIFF_PHOTOMETRIC) != 1:
            raise BadPictureError("grey of 16 bits with white as zero: save it with black as zero")
    if not deep and image.mode in ("I", "F"):
        raise BadPictureError("pixels of 32 bits: save it with 8 or 16")
    return deep


def _opaque(image: Image.Image, mode: str) -> Image.Image:
    if image.mode in _TRANSPARENT or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        image = white
    return image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Deep grey in mode L; Pillow's own conversion clips at 255."""
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
