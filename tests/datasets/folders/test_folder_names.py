"""A name that carries a path can be typed, listed, and typed again as it is shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.folders.names import read_folder_name, read_path, spelt
from bench.datasets.listed import split_names
from bench.errors import UserError

PATIENT = settings(deadline=None, derandomize=True)
# A part of a path: anything but a slash, a zero byte, and the two names that mean folders.
PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda part: part not in (".", "..")
)


@PATIENT
@given(st.lists(PARTS, min_size=1, max_size=3))
def test_every_path_can_be_spelt_in_a_list_and_read_back(parts):
    path = Path("/", "no such root", *parts)
    name = f"folder:{spelt(path)},size=32"
    assert split_names(f"mnist,{name},npz:x") == ["mnist", name, "npz:x"]
    assert read_path(name, spelt(path)) == path
    assert "\n" not in name


def test_a_path_that_is_not_utf8_can_be_spelt(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    path.mkdir()
    name = str(read_folder_name(f"folder:{spelt(path)}"))
    assert name.isascii()
    assert read_folder_name(name).path == path


def test_options_belong_to_the_folder_before_them():
    assert split_names("mnist,folder:/a/b,size=64,channels=3,mnist-mini") == [
        "mnist",
        "folder:/a/b,size=64,channels=3",
        "mnist-mini",
    ]
    assert split_names("mnist[classes=0,1] , folder:x[classes=a,b],size=8") == [
        "mnist[classes=0,1]",
        "folder:x[classes=a,b],size=8",
    ]


def test_one_folder_has_one_name(tmp_path, monkeypatch):
    folder = tmp_path / "my pictures, best"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "link").symlink_to(folder)
    spelling = f"folder:{tmp_path}/my pictures%2C best"
    written = ["my pictures, best", "./my pictures%2c best", "~/my pictures, best", "link", f"{folder}/.", spelling[7:]]
    assert {str(read_folder_name(f"folder:{text}")) for text in written} == {spelling}
    assert str(read_folder_name("folder:link, size=64 ,channels=3")) == spelling
    assert str(read_folder_name("folder:link,channels=1,size=32")) == f"{spelling},size=32,channels=1"
    assert str(read_folder_name(f"{spelling},size=32")) == f"{spelling},size=32"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'folder:' names no path: write folder:PATH"),
        ("nowhere", "there is no folder .*nowhere$"),
        ("100%25", "there is no folder .*100%; a percent sign in a path is written %25"),
        (".,sise=3", "unknown option of folder: 'sise': did you mean size"),
        (".,size=big", "size must be a number, not 'big'"),
        (".,size=-4", "size must be a number, not '-4'"),
        (".,size=30", "sides must be divisible by 4 .*; the nearest size is 32x32"),
        (".,size=4", "at least 8"),
        (".,size=4096", "size must be at most 1024"),
        (".,size=32,size=64", "size is given twice"),
        (".,channels=2", r"channels must be 1 \(grey\) or 3 \(RGB\), not 2"),
        ("file", "is a file: name the folder that it is in, or npz:FILE"),
        ("loop", "cannot follow loop|there is no folder"),
        ("a%00b", "a path holds no zero byte"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UserError, match=message):
        read_folder_name(f"folder:{text}")
