"""Pictures that the user brings: copied once, checked, never taken for granted."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import sys
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bench import datasets
from bench.datasets import places
from bench.datasets.copies import LONGEST_NAME
from bench.datasets.sources.pokemon import POKEMON
from bench.errors import UserError

COUNT = 30


@pytest.fixture
def mine():
    """A data set of that kind which is nowhere yet."""
    return dataclasses.replace(POKEMON, name="mine")


@pytest.fixture
def folder(tmp_path):
    """Thirty pictures, one of them in a subfolder, and two files that are none."""
    root = tmp_path / "theirs"
    (root / "more").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for index in range(COUNT):
        pixels = rng.integers(0, 256, (20, 20, 4), np.uint8)
        Image.fromarray(pixels).save(root / ("more" if index == 0 else "") / f"{index:03d}.png")
    (root / "SOURCE.md").write_text("where they come from")
    (root / "broken.png").write_bytes(b"\x89PNG\r\n")
    return root


def zipped(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder.parent))
    return path


@pytest.fixture
def kagglehub(monkeypatch):
    """A stand-in for the package: `kagglehub.found` is what it has downloaded, or the error that it raises."""
    stand_in = SimpleNamespace(found=None, asked=[])

    def dataset_download(handle):
        stand_in.asked.append(handle)
        if isinstance(stand_in.found, Exception):
            raise stand_in.found
        return str(stand_in.found)

    stand_in.dataset_download = dataset_download
    monkeypatch.setitem(sys.modules, "kagglehub", stand_in)
    return stand_in


def unfinished():
    parent = places.cached("mine").parent
    return [path.name for path in parent.iterdir() if path.name not in ("mine", "mine.lock")]


def test_where_it_is_not_it_says_how_to_get_it(mine):
    assert mine.where() is None
    with pytest.raises(UserError, match=r"'mine' is not on this machine.\nTo get it: .*data fetch mine --from FOLDER"):
        mine.load()
    assert not POKEMON.always_here


def test_a_folder_is_copied_and_outlives_the_original(mine, folder):
    copied = mine.bring(folder)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert mine.where() == copied
    assert len(list(copied.iterdir())) == COUNT
    images = mine.load()
    assert (images.name, images.image_shape, images.num_classes, images.domain) == ("mine", (64, 64, 3), 0, None)
    assert len(images.train_images) + len(images.test_images) == COUNT
    assert len(images.test_images) == round(0.2 * COUNT)
    assert mine.verify().detail.endswith("checksums as when they were brought")
    assert unfinished() == []


def test_what_is_brought_again_replaces_what_was_there(mine, folder):
    mine.bring(folder)
    (folder / "001.png").unlink()
    mine.bring(folder)
    assert len(list(mine.where().iterdir())) == COUNT - 1


def test_an_archive_does_as_well(mine, folder, tmp_path):
    mine.bring(zipped(folder, tmp_path / "theirs.zip"))
    assert len(list(mine.where().iterdir())) == COUNT
    assert unfinished() == []


def test_too_few_pictures_are_refused_and_change_nothing(mine, folder):
    copied = mine.bring(folder)
    few = folder.parent / "few"
    few.mkdir()
    (folder / "001.png").rename(few / "1.png")
    with pytest.raises(UserError, match="few has 1 picture that can be read; 'mine' needs 25 at least"):
        mine.bring(few)
    assert len(list(copied.iterdir())) == COUNT
    assert unfinished() == []


def test_a_picture_that_cannot_be_read_is_named(mine, folder, monkeypatch):
    read = Path.read_bytes

    def read_bytes(path):
        if path.name == "007.png":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(UserError, match=r"cannot read .*007.png: Permission denied; nothing has been taken"):
        mine.bring(folder)
    assert mine.where() is None
    assert unfinished() == []


def test_what_is_not_there_is_not_taken(mine, tmp_path):
    with pytest.raises(UserError, match="there is no folder or archive"):
        mine.bring(tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("no archive")
    with pytest.raises(UserError, match="cannot be unpacked"):
        mine.bring(tmp_path / "a.txt")


def test_damaged_and_missing_copies_are_found(mine, folder):
    copied = mine.bring(folder)
    (copied / "005.png").unlink()
    (copied / "006.png").write_bytes(b"other")
    with pytest.raises(
        UserError, match=r"^2 of the pictures of 'mine'.*pictures/005.png, pictures/006.png.\nBring them"
    ):
        mine.verify()
    (copied.parent / "SHA256SUMS").unlink()
    with pytest.raises(UserError, match="SHA256SUMS"):
        mine.verify()


def test_the_named_folder_comes_first_and_its_subfolders_are_no_classes(mine, folder, tmp_path, monkeypatch):
    mine.bring(folder)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "named"))
    named = tmp_path / "named/mine"
    for index, path in enumerate(sorted(folder.rglob("0*.png"))):
        target = named / ("left" if index % 2 else "right") / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    assert mine.where() == named
    assert mine.load().train_labels is None
    assert mine.verify().detail == f"{COUNT} pictures read and checked"


def test_kaggle_delivers_where_nothing_is_here(mine, folder, kagglehub):
    twins = folder.parent / "twins"
    twins.mkdir()
    folder.rename(twins / "pokemon")
    (twins / "pokemon_jpg").mkdir()
    Image.new("RGB", (20, 20)).save(twins / "pokemon_jpg/000.jpg")
    kagglehub.found = twins
    copied = mine.fetch(progress=False)
    assert kagglehub.asked == ["kvpratama/pokemon-images-dataset"]
    assert {path.suffix for path in copied.iterdir()} == {".png"}
    assert mine.fetch(progress=False) == copied
    assert len(kagglehub.asked) == 1


def put(folder, *names):
    """Thirty pictures of noise, the first ones by these names."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(folder.parts))
    for index in range(COUNT):
        path = folder / (names[index] if index < len(names) else f"{index}.png")
        Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(path, "PNG")
    return folder


