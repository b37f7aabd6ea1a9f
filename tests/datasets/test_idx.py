"""The idx parser: what it reads, and what it refuses."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from bench.datasets import idx
from bench.datasets.integrity import DamagedError


@pytest.mark.parametrize("shape", [(4,), (2, 3, 5), (0,), (0, 28, 28)])
def test_reads_what_was_written(idx_bytes, shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    parsed = idx.parse(idx_bytes(array), dimensions=len(shape))
    assert parsed.dtype == np.uint8
    np.testing.assert_array_equal(parsed, array)


def test_the_array_may_be_written_to(idx_bytes):
    parsed = idx.parse(idx_bytes(np.zeros(3, np.uint8)), dimensions=1)
    parsed[0] = 1
    assert parsed.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda good: b"", "0 bytes, not even a whole idx header of 16"),
        (lambda good: good[:15], "15 bytes, not even a whole idx header of 16"),
        (lambda good: b"<html>" + good, "starts with 0x3c68746d, not with 0x00000803"),
        (lambda good: struct.pack(">I", 0x0D03) + good[4:], "starts with 0x00000d03"),  # float32 values
        (lambda good: struct.pack(">I", 0x0801) + good[4:], "starts with 0x00000801"),  # one dimension
        (lambda good: good[:-1], "announces 2×3×5 = 30 values and holds 29"),
        (lambda good: good + b"\0", "announces 2×3×5 = 30 values and holds 31"),
        (lambda good: good[:4] + struct.pack(">I", 2**32 - 1) + good[8:], "and holds 30"),
    ],
)
def test_refuses_other_bytes_and_says_why(idx_bytes, change, reason):
    good = idx_bytes(np.zeros((2, 3, 5), np.uint8))
    with pytest.raises(DamagedError) as caught:
        idx.parse(change(good), dimensions=3)
    assert reason in str(caught.value)
