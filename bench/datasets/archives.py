"""Archives from strangers, unpacked so that nothing but plain files in one folder can come of it.

A member may name any path, be a link or a device, or unpack to more than the disk holds. What an honest archive of
pictures has no use for is refused, archive and all: to leave out the hostile members would be to trust the others.
"""

from __future__ import annotations

import errno
import shutil
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, cast

from bench.errors import UserError

MOST_BYTES = 8 * 2**30
"""What an archive may unpack to; counted while it is unpacked, because headers may lie."""
MOST_FILES = 1_000_000
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""How the names of archives end."""

_CHUNK_BYTES = 2**18
_LONGEST_HEADER = 2**20
_LONG_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_FOLDER_ICON = "Icon\r"  # by which macOS marks a folder that has a picture of its own


class HostileError(ValueError):
    """A member that no archive of pictures needs; the text says which and why."""


@dataclass(frozen=True)
class _Member:
    """A file or folder in an archive, whose path is safe."""

    path: PurePosixPath
    content: IO[bytes] | None
    """None: a folder, or nothing that anybody wants."""


class _Header(tarfile.TarInfo):
    """A header of a tar file, which fills no memory and does not pass for the archive's end when it is damaged."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        try:
            header = super().frombuf(buf, encoding, errors)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(f"one of its headers is damaged: {error}") from error
        if header.type in _LONG_HEADERS and header.size > _LONGEST_HEADER:
            raise HostileError(f"it has a header of {header.size:,} bytes")
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise HostileError(f"{_called(header.name)} is a sparse file")
        return header

    def _proc_gnusparse_10(self, member: tarfile.TarInfo, *_: object) -> None:
        # Its map stands before the content and may be as long as the whole archive.
        raise HostileError(f"{_called(member.name)} is a sparse file")


def unpack(archive: Path, folder: Path, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
    """Unpack a zip or tar file into a folder that is not there yet.

    Raises `UserError` when the archive cannot be read, is damaged, of no known kind, or asks for anything but plain
    files within the folder, and `OSError` when the folder cannot be written; then the folder is not there either.
    """
    try:
        archive.open("rb").close()
    except OSError as error:
        raise UserError(f"cannot read {archive}: {error.strerror}") from error
    folder.mkdir(parents=True)  # fails where it is there: what is removed below is never anybody else's
    try:
        left = most_bytes
        for count, member in enumerate(_members(archive)):
            if count >= most_files:
                raise HostileError(f"it holds more than {most_files:,} files")
            if member.content is not None:
                left -= _write(member.path, member.content, folder, left)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, HostileError):
            raise UserError(f"{archive} is not unpacked: {error}.\nUnpack it yourself if you trust it.") from error
        # Unpackers raise nearly anything on bytes that anybody may have written; errors of the disk have a number.
        if isinstance(error, Exception) and getattr(error, "errno", None) is None:
            reason = " ".join(str(error).split()) or "it ends too early"
            raise UserError(f"{archive} cannot be unpacked: {reason}.\nGet it again.") from error
        raise


def _members(archive: Path) -> Iterator[_Member]:
    """What is in an archive, in its order, whatever kind it is."""
    if zipfile.is_zipfile(archive):
        yield from _zip_members(archive)
        return
    with _opened_tar(archive) as opened:
        yield from _tar_members(opened)


def _opened_tar(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive, tarinfo=_Header)
    except tarfile.ReadError:
        raise tarfile.ReadError(f"it is no archive that is known here ({', '.join(SUFFIXES)})") from None


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            # Unix systems store a file's type in the upper half; others leave it 0.
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise HostileError(f"{_called(member.filename)} is a link or a device")
            path = _checked(member.filename)
            if member.flag_bits & 1:
                raise HostileError(f"{_called(member.filename)} is encrypted")
            if member.is_dir() or path.name == _FOLDER_ICON:
                yield _Member(path, None)
            else:
                with opened.open(member) as content:
                    yield _Member(path, content)


def _tar_members(opened: tarfile.TarFile) -> Iterator[_Member]:
    while (member := opened.next()) is not None:
        if not (member.isfile() or member.isdir()):
            raise HostileError(f"{_called(member.name)} is a link or a device")
        path = _checked(member.name)
        content = opened.extractfile(member) if member.isfile() and path.name != _FOLDER_ICON else None
        if content is None:
            yield _Member(path, None)
        else:
            with content:
                yield _Member(path, content)
        # Otherwise both grow with the archive, of which a kilobyte may unpack to thousands of members.
        opened.members.clear()  # type: ignore[attr-defined]
        opened.pax_headers = {}
    # The checksum of a compressed stream stands at its end, behind the archive's own.
    stream = cast("IO[bytes]", opened.fileobj)
    for _ in range(MOST_BYTES // _CHUNK_BYTES):
        if not stream.read(_CHUNK_BYTES):
            return
    raise HostileError("it unpacks to more than may be; is it a bomb?")


def _checked(name: str) -> PurePosixPath:
    """The path of a member, if it leads nowhere but into the folder on any system."""
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.anchor or ".." in path.parts:
            raise HostileError(f"{_called(name)} leads out of the folder")
    if any(unicodedata.category(letter) == "Cc" for letter in name.removesuffix(_FOLDER_ICON)):
        raise HostileError(f"{_called(name)} is not a name for a file")
    return PurePosixPath(name)


def _called(name: str) -> str:
    """A member's name, fit to be shown in a line."""
    return repr(name if len(name) <= 80 else f"{name[:80]}...")


def _write(path: PurePosixPath, content: IO[bytes], folder: Path, left: int) -> int:
    """Write a file and return its bytes, of which there may be no more than `left`."""
    target = folder / path
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            while piece := content.read(_CHUNK_BYTES):
                written += len(piece)
                if written > left:
                    raise HostileError("it unpacks to more than may be; is it a bomb?")
                file.write(piece)
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise HostileError(f"{_called(str(path))} stands in it twice") from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise HostileError(f"{_called(str(path))} is too long a name for a file here") from error
        raise
    return written
