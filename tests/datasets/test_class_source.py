"""Some classes of a data set are a data set."""

from __future__ import annotations

import os

import numpy as np
import pytest

from bench import datasets
from bench.datasets.class_source import single_class, whole_and_classes
from bench.datasets.listed import split_names
from bench.errors import UserError
from bench.study import make_study


def test_classes_are_kept_and_numbered_anew():
    whole, some = datasets.load("fashion-mnist-mini"), datasets.load("fashion-mnist-mini[classes=9,1]")
    assert some.name == "fashion-mnist-mini[classes=9,1]"
    assert some.class_names == ("Trouser", "Ankle boot")
    assert some.domain == "fashion-mnist"
    assert np.array_equal(some.train_images[some.train_labels == 1], whole.train_images[whole.train_labels == 9])
    assert np.array_equal(some.test_images[some.test_labels == 0], whole.test_images[whole.test_labels == 1])
    assert some.fingerprint == datasets.load("fashion-mnist-mini[classes=1,9]").fingerprint != whole.fingerprint
    assert some.part_of == whole.fingerprint
    assert whole.part_of is None


def test_names_in_any_case_are_classes_too():
    one, other = (datasets.load(f"fashion-mnist-mini[classes={text}]") for text in ("ankle BOOT,  bag", "8,9"))
    assert one.fingerprint == other.fingerprint


def test_a_name_counts_before_a_number(tmp_path, fill_classes):
    folder = fill_classes("1", "5", "7")
    assert datasets.load(f"folder:{folder},size=16[classes=1]").class_names == ("1",)
    assert datasets.load(f"folder:{folder},size=16[classes=5,2]").class_names == ("5", "7")


def test_a_class_may_be_called_anything(fill_classes):
    names = ["1", "A", "a", "a, b", "c[d](e", "50%", "%41", " f"]
    folder = fill_classes(*names)
    source = datasets.find(f"folder:{folder},size=16[classes=a%2C b,c%5bd%5D%28e, 50%,%2541,%20f,a,1]")
    assert source.name == f"folder:{folder},size=16[classes=a%2C b,c%5Bd%5D%28e,50%25,%2541,%20f,a,1]"
    assert datasets.find(source.name).name == source.name
    assert split_names(f"{source.name},mnist") == [source.name, "mnist"]
    assert set(source.load().class_names) == set(names) - {"A"}


def test_one_class_is_named_so_that_it_is_found_again_and_read_without_looking_it_up(fill_classes):
    names = ["1", "A", "a", "a, b", "c[d](e", "50%", "%41", " f"]
    whole = datasets.find(f"folder:{fill_classes(*names)},size=16")
    images = whole.load()
    for number, name in enumerate(images.class_names):
        source = single_class(whole, number, images.class_names)
        assert datasets.find(source.name).load().class_names == (name,)
        assert source.chosen_from(images).fingerprint == datasets.load(source.name).fingerprint
        assert whole_and_classes(source.name) == (whole.name, (name,))
    assert single_class(datasets.find("mnist-mini"), 3, None).name == "mnist-mini[classes=3]"
    assert whole_and_classes(whole.name) is None


def test_a_class_that_cannot_be_shown_is_called_by_its_escape(fill_classes):
    folder = fill_classes("a", os.fsdecode(b"\xff"), "c\nd")
    for text in (os.fsdecode(b"\xff") + ",c\nd", "%FF,c%0Ad", r"\xff,c\nd"):
        source = datasets.find(f"folder:{folder},size=16[classes={text}]")
        assert source.name.endswith(r"[classes=\xff,c\nd]")
        assert source.load().class_names == (r"c\nd", r"\xff")


@pytest.fixture
def fill_classes(tmp_path):
    """A folder with ten pictures of each class."""
    from PIL import Image

    def put(*names):
        for number, name in enumerate(names):
            (tmp_path / "pics" / name).mkdir(parents=True)
            for seed in range(10):
                blocks = np.random.default_rng(100 * number + seed).integers(0, 256, (8, 8, 3), np.uint8)
                Image.fromarray(blocks).save(tmp_path / "pics" / name / f"{seed}.png")
        return tmp_path / "pics"

    return put


def test_options_may_stand_on_either_side(fill_classes):
    folder = fill_classes("a", "b", "c")
    names = [f"folder:{folder},size=16[classes=a, b]", f"folder:{folder}[classes=a,b],size=16"]
    sources = [datasets.find(name) for name in names]
    assert {source.name for source in sources} == {f"folder:{folder},size=16[classes=a,b]"}
    assert sources[0].label == "folder:pics,size=16[classes=a,b]"
    assert sources[0].where() == folder
    study = make_study({"models": "gan", "datasets": f"{names[1]},mnist-mini[classes=0]"})
    assert study.datasets == (sources[0].name, "mnist-mini[classes=0]")


def test_one_set_by_two_names_is_named_twice(fill_classes):
    folder = fill_classes("a", "b", "c")
    with pytest.raises(UserError, match="named twice"):
        make_study({"models": "gan", "datasets": [f"folder:{folder}", f"folder:{folder}/../pics,size=64"]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fashion-mnist-mini[classes=Bagg]", "unknown class 'Bagg': did you mean Bag"),
        ("mnist-mini[classes=10]", "there is no class 10: they are 0 to 9"),
        (f"mnist-mini[classes={'9' * 5000}]", "there is no class 999"),
        (f"mnist-mini[classes={'0' * 5000}1,1]", "class 1 is named twice"),
        ("mnist-mini[classes=1,1]", "class 1 is named twice"),
        ("fashion-mnist-mini[classes=8,bag]", "class 8 is named twice"),
        ("mnist-mini[classes=]", "names no class"),
        ("mnits-mini[classes=1]", "unknown data set 'mnits-mini': did you mean mnist-mini"),
        ("mnist-mini[digits=1]", "unknown data set"),
    ],
)
def test_what_is_wrong_is_said(text, message):
    with pytest.raises(UserError, match=message):
        datasets.load(text)


def test_a_set_without_labels_has_no_classes(tmp_path):
    np.savez(tmp_path / "x.npz", images=np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8))
    with pytest.raises(UserError, match=r"npz:x\.npz has no labels"):
        datasets.load(f"npz:{tmp_path / 'x.npz'}[classes=0]")
