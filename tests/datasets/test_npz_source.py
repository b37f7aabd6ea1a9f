"""Any array of images is a data set, if it is one; no pickle is ever loaded."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile

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
        ({"images": np.array([None, {}], object)}, "images must be uint8 .* not object"),
        ({"images": noise(shape=(8, 8, 4))}, r"images must be \[N, H, W\].*not \[40, 8, 8, 4\]"),
        ({"images": noise()[0, 0]}, r"not \[8, 3\]"),
        ({"images": noise(0)}, r"not \[0, 8, 8, 3\]"),
        ({"images": noise(24)}, "has 24 images; 25 are needed"),
        ({"images": noise(), "labels": np.zeros(39, np.int64)}, r"labels must be 40 whole numbers, not int64 \[39\]"),
        ({"images": noise(), "labels": np.zeros(40)}, "labels must be 40 whole numbers, not float64"),
        ({"images": noise(), "labels": np.full(40, -1)}, "labels must count from 0, but one is -1"),
        (
            {"images": noise(), "labels": np.arange(40) * 2},
            "labels must number the classes from 0, but one is 78, with 40 images in all",
        ),
        ({"images": noise(), "labels": np.full(40, 2**64 - 1, np.uint64)}, "but one is 18446744073709551615"),
        (
            {"images": noise(), "labels": np.zeros(40, int), "test_images": noise(2), "test_labels": np.array([0, 42])},
            "test_labels must number the classes from 0, but one is 42, with 42 images in all",
        ),
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


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def header(shape, descr="|u1"):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
    return buffer.getvalue()


@pytest.fixture
def refused(tmp_path):
    """The error that an archive of these members ends in."""

    def refuse(members, kind=zipfile.ZIP_DEFLATED, damage=lambda content: None):
        with zipfile.ZipFile(tmp_path / "x.npz", "w", kind) as archive:
            for name, content in members:
                archive.writestr(name, content)
        content = bytearray((tmp_path / "x.npz").read_bytes())
        damage(content)
        (tmp_path / "x.npz").write_bytes(content)
        with pytest.raises(UserError) as caught:
            datasets.load(f"npz:{tmp_path / 'x.npz'}")
        return str(caught.value)

    return refuse


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([("images", b"hello")], "'images' is no array"),
        ([("images.npy", npy(noise())), ("labels", b"hello")], "'labels' is no array"),
        ([("images.npy", npy(noise())), ("images.npy", npy(noise(30)))], "'images.npy' stands in it twice"),
        ([("images.npy", b"")], "magic string"),
        ([("images.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': (((((  ")], "is not an .npz file of plain arrays: "),
        ([("images.npy", b"\x93NUMPY\x03\x00" + npy(noise())[8:])], "is of version 3.0"),
        (
            [("images.npy", header((10**9, 64, 64, 3)) + b"x" * 100)],
            r"'images.npy' has 228 bytes, which are not uint8 [1000000000, 64, 64, 3]",
        ),
        ([("images.npy", header((-40, 8, 8, 3)) + b"x" * 100)], "which are not uint8 [-40, 8, 8, 3]"),
        (
            [("images.npy", npy(noise())), ("labels.npy", header((2**40,), "<i8"))],
            "which are not int64 [1099511627776]",
        ),
        ([("images.npy", npy(noise())[:-1])], "which are not uint8 [40, 8, 8, 3]"),
        ([("im\nages.npy", npy(noise()))], r"unknown key 'im\nages'"),
    ],
)
def test_members_that_are_not_what_they_claim(refused, members, message):
    assert message in refused(members)


def flip(offset, bits):
    """Damage that changes a field in both headers of the first member; the offset is in the local one."""

    def damage(content):
        for place in (offset, content.index(b"PK\1\2") + offset + 2):
            content[place] ^= bits

    return damage


def overwrite(content):
    content[100:200] = b"\xff" * 100


@pytest.mark.parametrize(
    ("kind", "damage", "message"),
    [
        (zipfile.ZIP_DEFLATED, flip(6, 1), "arrays: it is encrypted"),
        (zipfile.ZIP_DEFLATED, flip(8, 97 ^ 8), "is not supported"),
        (zipfile.ZIP_STORED, overwrite, "is not an .npz file of plain arrays"),
        (zipfile.ZIP_DEFLATED, overwrite, "is not an .npz file of plain arrays"),
        (zipfile.ZIP_BZIP2, overwrite, "is not an .npz file of plain arrays"),
        (zipfile.ZIP_LZMA, overwrite, "is not an .npz file of plain arrays"),
    ],
)
def test_archives_that_are_damaged_or_locked(refused, kind, damage, message):
    assert message in refused([("images.npy", npy(noise()))], kind, damage)


def test_a_damaged_picture_is_found_by_the_checksum(refused):
    def damage(content):
        content[-1000] ^= 1

    assert "Bad CRC-32" in refused([("images.npy", npy(noise()))], zipfile.ZIP_STORED, damage)


def test_too_many_images_are_refused(load, monkeypatch):
    monkeypatch.setattr("bench.datasets.npz_source.MOST", 39)
    with pytest.raises(UserError, match="has 40 images; 39 may be in it at most"):
        load(images=noise())


def test_no_more_than_one_picture_is_in_memory(load, tmp_path):
    images = noise(400, (64, 64, 3))
    load(images=images[:30])  # imports what is needed
    np.savez(tmp_path / "large.npz", images=images, test_images=images[:200])
    tracemalloc.start()
    try:
        datasets.load(f"npz:{tmp_path / 'large.npz'}")
        assert tracemalloc.get_traced_memory()[1] < images.nbytes / 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", [b"\xff.npz", "\u202ea\x9bb.npz".encode()])
def test_a_path_that_cannot_be_shown_is_escaped(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    with path.open("wb") as file:
        np.savez(file, images=noise())
    source = datasets.find(f"npz:{path}")
    texts = [source.label, source.title, source.origin, source.how_to_get, source.load().preparation.path]
    assert all(text.isprintable() for text in texts)
    path.write_bytes(b"text")
    with pytest.raises(UserError) as caught:
        source.load()
    assert str(caught.value).isprintable()
