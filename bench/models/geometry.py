"""Image shapes that the architectures take, and the grids that follow from them."""

from __future__ import annotations

from bench.errors import UserError

ImageShape = tuple[int, int, int]
"""Height, width, channels."""

SMALLEST_SIDE = 8
"""Below it nothing is left of a picture after the two valid stride-2 convolutions."""


def check_image_shape(image_shape: ImageShape) -> None:
    """Refuse what two stride-2 stages cannot halve twice: an error that names the nearest size that works."""
    height, width, channels = image_shape
    if channels not in (1, 3):
        raise UserError(f"images need 1 or 3 channels, not {channels}")
    nearest = tuple(max(SMALLEST_SIDE, 4 * ((side + 2) // 4)) for side in (height, width))
    if nearest != (height, width):
        raise UserError(
            f"images of {height}x{width} do not fit: sides must be divisible by 4 and at least {SMALLEST_SIDE}; "
            f"the nearest size is {nearest[0]}x{nearest[1]}"
        )


def base_grid(image_shape: ImageShape) -> tuple[int, int]:
    """Height and width of the grid that two stride-2 transposed convolutions turn into the picture."""
    return image_shape[0] // 4, image_shape[1] // 4


def valid_grid(image_shape: ImageShape) -> tuple[int, int]:
    """Height and width that two 3x3 stride-2 convolutions without padding ("valid") leave of a picture."""

    def twice(side: int) -> int:
        return ((side - 3) // 2 + 1 - 3) // 2 + 1

    return twice(image_shape[0]), twice(image_shape[1])
