"""Archives from strangers, unpacked so that nothing but plain files in one folder can come of it.

A member may name any path, be a link or a device, or unpack to more than the disk holds. What an honest archive of
pictures has no use for is refused, archive and all: to leave out the hostile members would be to trust the others.
"""

from __future__ import annotations

import gzip
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from bench.errors import UserError

MOST_BYTES = 8 * 2**30
"""What an archive may unpack to; counted while it is unpacked, because headers may lie."""
MOST_FILES = 1_000_000
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""How the names of archives end."""

_CHUNK_BYTES = 2**20
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,  # a way of compressing that zipfile does not know
)


class HostileError(ValueError):
    """A member that no archive of pictures needs; the text says which and why."""


@dataclass(frozen=True)
class _Member:
    """A file in an archive, whose path is safe."""

    path: PurePosixPath
    content: IO[bytes]


def unpack(archive: Path, folder: Path, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
    """Unpack a zip or tar file into a folder that is not there yet.

    Raises `UserError` when the archive is damaged, of no known kind, or asks for anything but plain files within the
    folder; then the folder is not there either.
    """
    folder.mkdir(parents=True)  # fails where it is there: what is removed below is never anybody else's
    try:
        left = most_bytes
        for count, member in enumerate(_members(archive)):
            if count >= most_files:
                raise HostileError(f"it holds more than {most_files:,} files")
            left -= _write(member, folder, left)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, HostileError):
            raise UserError(f"{archive} is not unpacked: {error}.\nUnpack it yourself if you trust it.") from error
        if isinstance(error, _DAMAGE):
            raise UserError(f"{archive} cannot be unpacked: {error or 'it ends too early'}.\nGet it again.") from error
        raise


def _members(archive: Path) -> Iterator[_Member]:
    """The files of an archive in their order, whatever kind it is."""
    if zipfile.is_zipfile(archive):
        yield from _zip_members(archive)
    elif tarfile.is_tarfile(archive):
        yield from _tar_members(archive)
    else:
        raise tarfile.ReadError(f"it is no archive that is known here ({', '.join(SUFFIXES)})")


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            # Unix systems store a file's type in the upper half; others leave it 0.
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise HostileError(f"'{member.filename}' is a link or a device")
            path = _checked(member.filename)
            if member.flag_bits & 1:
                raise HostileError(f"'{member.filename}' is encrypted")
            if not member.is_dir():
                with opened.open(member) as content:
                    yield _Member(path, content)


def _tar_members(archive: Path) -> Iterator[_Member]:
    with tarfile.open(archive) as opened:
        for member in opened:
            if not (member.isfile() or member.isdir()):
                raise HostileError(f"'{member.name}' is a link or a device")
            path = _checked(member.name)
            content = opened.extractfile(member) if member.isfile() else None
            if content is not None:
                with content:
                    yield _Member(path, content)


def _checked(name: str) -> PurePosixPath:
    """The path of a member, if it leads nowhere but into the folder on any system."""
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.anchor or ".." in path.parts:
            raise HostileError(f"{name!r} leads out of the folder")
    if not name.isprintable():
        raise HostileError(f"{name!r} is not a name for a file")
    return PurePosixPath(name)


def _write(member: _Member, folder: Path, left: int) -> int:
    """Write a file and return its bytes, of which there may be no more than `left`."""
    target = folder / member.path
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            while piece := member.content.read(_CHUNK_BYTES):
                written += len(piece)
                if written > left:
                    raise HostileError("it unpacks to more than may be; is it a bomb?")
                file.write(piece)
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise HostileError(f"'{member.path}' stands in it twice") from error
    return written
