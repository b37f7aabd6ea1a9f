"""Walk a folder: which files may be pictures, and what is left out before any of them is opened.

Hidden files and folders are passed over. Nothing outside the folder is read: a link that leads out is left out, and so
is one to what is hidden. One that stays inside is followed unless its target is there under a name of its own, so that
no file is taken twice.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from bench.datasets.preparation import Skipped

LARGEST_BYTES = 512 * 2**20
"""A larger file is a film or an archive, not a picture: it is not read."""

_Identity = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """A file that may be a picture."""

    name: str
    """Relative to the folder, with slashes, as the system spells it."""
    path: Path
    """Where it is; what a link leads to, if it is one."""
    stamp: tuple[int, int, int, int, int]
    """Size in bytes, mtime and ctime in ns, device, inode: equal as long as nobody has touched the file."""


@dataclass(frozen=True)
class Scan:
    """What there is in a folder."""

    files: tuple[Found, ...]
    """In the order of their names."""
    folders: tuple[str, ...]
    """The names of the folders at the top, links to folders among them, whatever is in them."""
    skipped: tuple[Skipped, ...]


def scan(root: Path) -> Scan:
    """Walk a folder, which must be a resolved path. Opens no file."""
    walk = _Walk(root)
    walk.run()
    return Scan(
        files=tuple(sorted(walk.files, key=lambda file: file.name)),
        folders=tuple(sorted(walk.folders)),
        skipped=tuple(sorted(walk.skipped)),
    )


def shown(name: str) -> str:
    """A file's name fit for a line of text: what cannot be printed or encoded stands as an escape."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


class _Walk:
    """The state of a walk: links wait until all that is there under its own name is known."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[Found] = []
        self.folders: list[str] = []
        self.skipped: list[Skipped] = []
        self._seen: set[_Identity] = set()
        self._links: list[tuple[str, Path]] = []

    def run(self) -> None:
        self._folder("", self.root)
        while self._links:
            links, self._links = sorted(self._links), []
            for name, path in links:
                self._link(name, path)

    def _folder(self, name: str, path: Path) -> None:
        """Everything below a folder, without recursion: a deep tree is no reason to fail."""
        pending = [(name, path)]
        while pending:
            name, path = pending.pop()
            try:
                status = path.stat()
                if not self._is_new(status):
                    continue
                with os.scandir(path) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._skip(f"{name}/", f"cannot be read: {error.strerror}")
                continue
            for entry in listed:
                if entry.name.startswith("."):
                    continue
                inner = f"{name}/{entry.name}" if name else entry.name
                if not name and _is_folder(entry):
                    self.folders.append(inner)
                if entry.is_symlink():
                    self._links.append((inner, Path(entry.path)))
                elif entry.is_dir(follow_symlinks=False):
                    pending.append((inner, Path(entry.path)))
                else:
                    self._file(inner, Path(entry.path))

    def _file(self, name: str, path: Path) -> None:
        try:
            status = path.stat(follow_symlinks=False)
        except OSError as error:
            self._skip(name, f"cannot be read: {error.strerror}")
            return
        if not stat.S_ISREG(status.st_mode):
            # Opening a named pipe would wait for ever.
            self._skip(name, "not an image: not a regular file")
        elif status.st_size == 0:
            self._skip(name, "empty")
        elif status.st_size > LARGEST_BYTES:
            self._skip(name, f"not an image: larger than {LARGEST_BYTES // 2**20} MiB")
        else:
            self._seen.add((status.st_dev, status.st_ino))
            stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_dev, status.st_ino)
            self.files.append(Found(name, path, stamp))

    def _link(self, name: str, path: Path) -> None:
        try:
            target = path.resolve(strict=True)
            status = target.stat()
        except FileNotFoundError:
            self._skip(name, "a link to nothing")
            return
        except (OSError, RuntimeError) as error:  # which of the two a loop raises depends on Python's version
            loop = isinstance(error, RuntimeError) or "symbolic links" in str(error)
            self._skip(name, "a link that leads back to itself" if loop else f"cannot be read: {error}")
            return
        if not target.is_relative_to(self.root):
            self._skip(name, "a link that leads out of the folder")
        elif any(part.startswith(".") for part in target.relative_to(self.root).parts):
            self._skip(name, "a link to what is hidden")
        elif path.parent.resolve().is_relative_to(target):
            self._skip(name, "a link that leads back to a folder that it lies in")
        elif stat.S_ISDIR(status.st_mode):
            self._folder(name, target)
        elif (status.st_dev, status.st_ino) not in self._seen:
            self._file(name, target)

    def _is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        new = identity not in self._seen
        self._seen.add(identity)
        return new

    def _skip(self, name: str, reason: str) -> None:
        self.skipped.append(Skipped(shown(name), reason))
