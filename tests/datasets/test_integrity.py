"""Checksums are those of the unpacked bytes, and broken wrapping is named."""

from __future__ import annotations

import gzip
import hashlib

import pytest

from bench.datasets import integrity
from bench.datasets.integrity import DamagedError, unpacked, verified

CONTENT = bytes(range(200)) * 5
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("raw", [CONTENT, gzip.compress(CONTENT, 1, mtime=0), gzip.compress(CONTENT, 9, mtime=0)])
def test_any_wrapping_of_the_same_content_is_right(raw):
    assert verified(raw, SHA256) == CONTENT


@pytest.mark.parametrize("raw", [b"", CONTENT[:-1], gzip.compress(CONTENT + b"x", mtime=0)])
def test_other_content_is_refused(raw):
    with pytest.raises(DamagedError, match=f"expected {SHA256[:12]}"):
        verified(raw, SHA256)


def test_a_stream_that_ends_too_early_is_refused():
    with pytest.raises(DamagedError, match="ends too early"):
        unpacked(gzip.compress(CONTENT)[:-9])


def test_a_stream_with_wrong_bytes_is_refused():
    raw = bytearray(gzip.compress(CONTENT))
    raw[15] ^= 0xFF
    with pytest.raises(DamagedError, match="is broken"):
        unpacked(bytes(raw))


def test_a_stream_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(integrity, "_MOST_BYTES", len(CONTENT) - 1)
    with pytest.raises(DamagedError, match="more than"):
        unpacked(gzip.compress(CONTENT))
