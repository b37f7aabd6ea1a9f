"""Names that carry a path: `folder:PATH[,size=64][,channels=3]` and `npz:FILE`, read and spelt.

The spelling that everything after the command line sees (plan, records, workers) has the resolved path and no option
that is as by default, so that one set has one name, which can be typed again from any folder. What would end a name in
a list of names (a comma, a bracket) stands in it as a percent-escape, as in a URL; a percent sign itself is %25.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from bench.datasets.folders.scan import shown
from bench.errors import UserError, unknown

FOLDER, NPZ = "folder:", "npz:"
SIZE, CHANNELS = 64, 3
"""Side of the prepared pictures and their channels, where a name does not say."""
LARGEST_SIZE = 1024
OPTIONS = ("size", "channels")

_LAST_OPTION = re.compile(rf"^(?P<rest>.*),\s*(?P<key>{'|'.join(OPTIONS)})\s*=(?P<value>[^,/]*)$", re.DOTALL)
_LIKE_AN_OPTION = re.compile(r",\s*([A-Za-z_]+)\s*=[^,/]*$")
_ENDS_A_NAME = "%,[]()"


@dataclass(frozen=True)
class FolderName:
    """What `folder:...` says: which folder, and the form of its pictures."""

    path: Path
    """Absolute, links resolved."""
    size: int
    """Height and width of the prepared pictures."""
    channels: int
    """1 (grey) or 3 (RGB)."""

    @property
    def options(self) -> str:
        """What differs from the default, as it is typed: `,size=32`."""
        size = f",size={self.size}" if self.size != SIZE else ""
        return size + (f",channels={self.channels}" if self.channels != CHANNELS else "")

    def __str__(self) -> str:
        return f"{FOLDER}{spelt(self.path)}{self.options}"


def read_folder_name(name: str) -> FolderName:
    """Read `folder:PATH[,size=64][,channels=3]`; options stand after the path, each at most once.

    `~` is expanded, a relative path starts from the current folder. Raises `UserError` for an option that is unknown
    or wrong, and for a folder that is not there.
    """
    rest, given = name.removeprefix(FOLDER), dict[str, str]()
    while match := _LAST_OPTION.match(rest):
        if match["key"] in given:
            raise UserError(f"{name}: {match['key']} is given twice")
        given[match["key"]] = match["value"].strip()
        rest = match["rest"]
    path = read_path(name, rest)
    if not path.is_dir():
        if path.is_file():
            raise UserError(
                f"{shown(str(path))} is a file: name the folder that it is in, or {NPZ}FILE for an .npz file"
            )
        if like := _LIKE_AN_OPTION.search(rest):
            raise unknown("option of folder:", like[1], OPTIONS)
        raise UserError(f"there is no folder {shown(str(path))}" + _hint(rest))
    size = _number(name, given, "size", SIZE)
    channels = _number(name, given, "channels", CHANNELS)
    if channels not in (1, 3):
        raise UserError(f"{name}: channels must be 1 (grey) or 3 (RGB), not {channels}")
    _check_size(name, size, channels)
    return FolderName(path, size, channels)


def read_npz_name(name: str) -> Path:
    """Read `npz:FILE`: the resolved path. Raises `UserError` where no file is there."""
    rest = name.removeprefix(NPZ)
    path = read_path(name, rest)
    if not path.is_file():
        raise UserError(f"there is no file {shown(str(path))}" + _hint(rest))
    return path


def read_path(name: str, text: str) -> Path:
    """The resolved path that `text` spells, percent-escapes and `~` understood."""
    if not text.strip():
        raise UserError(f"'{name}' names no path: write {name}PATH")
    raw = os.fsdecode(unquote_to_bytes(os.fsencode(text.strip())))
    if "\0" in raw:
        raise UserError(f"'{name}': a path holds no zero byte")
    try:
        return Path(raw).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # a loop of links, or a ~ that is nobody's home
        raise UserError(f"'{name}': cannot follow {text.strip()}: {error}") from None


def spelt(path: Path) -> str:
    """A path as it stands in a name; `read_path` reads it back.

    Escaped is what ends a name in a list, and what a terminal or a table would not show as it is.
    """
    text = str(path)
    last = len(text) - 1
    return "".join(
        quote(os.fsencode(letter), safe="")
        if letter in _ENDS_A_NAME or not letter.isprintable() or (letter == " " and at == last)
        else letter
        for at, letter in enumerate(text)
    )


def _hint(text: str) -> str:
    return "; a percent sign in a path is written %25" if "%" in text else ""


def _number(name: str, given: dict[str, str], key: str, default: int) -> int:
    text = given.get(key, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise UserError(f"{name}: {key} must be a number, not '{text}'")
    return int(text)


def _check_size(name: str, size: int, channels: int) -> None:
    from bench.models.geometry import check_image_shape  # imports the models, which a listing need not wait for

    if size > LARGEST_SIZE:
        raise UserError(f"{name}: size must be at most {LARGEST_SIZE}, not {size}")
    try:
        check_image_shape((size, size, channels))
    except UserError as error:
        raise UserError(f"{name}: {error}") from None
