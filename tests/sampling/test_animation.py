"""Pictures that are enlarged, captioned and set in motion stay the pictures that they were."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from bench.errors import UserError
from bench.sampling.animation import CAPTION_PIXELS, Animation, captioned, enlarge, factor_for, read_picture, write_gif


def gif(path):
    """The frames of a GIF in RGB, and their times."""
    with Image.open(path) as image:
        shown = [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)]
        assert image.info["loop"] == 0
    frames, times = zip(*shown, strict=True)
    return np.stack(frames), list(times)


@pytest.fixture
def noise():
    """Frames [3, 20, 30, C] in which every pixel is another."""

    def make(channels):
        return list(np.random.default_rng(0).integers(0, 256, (3, 20, 30, channels)).astype(np.uint8))

    return make


@pytest.mark.parametrize(("side", "factor"), [(8, 7), (28, 2), (32, 2), (55, 2), (56, 1), (64, 1), (512, 1)])
def test_small_pictures_are_enlarged_by_whole_factors(side, factor):
    assert factor_for((side, side, 1)) == factor
    assert factor_for((side, 600, 3)) == factor


def test_enlarging_makes_squares_of_pixels(noise):
    picture = noise(3)[0]
    large = enlarge(picture, 3)
    assert large.shape == (60, 90, 3)
    for row in range(3):
        for column in range(3):
            np.testing.assert_array_equal(large[row::3, column::3], picture)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_caption_stands_below_the_picture(noise, channels):
    picture = np.zeros((20, 200, channels), np.uint8)
    found = captioned(picture, "51,200 images seen")
    assert found.shape == (20 + CAPTION_PIXELS, 200, channels)
    np.testing.assert_array_equal(found[:20], picture)
    margin = found[20:]
    assert margin.min() < 64
    assert (margin[0] == 255).all()
    assert (margin[-1] == 255).all()
    assert (margin == margin[..., :1]).all()  # black on white in colour, too
    assert (captioned(picture, "64 images seen") != found).any()


def test_a_caption_that_is_too_long_is_cut():
    assert captioned(np.zeros((20, 30, 1), np.uint8), "51,200 images seen").shape == (20 + CAPTION_PIXELS, 30, 1)


def test_grey_frames_are_kept_exactly_and_stay_grey(tmp_path, noise):
    frames = noise(1)
    write_gif(tmp_path / "a" / "x.gif", Animation(frames, [80, 80, 2500]))
    found, times = gif(tmp_path / "a" / "x.gif")
    np.testing.assert_array_equal(found, np.repeat(np.stack(frames), 3, axis=3))
    assert times == [80, 80, 2500]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x.gif"]


def test_colours_come_from_one_palette_that_is_close(tmp_path):
    ramp = np.linspace(0, 255, 60).astype(np.uint8)
    frame = np.stack([np.broadcast_to(ramp, (20, 60)), np.broadcast_to(255 - ramp, (20, 60)), np.full((20, 60), 40)], 2)
    frames = [frame.astype(np.uint8), frame[:, ::-1].astype(np.uint8)]
    write_gif(tmp_path / "x.gif", Animation(frames, [80, 80]))
    found, _ = gif(tmp_path / "x.gif")
    assert np.abs(found.astype(int) - np.stack(frames)).max() <= 8
    # The same colour is the same in every frame.
    np.testing.assert_array_equal(found[0], found[1][:, ::-1])


@pytest.mark.parametrize("channels", [1, 3])
def test_what_does_not_move_is_still_a_gif(tmp_path, channels):
    frame = np.full((20, 30, channels), 100, np.uint8)
    write_gif(tmp_path / "x.gif", Animation([frame] * 4, [80] * 4))
    with Image.open(tmp_path / "x.gif") as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), 100)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_is_read_as_it_was_written(tmp_path, noise, channels):
    picture = noise(channels)[0]
    Image.fromarray(picture if channels == 3 else picture[..., 0]).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png"), picture)


def test_a_picture_that_is_missing_or_damaged_is_named(tmp_path, noise):
    with pytest.raises(UserError, match=r"there is no file .*x\.png"):
        read_picture(tmp_path / "x.png")
    Image.fromarray(noise(3)[0]).save(tmp_path / "x.png")
    whole = (tmp_path / "x.png").read_bytes()
    for content in (b"", b"no picture", whole[:40], whole[: len(whole) // 2]):
        (tmp_path / "x.png").write_bytes(content)
        with pytest.raises(UserError, match=r"x\.png is not a picture that can be read"):
            read_picture(tmp_path / "x.png")


def test_a_picture_too_large_to_be_opened_is_named(tmp_path, noise, monkeypatch):
    Image.fromarray(noise(3)[0]).save(tmp_path / "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    with pytest.raises(UserError, match=r"x\.png is not a picture that can be read"):
        read_picture(tmp_path / "x.png")
