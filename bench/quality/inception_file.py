"""The file of Inception-2015: where it is, whether it is the right one. No framework: ask before a run."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bench.errors import UserError
from bench.paths import cache_folder, data_folder

FILE_NAME = "weights-inception-2015-12-05-6726825d.pth"
SHA256_PREFIX = "6726825d"
SOURCE = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/" + FILE_NAME


def find_inception_weights(explicit: Path | None = None) -> Path:
    """The path of the weights file: the one named, else in $BENCH_DATA, else in the user's cache.

    A file that is nowhere is a UserError that says where to put it.
    """
    if explicit is not None:
        if explicit.is_file():
            return explicit
        raise UserError(f"there is no file {explicit}: the Inception-2015 weights are at {SOURCE}")
    home = cache_folder() / "extractors" / FILE_NAME
    data = data_folder()
    for path in ([data / FILE_NAME] if data else []) + [home]:
        if path.is_file():
            return path
    raise UserError(f"the Inception-2015 weights are not here: download {SOURCE}\nand put the file at {home}")


def read_inception_weights(path: Path, sha256_prefix: str = SHA256_PREFIX) -> tuple[bytes, str]:
    """The file's bytes and their sha256 in hex; a hash that does not start with the prefix is a UserError.

    The library that reads them checks nothing, and a scrambled file would give plausible, wrong scores.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if not found.startswith(sha256_prefix):
        raise UserError(
            f"{path} is not the Inception-2015 weights (sha256 {found[:8]}…, expected {sha256_prefix}…): "
            f"download it again from {SOURCE}"
        )
    return content, found
