"""What real images give, computed once for ever: a folder of .npz files keyed by content, safe between processes."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.paths import cache_folder, write_atomically
from bench.quality.features import Extractor, Features, check_features

PROTOCOL = 2
"""Raised whenever the same weights and images would give other features: old entries are then never found."""
FIGURES_PROTOCOL = 2
"""Raised whenever a metric would make other figures of the same real images."""

Arrays = dict[str, NDArray[Any]]
"""Arrays of numbers by name."""
Identity = dict[str, str | int]
"""What decides the content of an entry: hashes, counts and versions, never a name that may come to mean another."""

log = logging.getLogger(__name__)


def cached_features(extractor: Extractor, images: Identity, n: int, compute: Callable[[], Features]) -> Features:
    """The features of n images that the entries of `images` identify (by content, not by name).

    Read from the cache, or computed and written there. An entry that is damaged, or that is not what its name
    says, is made again; two processes that miss at once both compute, and either result stands. A cache that
    cannot be written costs time and nothing else.
    """

    def check(arrays: Arrays) -> None:
        check_features(Features(arrays["features"], arrays.get("logits")), n, extractor)

    def arrays() -> Arrays:
        found = compute()
        return {"features": found.features} | ({} if found.logits is None else {"logits": found.logits})

    identity = {"protocol": PROTOCOL, **of_extractor(extractor), "n": n, **images}
    found = _cached("features", identity, check, arrays)
    return Features(found["features"], found.get("logits"))


@dataclass(frozen=True)
class Once:
    """What depends on real images alone and takes seconds: computed for the first trial, read for all others.

    Called with a name, and with a function that gives arrays of finite numbers by name.
    """

    identity: Identity
    """Of the images and of whatever else decides the arrays."""

    def __call__(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """The arrays of this name, kept and read as `cached_features` does it."""
        identity = {"protocol": FIGURES_PROTOCOL, "name": name, **self.identity}
        return _cached("figures", identity, _check_numbers, compute)


def of_extractor(extractor: Extractor) -> Identity:
    """What of an extractor, and of the library that runs it, decides the last bit of a feature."""
    return {
        "weights": extractor.weights_sha256,
        "batch_size": extractor.batch_size,
        "device": extractor.device,
        "torch": metadata.version("torch"),
    }


def _check_numbers(arrays: Arrays) -> None:
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
            raise FloatingPointError(f"'{name}' holds something that is no finite number")


def _cached(kind: str, identity: Identity, check: Callable[[Arrays], None], compute: Callable[[], Arrays]) -> Arrays:
    key = json.dumps(identity, sort_keys=True)
    path = cache_folder() / kind / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    try:
        found = _read(path, key)
        check(found)
        return found
    except FileNotFoundError:
        pass
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        ArithmeticError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        log.warning("cache entry %s is damaged (%s): computed again", path.name, error)
    found = compute()
    check(found)
    try:
        _write(path, key, found)
    except OSError as error:
        log.warning("%s are not cached: %s", kind, error)
    return found


def _read(path: Path, key: str) -> Arrays:
    # Opened here, because numpy leaves the file open where it is no archive.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as entry:
        if str(entry["key"]) != key:
            raise ValueError("it belongs to other images or weights")
        return {name: entry[name] for name in entry.files if name != "key"}


def _write(path: Path, key: str, found: Arrays) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, key=np.array(key), **found)  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())
