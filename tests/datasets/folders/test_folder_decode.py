"""Every kind of picture becomes the same bytes, and every kind of damage a reason in a few words."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from bench.datasets.folders.decode import BadPictureError, decode, quiet

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def halves():
    """Left red, right blue, 16×16."""
    image = Image.new("RGB", (16, 16), RED)
    image.paste(BLUE, (8, 0, 16, 16))
    return image


def reason(content, size=16, channels=3):
    with quiet(), pytest.raises(BadPictureError) as error:
        decode(content, size, channels)
    return str(error.value)


def read(content, size=16, channels=3):
    with quiet():
        picture = decode(content, size, channels)
    assert picture.dtype == np.uint8
    assert picture.shape == (size, size, channels)
    return picture


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "PPM", "TGA"])
def test_lossless_formats_give_the_bytes_that_they_hold(halves, encoded, form):
    assert np.array_equal(read(encoded(halves, form)), np.asarray(halves))


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "GIF", "JPEG2000", "ICO"])
def test_other_formats_come_close(halves, encoded, form):
    picture = read(encoded(halves, form)).astype(int)
    assert np.abs(picture[:, [2, -3]] - np.asarray(halves)[:, [2, -3]]).max() < 40


def test_the_middle_of_the_short_side_is_kept(encoded):
    image = Image.new("RGB", (48, 16), RED)
    image.paste(BLUE, (16, 0, 32, 16))
    assert (read(encoded(image, "PNG"))[:, 1:-1] == BLUE).all()
    assert (read(encoded(image.rotate(90, expand=True), "PNG"))[1:-1] == BLUE).all()


def test_scaling_does_not_alias(encoded):
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    picture = read(encoded(Image.fromarray(stripes), "PNG"))
    assert np.abs(picture.astype(int) - 127).max() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(picture, encoded, orientation):
    upright = picture(0, (16, 16))
    undo = [None, 0, 3, 1, 5, 2, 6, 4][orientation - 1]  # what Pillow's transpositions are undone by
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(read(encoded(stored, "PNG", exif=exif)), np.asarray(upright))


def test_broken_exif_is_no_reason_to_leave_a_picture_out(halves, encoded):
    content = encoded(halves, "PNG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert np.array_equal(read(content), np.asarray(halves))


def test_transparency_shows_white(encoded):
    image = Image.new("RGBA", (16, 16), (*RED, 0))
    image.paste((*BLUE, 128), (0, 0, 8, 16))
    picture = read(encoded(image, "PNG"))
    assert (picture[:, 12] == 255).all()
    assert np.abs(picture[:, 3].astype(int) - (127, 127, 255)).max() <= 1
    assert (read(encoded(Image.new("LA", (16, 16), (0, 0)), "PNG"), channels=1) == 255).all()


def test_palettes_with_and_without_transparency(halves, encoded):
    palette = halves.quantize(2)
    assert np.array_equal(read(encoded(palette, "PNG")), np.asarray(halves))
    index = palette.getpixel((0, 0))
    for form in ("PNG", "GIF"):
        picture = read(encoded(palette, form, transparency=index))
        assert (picture[:, 2] == 255).all()
        assert (picture[:, 13] == BLUE).all()
    alphas = bytes([0 if number == index else 255 for number in range(2)])
    assert (read(encoded(palette, "PNG", transparency=alphas))[:, 2] == 255).all()


def test_cmyk(halves, encoded):
    assert np.array_equal(read(encoded(halves.convert("CMYK"), "TIFF")), np.asarray(halves))
    picture = read(encoded(halves.convert("CMYK"), "JPEG", quality=95)).astype(int)
    assert np.abs(picture[:, 2] - RED).max() < 30


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_shades(encoded, form):
    shades = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    picture = read(encoded(Image.fromarray(shades), form), channels=1)
    assert np.array_equal(picture[..., 0].ravel(), np.arange(256))
    colour = read(encoded(Image.fromarray(shades), form))
    assert np.array_equal(colour, picture.repeat(3, axis=2))


@pytest.mark.parametrize("most", [65535, 4095, 255])
def test_the_greys_of_a_pgm_reach_from_0_to_its_maximum(most):
    shades = np.rint(np.linspace(0, most, 256)).astype(">u2" if most > 255 else "u1")
    picture = read(b"P5\n16 16\n%d\n" % most + shades.tobytes(), channels=1)
    assert np.array_equal(picture[..., 0].ravel(), np.arange(256))


def deep_tiff(bits=16, photometric=1, sample_format=1):
    """A grey TIFF 16×16 whose samples take two bytes, or one and a half."""
    strip = bytes(16 * 16 * bits // 8)
    values = {256: 16, 257: 16, 258: bits, 259: 1, 262: photometric, 273: 8, 277: 1, 278: 16, 279: len(strip)}
    tags = sorted({**values, 339: sample_format}.items())
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(strip)) + strip + struct.pack("<H", len(tags)) + entries + bytes(4)


def test_deep_greys_that_mean_something_else_are_called_so():
    assert (read(deep_tiff(), channels=1) == 0).all()
    assert reason(deep_tiff(bits=12)) == "grey of 12 bits: save it with 8 or 16"
    assert reason(deep_tiff(sample_format=2)) == "grey of 16 bits with a sign: save it without"
    assert reason(deep_tiff(photometric=0)) == "grey of 16 bits with white as zero: save it with black as zero"


def test_bilevel_and_grey(halves, encoded):
    black = Image.new("1", (16, 16), 1)
    assert (read(encoded(black, "PNG")) == 255).all()
    grey = read(encoded(halves, "PNG"), channels=1)
    assert np.array_equal(grey[..., 0], np.asarray(halves.convert("L")))


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_picture_is_taken(encoded, form):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    picture = read(encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100))
    assert np.abs(picture.astype(int) - RED).max() < 8


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "TIFF"])
def test_truncated_files_are_left_out(picture, encoded, form):
    content = encoded(picture(0, (200, 200)), form)
    assert reason(content[: len(content) // 2])


def test_truncation_and_damage_are_called_so(picture, encoded):
    jpeg = encoded(picture(0, (200, 200)), "JPEG")
    assert reason(jpeg[: len(jpeg) // 2]) == "truncated"
    png = bytearray(encoded(picture(0, (200, 200)), "PNG"))
    png[60] ^= 0xFF
    assert reason(bytes(png)).startswith("damaged: ")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"{}", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_what_is_no_image_is_called_so(content):
    assert reason(content) in ("not an image", "truncated")


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((1, 1), "1×1: sides must have at least 8 pixels"),
        ((100, 7), "100×7: sides must have at least 8 pixels"),
        ((20000, 10), "20000×10: more than 10 times as long as it is wide"),
        ((10, 101), "10×101: more than 10 times"),
    ],
)
def test_absurd_shapes_are_left_out(encoded, size, message):
    assert reason(encoded(Image.new("RGB", size), "PNG")).startswith(message)


@pytest.mark.parametrize("side", [9_000, 12_000, 60_000])
def test_bombs_are_left_out_by_their_header(side):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    assert "more than 64 million pixels" in reason(bomb)


def test_no_other_program_is_asked_to_draw_a_file():
    assert reason(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\nshowpage\n") == "not an image"


def test_what_is_done_in_bands_is_what_would_be_done_at_once(encoded):
    pixels = np.random.default_rng(0).integers(0, 256, (1300, 1300, 4), np.uint8)
    layer = Image.fromarray(pixels, "RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    at_once = white.convert("RGB").resize((16, 16), Image.Resampling.LANCZOS)
    assert np.array_equal(read(encoded(layer, "PNG", compress_level=1)), np.asarray(at_once))


PEAK = """
import io, resource, sys
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
from bench.datasets.folders.decode import decode
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
with open(sys.argv[1], "rb") as file:
    content = file.read()
before = peak()
with ThreadPoolExecutor(3) as pool:
    list(pool.map(lambda _: decode(content, 16, 3), range(3)))
print(peak() - before)
"""


@pytest.mark.parametrize("mode", ["RGBA", "I;16"])
def test_large_pictures_are_decoded_one_at_a_time_and_held_hardly_twice(tmp_path, encoded, mode):
    side = 4200
    (tmp_path / "large.png").write_bytes(encoded(Image.new(mode, (side, side)), "PNG", compress_level=1))
    command = [sys.executable, "-c", PEAK, str(tmp_path / "large.png")]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 2.5 * side * side * (4 if mode == "RGBA" else 2)


def test_pixels_of_32_bits_are_left_out(encoded):
    assert reason(encoded(Image.new("F", (16, 16)), "TIFF")) == "pixels of 32 bits: save it with 8 or 16"
