"""A data set as the record of a run describes it, and the pictures of it that a run's folder keeps."""

from __future__ import annotations

from pathlib import Path

from bench.datasets import Source
from bench.datasets.folders.scan import shown
from bench.results.record import DatasetRecord, SkippedFile

GIVEN = "as in the source"


def describe(source: Source) -> DatasetRecord:
    """Read a data set, and say what was read. Raises `UserError` as `Source.load` does."""
    images, where = source.load(), source.where()
    how = images.preparation
    return DatasetRecord(
        label=source.label,
        title=source.title,
        origin=source.origin,
        licence=source.licence,
        path=None if where is None else shown(str(where)),
        fingerprint=images.fingerprint,
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


def write_grid(source: Source, path: Path) -> None:
    """Draw the first test images, as many as a grid of samples has: what the page sets beside generated ones."""
    import numpy as np

    from bench.training.pictures import GRID_SIDE, tile, write_png

    write_png(path, tile(np.asarray(source.load().test_images[: GRID_SIDE**2])))
