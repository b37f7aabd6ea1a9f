"""Pictures on their way into a cache entry: however many there are, no more than one of them is in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bench.datasets.folders import near_duplicates, split
from bench.datasets.folders.cache import writing
from bench.datasets.folders.entry import Manifest
from bench.datasets.imageset import fingerprint_header
from bench.datasets.preparation import Skipped

_RAW = "pictures.raw"


class Collection:
    """Takes pictures one by one, and writes the arrays of an entry when all are there.

    Their bytes go to a file in `folder` as they come; in memory stay 107 bytes a picture, for order and split.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int]) -> None:
        self._folder = folder
        self._shape = shape
        with writing():
            self._raw: BinaryIO = (folder / _RAW).open("wb")
        self._hashes = bytearray()
        self._summaries = bytearray()

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # of a full disk, which `add` or `finish` has told of
            self._raw.close()

    def __len__(self) -> int:
        return len(self._summaries) // near_duplicates.SUMMARY

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Take a picture uint8 [H, W, C]."""
        content = picture.tobytes()
        with writing():
            self._raw.write(content)
        self._hashes += hashlib.sha256(content).digest()
        self._summaries += near_duplicates.summary(picture).tobytes()

    def finish(
        self,
        made: str,
        labels: NDArray[np.int64] | None,
        class_names: tuple[str, ...] | None,
        test: NDArray[np.bool_] | None,
        skipped: Sequence[Skipped] = (),
    ) -> Manifest:
        """Write the arrays, and return what else there is to know of them.

        `made` says how the pictures were made. `labels` [N] and `test` [N] belong to the pictures as they were added;
        where `test` is None, the split is drawn. Each side stands in the order of the SHA-256 of its pictures, so that
        neither names nor the order of files decide anything.
        """
        words = np.frombuffer(self._hashes, ">u8").reshape(-1, 4)
        order = _order(words, labels)
        summaries = np.frombuffer(self._summaries, np.uint8).reshape(-1, near_duplicates.SUMMARY)[order]
        groups = near_duplicates.groups(summaries, min(self._shape[:2]))
        # The first word says who is first in a group, and would favour large ones: the lots are the second.
        chosen = split.draw(groups, words[order, 1]) if test is None else test[order]
        digest = hashlib.sha256()
        with writing():
            self._raw.close()
            for side, rows in (("train", order[~chosen]), ("test", order[chosen])):
                self._write_images(f"{side}_images", rows, digest)
                self._write_labels(f"{side}_labels", None if labels is None else labels[rows], digest)
            (self._folder / _RAW).unlink()
        return Manifest(
            fingerprint=digest.hexdigest(),
            class_names=class_names,
            made=made,
            split=split.DRAWN if test is None else split.GIVEN,
            near_duplicate_groups=int(np.count_nonzero(np.bincount(groups) > 1)),
            straddling_groups=split.straddling(groups, chosen),
            skipped=tuple((entry.file, entry.reason) for entry in skipped),
        )

    def _write_images(self, part: str, rows: NDArray[np.int64], digest: Any) -> None:
        shape = (len(rows), *self._shape)
        one = int(np.prod(self._shape))
        digest.update(fingerprint_header(part, np.broadcast_to(np.zeros((), np.uint8), shape)))
        with (self._folder / _RAW).open("rb") as raw, (self._folder / f"{part}.npy").open("wb") as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for row in rows.tolist():
                # Read, not mapped: mapped pages would count as this process's memory.
                content = os.pread(raw.fileno(), one, row * one)
                file.write(content)
                digest.update(content)

    def _write_labels(self, part: str, labels: NDArray[np.int64] | None, digest: Any) -> None:
        if labels is None:
            digest.update(fingerprint_header(part, None))
            return
        stored = labels.astype("<i8")
        digest.update(fingerprint_header(part, stored))
        digest.update(stored.tobytes())
        np.save(self._folder / f"{part}.npy", stored, allow_pickle=False)


def _order(words: NDArray[np.uint64], labels: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """By hash [N, 4]; pictures that are equal in every byte by label."""
    tie = np.zeros(len(words), np.int64) if labels is None else labels
    return np.lexsort((tie, words[:, 3], words[:, 2], words[:, 1], words[:, 0])).astype(np.int64)
