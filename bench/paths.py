"""Where the suite keeps things on this machine, and how a file is written so that nobody sees half of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The user's cache of downloads and prepared data: `$BENCH_CACHE`, else the platform's place."""
    return Path(os.environ.get("BENCH_CACHE") or platformdirs.user_cache_dir("pairbench"))


def extractors_folder() -> Path:
    """Where the extractors that the user has trained are kept: `$BENCH_CACHE/extractors`, else among the user's data.

    Not in the platform's cache, which may be emptied at any time: an extractor takes minutes to make, and made again
    by other versions it is another one, whose scores do not compare.
    """
    named = os.environ.get("BENCH_CACHE")
    return Path(named or platformdirs.user_data_dir("pairbench")) / "extractors"


def data_folder() -> Path | None:
    """The folder of full data sets that the user named in `$BENCH_DATA`, or None."""
    named = os.environ.get("BENCH_DATA")
    return Path(named) if named else None


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all: to a temporary neighbour first, then renamed over `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    payload = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for the owner alone; a result is as readable as any other new file.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
