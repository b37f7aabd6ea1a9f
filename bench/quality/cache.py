"""Features computed once for ever: a folder of .npz files keyed by content, safe between processes."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.paths import cache_folder, write_atomically
from bench.quality.features import Extractor, Features, check_features

PROTOCOL = 1
"""Raised whenever the same weights and images would give other features: old entries are then never found."""

log = logging.getLogger(__name__)


def cached_features(
    extractor: Extractor, images: dict[str, str | int], n: int, compute: Callable[[], Features]
) -> Features:
    """The features of n images that the entries of `images` identify (by content, not by name).

    Read from the cache, or computed and written there. An entry that is damaged, or that is not what its name
    says, is made again; two processes that miss at once both compute, and either result stands. A cache that
    cannot be written costs time and nothing else.
    """
    identity = {
        "protocol": PROTOCOL,
        "weights": extractor.weights_sha256,
        "batch_size": extractor.batch_size,
        "device": extractor.device,
        "n": n,
        **images,
    }
    key = json.dumps(identity, sort_keys=True)
    path = cache_folder() / "features" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    try:
        return _read(path, key, n, extractor)
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
    try:
        _write(path, key, found)
    except OSError as error:
        log.warning("features are not cached: %s", error)
    return found


def _read(path: Path, key: str, n: int, extractor: Extractor) -> Features:
    # Opened here, because numpy leaves the file open where it is no archive.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as entry:
        if str(entry["key"]) != key:
            raise ValueError("it belongs to other images or weights")
        found = Features(entry["features"], entry.get("logits"))
    check_features(found, n, extractor)
    return found


def _write(path: Path, key: str, found: Features) -> None:
    buffer = io.BytesIO()
    if found.logits is None:
        np.savez(buffer, key=np.array(key), features=found.features)
    else:
        np.savez(buffer, key=np.array(key), features=found.features, logits=found.logits)
    write_atomically(path, buffer.getvalue())
