"""A data set as the record of a run describes it, and the pictures of it that a run's folder keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets import ImageSet, Source
from bench.datasets.folders.scan import shown
from bench.results.record import DatasetRecord, SkippedFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GIVEN = "as in the source"


def describe(source: Source, images: ImageSet) -> DatasetRecord:
    """What was read of a data set."""
    where, how = source.where(), images.preparation
    return DatasetRecord(
        label=source.label,
        title=source.title,
        origin=source.origin,
        licence=source.licence,
        path=None if where is None else shown(str(where)),
        fingerprint=images.fingerprint,
        part_of=images.part_of,
        grid=f"datasets/{images.fingerprint[:16]}.png",
        train=len(images.train_images),
        test=len(images.test_images),
        image_shape=images.image_shape,
        classes=images.num_classes,
        class_names=images.class_names,
        split=how.split if how else GIVEN,
        near_duplicate_groups=how.near_duplicate_groups if how else None,
        straddling_groups=how.straddling_groups if how else None,
        made=how.made if how else None,
        skipped=tuple(SkippedFile(file=entry.file, reason=entry.reason) for entry in (how.skipped if how else ())),
    )


def short_names(read: Mapping[str, DatasetRecord]) -> dict[str, str]:
    """A short name for each data set by its full one, which it keeps where two have one label."""
    labels = [record.label for record in read.values()]
    return {name: record.label if labels.count(record.label) == 1 else name for name, record in read.items()}


def for_grid(images: ImageSet) -> NDArray[np.uint8]:
    """The first test images, as many as a grid of samples has: what the page sets beside generated ones."""
    import numpy as np

    from bench.training.pictures import GRID_SIDE

    return np.array(images.test_images[: GRID_SIDE**2])


def write_grid(pictures: NDArray[np.uint8], path: Path) -> None:
    """Write the pictures of `for_grid` side by side, as PNG."""
    from bench.training.pictures import tile, write_png

    write_png(path, tile(pictures))