def pictures(source):
    images = source.load()
    return len(images.train_images) + len(images.test_images)


@pytest.mark.parametrize("way", ["named", "brought"])
@pytest.mark.parametrize(
    ("beside", "count"), [("pokemon_jpg/1.png", COUNT), ("README.md", COUNT), ("1.png", COUNT + 1), ("2", COUNT + 1)]
)
def test_the_inner_folder_of_kaggle_is_chosen_wherever_it_is(mine, tmp_path, monkeypatch, way, beside, count):
    put(tmp_path / "data/mine/pokemon")
    path = tmp_path / "data/mine" / beside
    path.parent.mkdir(exist_ok=True)
    path.write_text("text") if path.suffix == ".md" else Image.new("RGB", (20, 20)).save(path, "PNG")
    if way == "named":
        monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    else:
        mine.bring(tmp_path / "data/mine")
    assert pictures(mine) == count


def test_a_file_at_the_top_that_cannot_be_read_is_not_lost(mine, tmp_path, monkeypatch):
    put(tmp_path / "theirs/pokemon")
    Image.new("RGB", (20, 20)).save(tmp_path / "theirs/1.png")
    read = Path.read_bytes

    def read_bytes(path):
        if path.name == "1.png" and path.parent.name == "theirs":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(UserError, match=r"cannot read .*theirs/1.png: Permission denied"):
        mine.bring(tmp_path / "theirs")


def test_an_inner_folder_that_is_a_link_is_not_followed_out(mine, tmp_path):
    put(tmp_path / "outside")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/pokemon").symlink_to(tmp_path / "outside")
    with pytest.raises(UserError, match="has no pictures that can be read"):
        mine.bring(tmp_path / "theirs")
    put(tmp_path / "theirs/real")
    (tmp_path / "theirs/pokemon").unlink()
    (tmp_path / "theirs/pokemon").symlink_to("real")
    mine.bring(tmp_path / "theirs")
    assert pictures(mine) == COUNT


def test_what_is_left_out_is_said(mine, folder, caplog):
    (folder / "nowhere.png").symlink_to("nothing")
    mine.bring(folder)
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "left out SOURCE.md: not an image"
    assert said[1].startswith("left out broken.png: ")
    assert said[2:] == ["left out nowhere.png: a link to nothing", f"took {COUNT} pictures, left out 3 files"]


def test_what_lies_beside_the_inner_folder_is_said_to_be_left_out(mine, tmp_path, caplog):
    put(tmp_path / "theirs/pokemon")
    put(tmp_path / "theirs/more")
    mine.bring(tmp_path / "theirs")
    assert caplog.records[0].getMessage() == "left out more: beside pokemon/"


def test_any_name_can_be_brought_and_verified(mine, tmp_path):
    names = ["a\u2028b.png", "a\nb.png", "a\rb.png", "a%b.png", "\\ab.png", "\u202ea.png", "é" * 120 + ".png"]
    names += [os.fsdecode(b"\xff.png"), " a .png"]
    put(tmp_path / "theirs", *names)
    deep = put(tmp_path / "theirs" / ("x" * 120) / ("y" * 120), "é" * 120 + ".png")
    copied = mine.bring(tmp_path / "theirs")
    assert mine.verify()
    assert pictures(mine) == 2 * COUNT
    found = [path.name for path in copied.iterdir()]
    assert max(len(os.fsencode(name)) for name in found) <= LONGEST_NAME
    assert {"a%E2%80%A8b.png", "a%0Ab.png", "a%0Db.png", "a%25b.png", "%5Cab.png", "%FF.png", " a .png"} <= set(found)
    assert all(name.endswith(".png") for name in found)
    listed = (copied.parent / "SHA256SUMS").read_bytes().decode().split("\n")
    assert len(listed) == 2 * COUNT + 1
    assert deep.is_dir()


