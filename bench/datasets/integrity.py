"""Are these the bytes that they should be? Judged by what they unpack to, not by how they are wrapped."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib

_GZIP_MAGIC = b"\x1f\x8b"
# Ten times the largest file that we know; a hostile gzip stream could otherwise fill the memory.
_MOST_BYTES = 512 * 2**20


class DamagedError(ValueError):
    """Bytes that are not what they should be; the text says in which way, not in which file."""


def verified(raw: bytes, sha256: str) -> bytes:
    """The unpacked content, once its SHA-256 (hex) is found to be the expected one; else `DamagedError`.

    The gzip wrapping differs from mirror to mirror (level, time, name), and some servers unwrap on the way:
    only the content has a known sum.
    """
    content = unpacked(raw)
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise DamagedError(f"its content has the SHA-256 {actual[:12]}…, expected {sha256[:12]}…")
    return content


def unpacked(raw: bytes) -> bytes:
    """The content of a gzip stream, or the bytes themselves when they are none; else `DamagedError`."""
    if not raw.startswith(_GZIP_MAGIC):
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            content = stream.read(_MOST_BYTES + 1)
    except EOFError as error:
        raise DamagedError("its gzip stream ends too early") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DamagedError(f"its gzip stream is broken: {error}") from error
    if len(content) > _MOST_BYTES:
        raise DamagedError(f"it unpacks to more than {_MOST_BYTES // 2**20} MiB")
    return content
