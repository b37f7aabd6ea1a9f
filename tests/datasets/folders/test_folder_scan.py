"""A walk finds each file once, reads nothing outside, and names what it leaves out."""

from __future__ import annotations

import os

import pytest

from bench.datasets.folders.layout import classes, layout
from bench.datasets.folders.scan import scan, shown


def walk(root):
    found = scan(root.resolve())
    return [file.name for file in found.files], {entry.file: entry.reason for entry in found.skipped}


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_files_stand_in_the_order_of_their_names(tmp_path):
    put(tmp_path, "b/1", "a/2", "a/1", "z", "B/1")
    assert walk(tmp_path) == (["B/1", "a/1", "a/2", "b/1", "z"], {})


def test_what_is_hidden_is_passed_over_in_silence(tmp_path):
    put(tmp_path, ".DS_Store", ".git/x", "a/.b/c", "a/d")
    assert walk(tmp_path) == (["a/d"], {})


def test_empty_and_special_files_are_left_out_unopened(tmp_path):
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    assert walk(tmp_path) == ([], {"empty.png": "empty", "pipe.png": "not an image: not a regular file"})


def test_links_that_lead_nowhere_or_out_are_left_out(tmp_path):
    put(tmp_path, "outside/secret", "in/a")
    root = tmp_path / "in"
    (root / "gone").symlink_to("nothing")
    (root / "self").symlink_to("self")
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    (root / "out").symlink_to(tmp_path / "outside/secret")
    (root / "outs").symlink_to(tmp_path / "outside")
    (root / "up").symlink_to("..")
    (root / "through").symlink_to("../in/../outside/secret")
    out, loop = "a link that leads out of the folder", "a link that leads back to itself"
    assert walk(root) == (
        ["a"],
        {"gone": "a link to nothing", "self": loop, "one": loop, "two": loop}
        | dict.fromkeys(["out", "outs", "up", "through"], out),
    )


def test_links_inside_count_once(tmp_path):
    put(tmp_path, "a/1", "a/deep/2")
    (tmp_path / "again").symlink_to("a/1")
    (tmp_path / "folder").symlink_to("a")
    (tmp_path / "deep").symlink_to("a/deep")
    assert walk(tmp_path) == (["a/1", "a/deep/2"], {})


def test_links_to_what_is_hidden_are_left_out(tmp_path):
    put(tmp_path, ".store/2", ".store/deep/3", "a/.hidden", "a/1")
    for name, target in {"b": ".store/2", "c": ".store/deep", "d": "a/.hidden"}.items():
        (tmp_path / name).symlink_to(target)
    assert walk(tmp_path) == (["a/1"], dict.fromkeys("bcd", "a link to what is hidden"))


def test_a_folder_that_is_hidden_itself_is_walked(tmp_path):
    put(tmp_path, ".pictures/a/1")
    (tmp_path / ".pictures/b").symlink_to("a/1")
    assert walk(tmp_path / ".pictures") == (["a/1"], {})


def test_folders_at_the_top_are_named_whatever_is_in_them(tmp_path):
    put(tmp_path, "in/a/deeper/1", "in/loose", "in/.hidden/1", "outside/1")
    (tmp_path / "in/empty").mkdir()
    (tmp_path / "in/out").symlink_to("../outside")
    (tmp_path / "in/self").symlink_to("self")
    assert scan(tmp_path / "in").folders == ("a", "empty", "out")


def test_a_link_to_a_folder_above_is_left_out(tmp_path):
    put(tmp_path, "a/b/1")
    (tmp_path / "here").symlink_to(".")
    (tmp_path / "a/b/up").symlink_to("../..")
    (tmp_path / "a/aside").symlink_to("b")
    loop = "a link that leads back to a folder that it lies in"
    assert walk(tmp_path) == (["a/b/1"], {"here": loop, "a/b/up": loop})


def test_a_deep_tree_is_walked(tmp_path):
    deep = tmp_path
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    put(deep, "x")
    names, skipped = walk(tmp_path)
    assert len(names) == 1
    assert not skipped


def test_names_are_shown_on_one_line():
    assert shown("a b/ü.png") == "a b/ü.png"
    assert shown("a\nb\x1b[31m") == r"a\nb\x1b[31m"
    assert shown(os.fsdecode(b"caf\xe9")) == r"caf\xe9"


def test_subfolders_are_classes_when_every_picture_lies_in_one(tmp_path):
    put(tmp_path, "dog/1", "cat/deeper/1")
    found = layout(scan(tmp_path))
    assert classes(found.places) == ("cat", "dog")
    assert not found.given
    put(tmp_path, "loose")
    assert classes(layout(scan(tmp_path)).places) is None


def test_train_and_test_at_the_top_are_the_split(tmp_path):
    put(tmp_path, "Train/dog/1", "test/dog/1", "test/cat/2", "val/dog/3", "val/cat/4", "notes.txt")
    found = layout(scan(tmp_path))
    assert found.given
    assert [(file.name, place.test) for file, place in zip(found.files, found.places, strict=True)] == [
        ("Train/dog/1", False),
        ("test/cat/2", True),
        ("test/dog/1", True),
    ]
    assert classes(found.places) == ("cat", "dog")
    assert {entry.file: entry.reason for entry in found.skipped} == {
        "val/": "beside train and test: 2 files",
        "notes.txt": "beside train and test: 1 file",
    }


def test_train_alone_is_a_class(tmp_path):
    put(tmp_path, "train/1", "bus/1")
    found = layout(scan(tmp_path))
    assert not found.given
    assert classes(found.places) == ("bus", "train")


@pytest.mark.parametrize("inside", [None, "gone", "out", "empty.png"])
def test_a_side_with_no_file_is_a_side(tmp_path, inside):
    put(tmp_path, "data/train/1", "outside/1")
    test = tmp_path / "data/test"
    test.mkdir()
    if inside == "empty.png":
        (test / inside).touch()
    elif inside is not None:
        (test / inside).symlink_to("../../outside/1" if inside == "out" else "nothing")
    found = layout(scan(tmp_path / "data"))
    assert found.given
    assert [place.test for place in found.places] == [False]
