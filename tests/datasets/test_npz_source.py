"""Any array of images is a data set, if it is one; no pickle is ever loaded."""

from __future__ import annotations

import numpy as np
import pytest

from bench import datasets
from bench.errors import UserError


def noise(count=40, shape=(8, 8, 3), seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


@pytest.fixture
def load(tmp_path):
    """Save arrays and load them as a data set."""

    def saved(save=np.savez, **arrays):
        save(tmp_path / "x.npz", **arrays)
        return datasets.load(f"npz:{tmp_path / 'x.npz'}")

    return saved


def contents(images, labels):
    return sorted((image.tobytes(), label) for image, label in zip(images, labels, strict=True))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_images_are_split(load, save):
    images, labels = noise(), np.arange(40) % 3
    found = load(save, images=images, labels=labels)
    assert (len(found.train_images), len(found.test_images)) == (32, 8)
    assert found.num_classes == 3
    both = np.concatenate([found.train_images, found.test_images])
    assert contents(both, [*found.train_labels, *found.test_labels]) == contents(images, labels)
    assert found.preparation.made == "as in the file"


def test_grey_images_need_no_channel(load):
    assert load(images=noise(shape=(8, 12))).image_shape == (8, 12, 1)


def test_a_given_test_set_is_kept(load):
    test = noise(10, seed=1)
    found = load(images=noise(30), labels=np.zeros(30, np.uint8), test_images=test, test_labels=np.ones(10, np.int32))
    assert contents(found.test_images, found.test_labels) == contents(test, np.ones(10))
    assert found.preparation.split == "as given: train and test"


def test_arrays_in_another_order_of_memory(load):
    images = noise()
    assert load(images=np.asfortranarray(images)).fingerprint == load(images=images).fingerprint


def test_it_has_a_name_that_can_be_typed_again(tmp_path, monkeypatch):
    (tmp_path / "a, b").mkdir()
    np.savez(tmp_path / "a, b/x.npz", images=noise())
    monkeypatch.chdir(tmp_path)
    source = datasets.find("npz:a, b/x.npz")
    assert source.name == f"npz:{tmp_path}/a%2C b/x.npz"
    assert source.label == "npz:x.npz"
    assert datasets.find(source.name).load().fingerprint == source.load().fingerprint
    assert source.fetch(progress=False).is_dir()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pictures": noise()}, "unknown key 'pictures'"),
        ({"labels": np.zeros(3, np.int64)}, "has no key 'images'"),
        ({"images": noise().astype(np.float32)}, r"images must be uint8 \(0 to 255\), not float32"),
        ({"images": np.array([None, {}], object)}, "is not an .npz file of plain arrays: Object arrays"),
        ({"images": noise(shape=(8, 8, 4))}, r"images must be \[N, H, W\].*not \[40, 8, 8, 4\]"),
        ({"images": noise()[0, 0]}, r"not \[8, 3\]"),
        ({"images": noise(0)}, r"not \[0, 8, 8, 3\]"),
        ({"images": noise(24)}, "has 24 images; 25 are needed"),
        ({"images": noise(), "labels": np.zeros(39, np.int64)}, r"labels must be 40 whole numbers, not int64 \[39\]"),
        ({"images": noise(), "labels": np.zeros(40)}, "labels must be 40 whole numbers, not float64"),
        ({"images": noise(), "labels": np.full(40, -1)}, "labels must count from 0, but one is -1"),
        ({"images": noise(), "test_labels": np.zeros(40, int)}, "test_labels without test_images"),
        ({"images": noise(), "test_images": noise(5, (9, 8, 3))}, "make them alike"),
        (
            {"images": noise(), "labels": np.zeros(40, int), "test_images": noise(5)},
            "labels and test_labels, or neither",
        ),
        ({"images": np.zeros((30, 8, 8), np.uint8)}, "all pictures are nearly the same"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said(load, arrays, message):
    with pytest.raises(UserError, match=message):
        load(**arrays)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\x80\x04N.", b"text"])
def test_a_file_that_is_no_archive(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"x\.npz is not an \.npz file of plain arrays"):
        datasets.load(f"npz:{tmp_path / 'x.npz'}")


def test_a_single_array_and_no_file_at_all(tmp_path):
    np.save(tmp_path / "x.npy", noise())
    with pytest.raises(UserError, match=r"is a single array: save it with np\.savez"):
        datasets.load(f"npz:{tmp_path / 'x.npy'}")
    with pytest.raises(UserError, match=r"there is no file .*y\.npz"):
        datasets.find(f"npz:{tmp_path / 'y.npz'}")
