"""Folders and arrays become images of the reference's shape, or are refused in a line."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bench import datasets
from bench.errors import UserError
from bench.scoring.sample import read_sample


@pytest.fixture
def against(reference):
    return datasets.load(reference)


def every(count):
    return count


def test_pictures_of_the_right_size_are_taken_as_they_are(tmp_path, put, pictures, against):
    images = pictures(30, seed=2)
    sample = read_sample(put(tmp_path / "mine", images), against, every)
    np.testing.assert_array_equal(sample.images, images)
    assert (sample.found, sample.labels, sample.skipped) == (30, None, ())


def test_pictures_of_any_size_and_form_are_prepared_as_those_of_a_data_set(tmp_path, against):
    folder = tmp_path / "mine/deep"
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    Image.fromarray(generator.integers(0, 256, (40, 60), np.uint8)).save(folder / "grey.jpg")
    Image.fromarray(generator.integers(0, 256, (24, 20, 4), np.uint8)).save(tmp_path / "mine/clear.png")
    sample = read_sample(tmp_path / "mine", against, every)
    assert sample.images.shape == (2, 16, 16, 3)
    for number in range(30):
        Image.fromarray(generator.integers(0, 256, (9, 9, 3), np.uint8)).save(folder / f"{number}.png")
    prepared = datasets.load(f"folder:{tmp_path / 'mine'},size=16")
    known = {image.tobytes() for image in (*prepared.train_images, *prepared.test_images)}
    assert {image.tobytes() for image in sample.images} < known


def test_bad_files_are_named_and_make_room_for_others(tmp_path, put, pictures, against):
    folder = put(tmp_path / "mine", pictures(30, seed=2))
    (folder / "notes.txt").write_text("x")
    (folder / "empty.png").touch()
    sample = read_sample(folder, against, lambda count: min(count, 30))
    assert (len(sample.images), sample.found) == (30, 30)
    assert set(map(str, sample.skipped)) <= {"empty.png: empty", "notes.txt: not an image"}
    assert "empty.png: empty" in map(str, sample.skipped)


def test_of_many_some_are_drawn_alike_each_time(tmp_path, put, pictures, against):
    images = pictures(60, seed=2)
    folder = put(tmp_path / "mine", images)
    np.savez(tmp_path / "mine.npz", images=images)
    for path in (folder, tmp_path / "mine.npz"):
        first, second = (read_sample(path, against, lambda _: 20) for _ in range(2))
        np.testing.assert_array_equal(first.images, second.images)
        places = [next(i for i, image in enumerate(images) if (image == found).all()) for found in first.images]
        assert places == sorted(set(places))
        assert places != list(range(20))  # a file in the order of its classes would be scored by its first ones
        assert (len(places), first.found) == (20, 60)


def test_a_folder_without_pictures_is_refused_with_the_first_reasons(tmp_path, against):
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match=r"none has no picture that can be scored$"):
        read_sample(tmp_path / "none", against, every)
    (tmp_path / "none/a.txt").write_text("x")
    with pytest.raises(UserError, match=r"no picture that can be scored\.\nLeft out: a.txt: not an image$"):
        read_sample(tmp_path / "none", against, every)


def test_labels_are_drawn_with_their_images_and_other_keys_are_not_read(tmp_path, pictures, against):
    images = pictures(50, seed=2)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(50), odd=np.array([{}], dtype=object))
    sample = read_sample(tmp_path / "mine.npz", against, lambda _: 10)
    np.testing.assert_array_equal(sample.images, images[sample.labels])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((5, 28, 28, 1), np.uint8)}, r"its images are 28x28x1, and those of .* are 16x16x3: make"),
        ({"images": np.zeros((5, 16, 16), np.uint8)}, r"its images are 16x16x1"),
        ({"images": np.zeros((5, 16, 16, 3), np.float32)}, r"images must be uint8 \(0 to 255\), not float32"),
        ({"images": np.zeros((0, 16, 16, 3), np.uint8)}, r"images must be \[N, H, W\]"),
        ({"pictures": np.zeros((5, 16, 16, 3), np.uint8)}, "has no key 'images'"),
    ],
)
def test_arrays_of_another_form_are_refused(tmp_path, against, arrays, message):
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(UserError, match=message):
        read_sample(tmp_path / "mine.npz", against, every)


def test_a_file_that_is_no_archive_is_refused(tmp_path, against):
    (tmp_path / "mine.npz").write_bytes(b"not an archive")
    with pytest.raises(UserError, match=r"mine.npz is not an .npz file of plain arrays"):
        read_sample(tmp_path / "mine.npz", against, every)


def test_pictures_are_not_made_oblong(tmp_path, put, pictures):
    np.savez(tmp_path / "long.npz", images=np.random.default_rng(0).integers(0, 256, (40, 8, 16, 1), np.uint8))
    with pytest.raises(
        UserError, match=r"pictures are made square, and those of .* are 8x16: score an .npz file instead"
    ):
        read_sample(put(tmp_path / "mine", pictures(3)), datasets.load(f"npz:{tmp_path / 'long.npz'}"), every)
