"""Which bytes are in a folder: a digest of the names and contents of its files.

Reading every file of a large folder for each trial would take longer than some trials. So what a folder was found to
hold is remembered together with size, times and inode of every file, as git does in its index: while none of those
changes, neither has the content.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.datasets.folders.cache import writing
from bench.datasets.folders.progress import bar
from bench.datasets.folders.scan import Found, shown
from bench.datasets.preparation import Skipped
from bench.paths import write_atomically

_CHUNK_BYTES = 2**20
# A file that is written again within the resolution of its times looks untouched: what is that young is not
# remembered, and read again the next time. (Git calls it "racily clean"; FAT counts in steps of two seconds.)
_SETTLED_SECONDS = 3.0


@dataclass(frozen=True)
class Content:
    """What is in the files of a folder."""

    digest: str
    """SHA-256 (hex) of the names and contents of all that could be read."""
    unreadable: tuple[Skipped, ...]


def content(files: tuple[Found, ...], memory: Path) -> Content:
    """The content of the files; `memory` is the folder in which earlier answers are kept.

    Nothing is remembered while a file cannot be read: the disk may answer the next time. Raises `UserError` where the
    cache cannot be written.
    """
    kept = memory / f"{_listing(files)}.json"
    try:
        return Content(str(json.loads(kept.read_bytes())["digest"]), ())
    except (OSError, ValueError, KeyError, TypeError):
        now = time.time_ns()  # what is missing or damaged is found again
    found = _read(files)
    newest = max((max(file.stamp[1:3]) for file in files), default=0)
    if not found.unreadable and newest < now - _SETTLED_SECONDS * 1e9:
        with writing():
            write_atomically(kept, json.dumps({"digest": found.digest}))
    return found


def file_sha256(path: Path) -> bytes:
    """SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            digest.update(piece)
    return digest.digest()


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 (hex) of pairs of name and SHA-256, in the order of the names."""
    digest = hashlib.sha256()
    for name, sha256 in files:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + sha256)
    return digest.hexdigest()


def unreadable(file: Found, error: OSError) -> Skipped:
    """The line on a file that cannot be opened."""
    return Skipped(shown(file.name), f"cannot be read: {error.strerror}")


def _read(files: tuple[Found, ...]) -> Content:
    hashes, skipped = [], []
    with bar("reading", len(files)) as advance:
        for file in files:
            try:
                hashes.append((file.name, file_sha256(file.path)))
            except OSError as error:
                skipped.append(unreadable(file, error))
            advance(1)
    return Content(digest_of(hashes), tuple(skipped))


def _listing(files: tuple[Found, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.stamp}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]