@pytest.mark.parametrize("content", [b"", b"\0", b"0  pictures/\0"])
def test_a_list_of_checksums_without_the_pictures_does_not_pass(mine, folder, content):
    copied = mine.bring(folder)
    (copied.parent / "SHA256SUMS").write_bytes(content)
    with pytest.raises(UserError, match=r"^3[01] of the pictures of 'mine'.*\nBring them again"):
        mine.verify()


def test_a_picture_that_was_not_brought_is_found(mine, folder):
    copied = mine.bring(folder)
    (copied / ".DS_Store").touch()
    assert mine.verify()
    (copied / "new\n.png").touch()
    with pytest.raises(UserError, match=r"^1 of the pictures of 'mine'.*: pictures/new\\n.png\.\n"):
        mine.verify()


def test_what_killed_processes_have_left_goes_and_what_they_had_moved_aside_comes_back(mine, folder, kagglehub):
    copied = mine.bring(folder)
    for purpose in ("copied", "unpacked"):
        copied.parent.with_name(f".mine.{purpose}").joinpath("pictures").mkdir(parents=True)
    copied.parent.rename(copied.parent.with_name(".mine.before"))
    assert mine.where() is None
    assert mine.fetch(progress=False) == copied
    assert (pictures(mine), kagglehub.asked, unfinished()) == (COUNT, [], [])
    copied.parent.with_name(".mine.before").joinpath("pictures").mkdir(parents=True)
    (folder / "001.png").unlink()
    mine.bring(folder)
    assert (pictures(mine), unfinished()) == (COUNT - 1, [])


def test_what_was_there_is_moved_aside_before_it_is_replaced(mine, folder, monkeypatch):
    mine.bring(folder)
    rename = Path.rename

    def stopped(path, target):
        if path.name == ".mine.copied":
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", stopped)
        with pytest.raises(KeyboardInterrupt):
            mine.bring(folder)
    assert len(list(places.cached("mine").with_name(".mine.before").joinpath("pictures").iterdir())) == COUNT


def test_only_one_process_brings_at_a_time(mine, folder):
    mine.bring(folder)
    with places.cached("mine").with_name("mine.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = threading.Thread(target=mine.bring, args=(folder,))
        left = places.cached("mine").with_name(".mine.copied")
        left.mkdir()
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        assert left.exists()
    waiting.join()
    assert unfinished() == []


def test_a_cache_that_cannot_be_written_to_is_said_to_be(mine, folder, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cannot write to the cache .*\n.*BENCH_CACHE"):
        mine.bring(folder)


def test_hidden_files_alone_are_no_pictures(mine, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "named"))
    (tmp_path / "named/mine").mkdir(parents=True)
    (tmp_path / "named/mine/.gitkeep").touch()
    assert mine.where() is None
    copied = mine.bring(folder)
    assert mine.where() == copied


def test_without_kagglehub_it_says_what_to_do(mine, monkeypatch):
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(UserError, match=r"needs the package kagglehub.*\n.*--from FOLDER.*pairbench\[kaggle\]"):
        mine.fetch(progress=False)


def test_what_goes_wrong_at_kaggle_is_said(mine, kagglehub):
    kagglehub.found = RuntimeError("403:\nlog in first")
    with pytest.raises(UserError, match=r"Kaggle does not deliver kvpratama/.*: 403: log in first\n"):
        mine.fetch(progress=False)


def test_other_data_sets_are_not_brought(folder):
    with pytest.raises(UserError, match=r"'mnist' is not taken from .*\nTo get it: "):
        datasets.fetch("mnist", path=folder)


@pytest.mark.data
def test_pokemon_themselves(full):
    images = full("pokemon")
    assert len(images.train_images) + len(images.test_images) == 809
    assert abs(len(images.test_images) - 0.2 * 809) < 5
    assert images.image_shape == (64, 64, 3)
    assert images.train_labels is None
    corners = images.train_images[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners > 240).all(axis=(1, 2)).mean() > 0.9


def test_copies_that_are_not_as_they_were_brought_are_not_trained_on(mine, folder):
    copied = mine.bring(folder)
    mine.load()
    (copied / "001.png").write_bytes((copied / "002.png").read_bytes())
    with pytest.raises(UserError, match=r"1 of the pictures of 'mine' .* damaged, missing or none of those"):
        mine.load()
