"""Lit pixels on the border: what a thing that is cut off by its picture leaves there."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench import datasets
from bench.errors import UserError
from bench.results.folder import RunFolder
from bench.results.record import TrialRecord
from bench.verdict.measures import Factory, Measure
from bench.verdict.record import Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIT = 128
"""Grey level from which on a pixel belongs to the thing."""

PROTOCOL = Protocol(
    measure="border",
    title="lit border",
    unit=None,
    better="lower",
    scale="linear",
    how=f"share of the outermost pixels at grey level {LIT} or above, over all pictures that were kept; "
    "of real pictures: over all test pictures",
)


def touching(folder: RunFolder, fingerprint: str | None) -> Factory:
    """The share of lit pixels on the border of a trial's samples; `fingerprint` is that of its data set."""

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        name = trial.artifacts.get("samples")
        if name is None:
            return None, "no samples were kept"
        path = folder.trial(trial.id) / name
        try:
            stamp = path.stat()
            return _of_file(path, stamp.st_mtime_ns, stamp.st_size), ""
        except FileNotFoundError:
            return None, "its samples are not in the run's folder"
        except (OSError, UserError):
            return None, "its samples cannot be read"

    def real(trial: TrialRecord) -> tuple[float | None, str]:
        if fingerprint is None:
            return None, "the run does not say which pictures it read"
        return _of_dataset(trial.dataset, fingerprint)

    def make(_: Sequence[TrialRecord]) -> Measure:
        return Measure(PROTOCOL, get, real=real)

    return make


def lit_border(images: NDArray[np.uint8]) -> float:
    """The share of the outermost pixels of images [N, H, W, C] that are lit in some channel."""
    import numpy as np

    lit = np.any(images >= LIT, axis=-1)
    edge = np.ones(lit.shape[1:], dtype=bool)
    edge[1:-1, 1:-1] = False
    return float(lit[:, edge].mean())


@functools.lru_cache(maxsize=4096)
def _of_file(path: Path, _stamp: int, _size: int) -> float:
    import numpy as np

    from bench.datasets.npz_file import opened

    # Read by its headers: a run's folder may come from anybody.
    with opened(path) as arrays:
        images = arrays.get("images")
        if images is None or len(images.shape) != 4 or images.dtype != np.uint8 or not math.prod(images.shape):
            raise UserError(f"{path} holds no pictures")
        return lit_border(np.stack(list(images.rows())))


@functools.lru_cache(maxsize=64)
def _of_dataset(name: str, fingerprint: str) -> tuple[float | None, str]:
    try:
        return lit_border(datasets.load(name, fingerprint).test_images), ""
    except UserError as error:
        return None, str(error)
