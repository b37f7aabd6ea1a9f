"""The idx format, in which MNIST and its successors are published.

Format, all numbers big-endian (http://yann.lecun.com/exdb/mnist/, "the IDX file format"): two zero bytes, one
byte for the type of the values (8: unsigned byte), one for the number of dimensions, a uint32 for the size of
each dimension, then the values in C order.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from bench.datasets.integrity import DamagedError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_UNSIGNED_BYTE = 8


def parse(content: bytes, dimensions: int) -> NDArray[np.uint8]:
    """The uint8 array in the bytes of an unpacked idx file with that number of dimensions.

    Raises `DamagedError` when the bytes are of another format, type or rank, or when there are fewer or more
    values than the header announces.
    """
    import numpy as np

    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DamagedError(f"it has {len(content)} bytes, not even a whole idx header of {start}")
    magic = struct.unpack(">I", content[:4])[0]
    expected = _UNSIGNED_BYTE << 8 | dimensions
    if magic != expected:
        raise DamagedError(f"it starts with 0x{magic:08x}, not with 0x{expected:08x} as such an idx file does")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    values = len(content) - start
    if values != math.prod(shape):
        announced = "×".join(map(str, shape))
        raise DamagedError(f"it announces {announced} = {math.prod(shape)} values and holds {values}")
    # A copy, because arrays on top of `bytes` are read-only, and frameworks complain about such.
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
