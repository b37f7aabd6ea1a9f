"""A folder of pictures made a data set: every file decoded once, the bad ones left out by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import PIL
from numpy.typing import NDArray

from bench.datasets.folders import layout as layouts
from bench.datasets.folders.collect import Collection
from bench.datasets.folders.content import digest_of, unreadable
from bench.datasets.folders.decode import MADE, BadPictureError, decode, quiet
from bench.datasets.folders.entry import Manifest
from bench.datasets.folders.layout import Layout, Place
from bench.datasets.folders.names import FolderName
from bench.datasets.folders.progress import bar
from bench.datasets.folders.scan import Found, shown
from bench.datasets.preparation import Skipped
from bench.errors import UserError
from bench.machine import usable_cores

FEWEST = 25
"""Pictures that a data set needs at least."""
# Pillow lets other threads run while it unpacks and scales. More threads than these would not help much.
_MOST_THREADS = 4
_AT_ONCE = 64  # pictures in memory besides


@dataclass(frozen=True)
class Decoded:
    """What became of a file."""

    file: Found
    sha256: bytes | None
    """Of its content; None where it cannot be read."""
    pixels: NDArray[np.uint8] | Skipped
    """The picture uint8 [size, size, channels], or why there is none."""


def prepare(
    folder: Path, name: FolderName, found: Layout, digest: str, skipped_before: tuple[Skipped, ...]
) -> Manifest:
    """Write the arrays of the pictures into `folder`; `found` are the files and their places.

    `digest` is that of the files' content, from when it was asked for: `UserError` where it is another one now.
    `UserError` as well where fewer than `FEWEST` pictures can be used; it names the first files that cannot.
    """
    hashes: list[tuple[str, bytes]] = []
    skipped: list[Skipped] = []
    places: list[Place] = []
    with (
        Collection(folder, (name.size, name.size, name.channels)) as pictures,
        bar("preparing", len(found.files)) as advance,
    ):
        for place, picture in zip(found.places, decoded(found.files, name.size, name.channels), strict=True):
            advance(1)
            if picture.sha256 is not None:
                hashes.append((picture.file.name, picture.sha256))
            if isinstance(picture.pixels, Skipped):
                skipped.append(picture.pixels)
            else:
                pictures.add(picture.pixels)
                places.append(place)
        if digest_of(hashes) != digest:
            raise UserError(
                f"{shown(str(name.path))} has changed while it was read: run again once nobody writes to it"
            )
        _check_count(name.path, len(pictures), (*skipped_before, *skipped))
        test = np.array([place.test for place in places], np.bool_) if found.given else None
        if test is not None and (test.all() or not test.any()):
            side = "train" if test.all() else "test"
            raise UserError(f"{shown(str(name.path))}/{side} has no picture that can be used{_first(skipped)}")
        names = layouts.classes(places)
        number = {class_name: index for index, class_name in enumerate(names or ())}
        labels = np.array([number[str(place.class_name)] for place in places], np.int64) if names else None
        return pictures.finish(
            f"{MADE}; Pillow {PIL.__version__}", labels, tuple(map(shown, names)) if names else None, test, skipped
        )


def _check_count(path: Path, count: int, skipped: tuple[Skipped, ...]) -> None:
    if count < FEWEST:
        pictures = f"{count or 'no'} picture{'s' * (count != 1)} that can be used"
        raise UserError(f"{shown(str(path))} has {pictures}; {FEWEST} are needed at least{_first(skipped)}")


def _first(skipped: list[Skipped] | tuple[Skipped, ...], count: int = 5) -> str:
    """The first files that were left out, as the second line of an error."""
    if not skipped:
        return ""
    more = f" and {len(skipped) - count:,} more" if len(skipped) > count else ""
    return f".\nLeft out: {'; '.join(map(str, skipped[:count]))}{more}"


def decoded(files: Sequence[Found], size: int, channels: int) -> Iterator[Decoded]:
    """What became of each file, in order; a few are read at once, and those that nobody asks for are not."""
    work: Callable[[Found], Decoded] = partial(_one, size=size, channels=channels)
    threads = min(_MOST_THREADS, usable_cores())
    with quiet(), ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(files), _AT_ONCE):
            yield from pool.map(work, files[start : start + _AT_ONCE])


def _one(file: Found, size: int, channels: int) -> Decoded:
    try:
        content = file.path.read_bytes()
    except OSError as error:
        return Decoded(file, None, unreadable(file, error))
    sha256 = hashlib.sha256(content).digest()
    try:
        return Decoded(file, sha256, decode(content, size, channels))
    except BadPictureError as reason:
        return Decoded(file, sha256, Skipped(shown(file.name), str(reason)))
