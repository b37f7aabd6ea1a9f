"""Copies of somebody's pictures in one flat folder, beside a list of their checksums as sha256sum writes it."""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from bench.datasets.folders.scan import LARGEST_BYTES, Found, scan, shown
from bench.datasets.preparation import Skipped
from bench.errors import UserError

PICTURES, CHECKSUMS = "pictures", "SHA256SUMS"
LONGEST_NAME = 140
"""Bytes of a copy's name: what the disks that allow least (encrypted ones) have room for."""
_MOST_LINES = 50

log = logging.getLogger(__name__)


def pictures_in(folder: Path, inner: str) -> Path:
    """The folder that holds the pictures, resolved: `inner` in `folder`, or `folder` itself.

    The latter where a picture lies at its top, or where `inner` is a link that leads out of it.
    """
    folder = folder.resolve()
    if not (folder / inner).is_dir() or _has_picture(folder):
        return folder
    chosen = (folder / inner).resolve()
    return chosen if chosen.is_relative_to(folder) else folder


def copy_pictures(given: Path, inner: str, folder: Path) -> int:
    """Copy the pictures of a folder into a new one, and list their checksums; how many there are.

    They are all those below `pictures_in(given, inner)`. What is left out is said in a warning for each file. Raises
    `UserError` when a file cannot be read.
    """
    from bench.datasets.folders.decode import quiet

    root = pictures_in(given, inner)
    scanned, lines = scan(root), list[str]()
    skipped = list(scanned.skipped)
    if root != given.resolve():
        beside = (path.name for path in given.iterdir() if path.name != inner and not path.name.startswith("."))
        skipped += [Skipped(shown(name), f"beside {inner}/") for name in beside]
    (folder / PICTURES).mkdir(parents=True)
    with quiet():
        for found in scanned.files:
            content = _read(found)
            fault = _fault(content)
            if fault is not None:
                skipped.append(Skipped(shown(found.name), fault))
                continue
            name = _flat(found.name)
            (folder / PICTURES / name).write_bytes(content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {PICTURES}/{name}\n")
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    _report(len(lines), skipped)
    return len(lines)


def problems(folder: Path) -> list[str]:
    """The files that are not as the list of checksums says, or not in it; the list itself if it cannot be read."""
    try:
        text = (folder / CHECKSUMS).read_bytes().decode("utf-8", "surrogateescape")
        there = {f"{PICTURES}/{path.name}" for path in (folder / PICTURES).iterdir() if not path.name.startswith(".")}
    except OSError:
        return [CHECKSUMS]
    listed = {name: sha256 for sha256, _, name in (line.partition("  ") for line in text.split("\n") if line)}
    wrong = {name for name, sha256 in listed.items() if _sha256(folder / name) != sha256}
    return sorted(shown(name) for name in wrong | (there - set(listed)))


def _has_picture(folder: Path) -> bool:
    """Whether a file at the top of a folder is a picture, or may be one, for all that can be read of it."""
    from bench.datasets.folders.decode import quiet

    try:
        with quiet(), os.scandir(folder) as entries:
            return any(
                _fault(Path(entry.path).read_bytes()) is None
                for entry in entries
                if not entry.name.startswith(".")
                and entry.is_file(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_size <= LARGEST_BYTES
            )
    except OSError:
        return True


def _read(found: Found) -> bytes:
    try:
        return found.path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {shown(str(found.path))}: {error.strerror}; nothing has been taken") from error


def _fault(content: bytes) -> str | None:
    """Why these bytes are no picture that can be used, or None."""
    from bench.datasets.folders.decode import BadPictureError, decode
    from bench.datasets.folders.names import CHANNELS, SIZE

    try:
        decode(content, SIZE, CHANNELS)
    except BadPictureError as error:
        return str(error)
    return None


def _flat(name: str) -> str:
    """The name of a copy, so that no subfolder passes for a class, no two become one and each stands in one line."""
    flat = "".join(_escaped(letter) for letter in name)
    if len(flat.encode()) <= LONGEST_NAME:
        return flat
    ending = Path(flat).suffix if len(Path(flat).suffix) < 8 else ""
    short = hashlib.sha256(os.fsencode(name)).hexdigest()[:16] + ending
    return f"{flat.encode()[: LONGEST_NAME - len(short.encode()) - 1].decode('utf-8', 'ignore')}-{short}"


def _escaped(letter: str) -> str:
    plain = letter not in "%/\\" and unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp")
    return letter if plain else quote(os.fsencode(letter), safe="")


def _report(count: int, skipped: Sequence[Skipped]) -> None:
    for line in sorted(skipped)[:_MOST_LINES]:
        log.warning("left out %s", line)
    if skipped:
        log.warning("took %s, left out %s", _counted(count, "picture"), _counted(len(skipped), "file"))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):  # a name in a damaged list may hold a zero byte
        return None
