"""Contact sheets: every class has its row, grey stays grey, small pictures grow by whole numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bench.datasets import ImageSet
from bench.datasets.preview import GAP, MOST_COLUMNS, contact_sheet, preview
from bench.errors import UserError


def image_set(shape, count=12, classes=0, names=None, name="some"):
    """Pictures of one value each, which is their place in the set."""
    images = np.broadcast_to(np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1), (count, *shape)).copy()
    labels = np.arange(count, dtype=np.int64) % classes if classes else None
    return ImageSet(
        name=name, train_images=images, train_labels=labels, test_images=images, test_labels=labels, class_names=names
    )


def values(sheet):
    """The pictures' values, row by row, white being none."""
    pixels = np.asarray(sheet.convert("L"))
    return sorted(set(np.unique(pixels[pixels < 100]).tolist()))


def test_without_labels_the_first_pictures_stand_in_a_square():
    sheet = contact_sheet(image_set((64, 64, 3)), count=9)
    assert sheet.mode == "RGB"
    assert sheet.size == (3 * 64 + 4 * GAP,) * 2
    assert values(sheet) == list(range(9))


@pytest.mark.parametrize(("side", "shown"), [(8, 64), (28, 56), (40, 40), (64, 64), (200, 200)])
def test_small_pictures_grow_by_a_whole_number(side, shown):
    sheet = contact_sheet(image_set((side, side, 1)), count=4)
    assert sheet.mode == "L"
    assert sheet.size == (2 * shown + 3 * GAP,) * 2


def test_with_labels_each_class_has_a_row_and_its_name_beside_it():
    sheet = contact_sheet(image_set((64, 64, 1), classes=3, names=("a", "a long name", "c")), count=6)
    assert sheet.mode == "L"
    assert sheet.height == 3 * (64 + GAP) + GAP
    margin = sheet.width - (2 * (64 + GAP) + GAP)
    assert margin > 40
    rows = np.asarray(sheet)[GAP + 32 :: 64 + GAP]
    assert [(row[margin + GAP + 32], row[margin + 2 * GAP + 64 + 32]) for row in rows] == [(0, 3), (1, 4), (2, 5)]
    beside = np.asarray(sheet)[:, :margin]
    assert all((beside[top : top + 64] < 128).any() for top in range(GAP, sheet.height - 64, 64 + GAP))


def test_a_class_with_too_few_pictures_is_filled_up_with_white():
    sheet = contact_sheet(image_set((64, 64, 3), count=4, classes=3), count=30)
    assert sheet.height == 3 * (64 + GAP) + GAP
    assert sheet.getpixel((sheet.width - 20, sheet.height - 32)) == (255, 255, 255)


def test_rows_are_no_longer_than_the_largest_class_or_than_a_sheet_is_wide():
    def columns(pictures):
        sheet = contact_sheet(image_set((64, 64, 1), count=pictures, classes=2), count=200)
        return (sheet.width - GAP) // (64 + GAP)

    assert columns(5) == 3
    assert columns(90) == MOST_COLUMNS


def test_of_more_classes_than_pictures_the_first_ones_are_shown_and_the_rest_is_counted():
    some = contact_sheet(image_set((64, 64, 1), count=60, classes=20), count=5)
    every = contact_sheet(image_set((64, 64, 1), count=60, classes=5), count=5)
    grown = some.height - every.height
    assert 0 < grown < 40
    rows = np.asarray(some)[GAP + 32 : every.height : 64 + GAP, some.width // 2]
    assert rows.tolist() == [0, 1, 2, 3, 4]
    assert (np.asarray(some)[every.height :] < 128).any()
    assert every.height == 5 * (64 + GAP) + GAP


def test_it_is_written_where_it_is_told_or_under_the_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert preview(image_set((8, 8, 1), name="folder:/a b/c,size=8"), None, 4).name == "folder-a-b-c-size=8.png"
    path = preview(image_set((8, 8, 1)), tmp_path / "new/sheet.png", 4)
    with Image.open(path) as sheet:
        assert sheet.format == "PNG"


def test_a_count_or_name_that_makes_no_sheet_is_refused(tmp_path):
    for count in (0, -1, 1_000_000):
        with pytest.raises(UserError, match="--count must be from 1"):
            contact_sheet(image_set((8, 8, 1)), count)
    with pytest.raises(UserError, match=r"end it in \.png"):
        preview(image_set((8, 8, 1)), tmp_path / "sheet.jpg", 4)
