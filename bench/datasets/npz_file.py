"""An .npz file from whoever wrote it: judged by the headers of its arrays, then read picture by picture.

NumPy's own reader allocates what a header claims before it looks whether the file holds as much. No pickle is loaded.
"""

from __future__ import annotations

import contextlib
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.folders.scan import shown
from bench.errors import UserError, unknown

KEYS = ("images", "labels", "test_images", "test_labels")

_MAGIC = b"\x93NUMPY"
_ENDING = ".npy"
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclass(frozen=True)
class Array:
    """An array of the file that has as many bytes as its header says."""

    path: Path
    """Of the file."""
    key: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    _archive: zipfile.ZipFile
    _member: zipfile.ZipInfo
    _start: int
    _fortran: bool

    def rows(self) -> Iterator[NDArray[Any]]:
        """What stands along the first axis, one after the other; in memory is one of them.

        All of them are where the file has them in Fortran's order. Raises `UserError` when the file is damaged.
        """
        if self._fortran and len(self.shape) > 1:
            with self._content() as file, _understood(self.path):
                columns = np.frombuffer(_exactly(file, math.prod(self.shape) * self.dtype.itemsize), self.dtype)
            yield from columns.reshape(self.shape[::-1]).transpose()
            return
        one = math.prod(self.shape[1:]) * self.dtype.itemsize
        with self._content() as file:
            for _ in range(self.shape[0]):
                with _understood(self.path):
                    row = np.frombuffer(_exactly(file, one), self.dtype).reshape(self.shape[1:])
                yield row

    def numbers(self) -> NDArray[Any]:
        """All of a one-dimensional array; see `rows`."""
        with self._content() as file, _understood(self.path):
            return np.frombuffer(_exactly(file, self.shape[0] * self.dtype.itemsize), self.dtype)

    @contextlib.contextmanager
    def _content(self) -> Iterator[IO[bytes]]:
        with _understood(self.path):
            file = self._archive.open(self._member)
            file.read(self._start)
        with file:
            yield file


@contextlib.contextmanager
def opened(path: Path, *, others: bool = False) -> Iterator[dict[str, Array]]:
    """The arrays of a file by their keys. Raises `UserError` when it is no .npz file of plain arrays.

    `others`: arrays under keys that mean nothing here may be there, too; they are not looked at.
    """
    with contextlib.ExitStack() as stack:
        with _understood(path):
            file = stack.enter_context(path.open("rb"))
            if file.read(len(_MAGIC)) == _MAGIC:
                raise UserError(
                    f"{shown(str(path))} is a single array: save it with np.savez({path.stem!r}, images=...)"
                )
            archive = stack.enter_context(zipfile.ZipFile(file))
            arrays = _arrays(path, archive, others)
        yield arrays


def _arrays(path: Path, archive: zipfile.ZipFile, others: bool) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for member in archive.infolist():
        key = member.filename.removesuffix(_ENDING)
        if key not in KEYS and others:
            continue
        if key not in KEYS:
            raise UserError(f"{shown(str(path))}: {unknown('key', shown(key)[:80], KEYS)}")
        if key in arrays or key == member.filename:
            raise ValueError(f"'{member.filename}' {'stands in it twice' if key in arrays else 'is no array'}")
        arrays[key] = _array(path, key, archive, member)
    if "images" not in arrays:
        raise UserError(f"{shown(str(path))} has no key 'images'")
    return arrays


def _array(path: Path, key: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    """The array of a member by its header, which must agree with the member's size."""
    if member.flag_bits & 1:
        raise ValueError("it is encrypted")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in _HEADERS:  # 3.0 is for names of fields in other scripts: pictures have no fields
            raise ValueError(f"'{member.filename}' is of version {version[0]}.{version[1]}")
        shape, fortran, dtype = _HEADERS[version](file)
        start = file.tell()
    if not dtype.hasobject and start + math.prod(shape) * dtype.itemsize != member.file_size:
        raise ValueError(f"'{member.filename}' has {member.file_size:,} bytes, which are not {dtype} {list(shape)}")
    return Array(path, key, shape, dtype, archive, member, start, fortran)


def _exactly(file: IO[bytes], size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise EOFError("it ends too early")
    return content


@contextlib.contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except MemoryError:
        raise UserError(f"{shown(str(path))} does not fit into memory") from None
    except Exception as error:  # noqa: BLE001 - zip and header parsers raise nearly anything on bytes that anybody may have written
        if isinstance(error, OSError) and error.errno is not None:
            raise UserError(f"cannot read {shown(str(path))}: {error.strerror}") from None
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UserError(f"{shown(str(path))} is not an .npz file of plain arrays: {reason}") from None
