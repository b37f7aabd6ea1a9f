"""Which image sizes the architectures take, and what two convolutions leave of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import UserError
from bench.models.geometry import SMALLEST_SIDE, base_grid, check_image_shape, valid_grid

sides = st.integers(1, 300)


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 64, 3), (8, 8, 1), (32, 48, 3)])
def test_what_fits_passes(shape):
    check_image_shape(shape)


@pytest.mark.parametrize(
    ("shape", "nearest"),
    [
        ((27, 28, 1), "28x28"),
        ((29, 28, 1), "28x28"),
        ((30, 31, 3), "32x32"),
        ((4, 4, 1), "8x8"),
        ((1, 64, 1), "8x64"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_nearest_size_that_does(shape, nearest):
    with pytest.raises(UserError, match=f"images of {shape[0]}x{shape[1]} do not fit.*nearest size is {nearest}$"):
        check_image_shape(shape)


@pytest.mark.parametrize("channels", [0, 2, 4])
def test_odd_channels_are_refused(channels):
    with pytest.raises(UserError, match=f"need 1 or 3 channels, not {channels}"):
        check_image_shape((28, 28, channels))


@given(height=sides, width=sides)
def test_the_size_that_is_named_fits_and_is_near(height, width):
    try:
        check_image_shape((height, width, 1))
    except UserError as error:
        named = tuple(map(int, str(error).rpartition(" ")[2].split("x")))
        check_image_shape((*named, 1))
        assert all(
            abs(near - side) <= 2 or near == SMALLEST_SIDE for near, side in zip(named, (height, width), strict=True)
        )


@given(height=st.integers(2, 80), width=st.integers(2, 80))
def test_four_base_grids_make_the_picture(height, width):
    assert base_grid((4 * height, 4 * width, 1)) == (height, width)


@given(height=st.integers(SMALLEST_SIDE, 300), width=st.integers(SMALLEST_SIDE, 300))
def test_valid_convolutions_leave_as_many_places_as_a_3x3_window_has_in_steps_of_two(height, width):
    def places(side: int) -> int:
        return len([start for start in range(0, side, 2) if start + 3 <= side])

    assert valid_grid((height, width, 1)) == (places(places(height)), places(places(width)))


def test_digits_end_as_six_by_six():
    assert valid_grid((28, 28, 1)) == (6, 6)
