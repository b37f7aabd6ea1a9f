"""The bundled sets: what is in them, and what happens when the installation is broken."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from bench import datasets
from bench.datasets import bundled_source
from bench.errors import UserError

MINIS = ["mnist-mini", "fashion-mnist-mini"]


@pytest.mark.parametrize("name", MINIS)
def test_a_mini_holds_what_it_says(name):
    source = datasets.find(name)
    images = source.load()
    assert source.bundled
    assert images.name == name
    assert images.domain == source.domain == name.removesuffix("-mini")
    assert images.image_shape == source.sizes.image_shape == (28, 28, 1)
    assert (len(images.train_images), len(images.test_images)) == (source.sizes.train, source.sizes.test)
    assert (source.sizes.train, source.sizes.test) == (8_000, 2_000)
    assert images.num_classes == 10
    both = np.concatenate([images.train_images, images.test_images])
    assert len({image.tobytes() for image in both}) == 10_000
    # Grey values as they are, not thresholded and not scaled.
    assert both.min() == 0
    assert both.max() == 255
    assert len(np.unique(both)) > 200


def test_fashion_is_balanced_and_digits_are_split_class_by_class():
    fashion = datasets.load("fashion-mnist-mini")
    assert np.bincount(fashion.train_labels).tolist() == [800] * 10
    assert np.bincount(fashion.test_labels).tolist() == [200] * 10
    digits = datasets.load("mnist-mini")
    train, test = np.bincount(digits.train_labels), np.bincount(digits.test_labels)
    assert (train + test).tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert np.abs(test - 0.2 * (train + test)).max() < 1


@pytest.mark.parametrize("name", MINIS)
def test_classes_are_mixed_so_that_any_prefix_is_a_sample(name):
    images = datasets.load(name)
    for labels in (images.train_labels, images.test_labels):
        for part in (labels[:500], labels[-500:]):
            # 50 expected, 43 of the rarest digit; three standard deviations (of about 6.5) allowed.
            assert np.bincount(part, minlength=10).min() > 23
            assert np.bincount(part, minlength=10).max() < 77


def test_the_minis_are_small_and_bring_their_terms():
    folder = bundled_source.FOLDER
    assert sum(path.stat().st_size for path in folder.glob("*.npz")) < 8_000_000
    for name in ("SOURCE.md", "LICENSE-mnist.txt", "LICENSE-fashion-mnist.txt"):
        assert (folder / name).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("name", MINIS)
def test_nothing_is_fetched(name):
    source = datasets.find(name)
    assert source.fetch(progress=True) == source.where()
    assert source.where().is_file()


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The bundled digits in a folder that a test may damage."""
    source = datasets.find("mnist-mini")
    shutil.copy(source.path, tmp_path)
    monkeypatch.setattr(bundled_source, "FOLDER", tmp_path)
    source.load()
    return source


def test_a_damaged_installation_is_noticed(copied):
    content = bytearray(copied.path.read_bytes())
    content[len(content) // 2] ^= 1
    copied.path.write_bytes(content)
    for use in (copied.load, lambda: copied.fetch(progress=False)):
        with pytest.raises(UserError, match=r"mnist-mini.npz is damaged.*\nInstall pairbench again"):
            use()


def test_an_incomplete_installation_is_noticed(copied):
    copied.path.unlink()
    with pytest.raises(UserError, match=r"cannot read .*mnist-mini.npz.*\nInstall pairbench again"):
        copied.load()
