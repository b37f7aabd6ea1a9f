"""A folder of pictures is a data set: the good ones are used, each bad one is named, and nothing is done twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import datasets
from bench.datasets.folders import content as content_module
from bench.datasets.folders import entry as entries
from bench.datasets.folders import prepare as preparing
from bench.datasets.folders.collect import Collection
from bench.datasets.folders.names import spelt
from bench.datasets.verify import check
from bench.errors import UserError


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache/prepared"


def load(folder, options=",size=16"):
    entries._CHECKED.clear()
    return datasets.load(f"folder:{folder}{options}")


def skipped(images):
    return {entry.file: entry.reason for entry in images.preparation.skipped}


def rows(images):
    return {image.tobytes() for image in (*images.train_images, *images.test_images)}


def test_plain_pictures(tmp_path, fill):
    images = load(fill(tmp_path / "pics"))
    assert images.image_shape == (16, 16, 3)
    assert (len(images.train_images), len(images.test_images)) == (24, 6)
    assert images.train_labels is None
    assert images.num_classes == 0
    assert isinstance(images.train_images, np.memmap)
    assert images.preparation.split == "80/20 by the SHA-256 of the pixels, near-duplicates on one side"
    assert len(rows(images)) == 30


def test_the_fingerprint_is_that_of_the_arrays(tmp_path, fill):
    fill(tmp_path / "pics/a", 15)
    fill(tmp_path / "pics/b", 15, start=15)
    images = load(tmp_path / "pics")
    assert images.class_names == ("a", "b")
    again = datasets.ImageSet(
        name="x",
        train_images=np.array(images.train_images),
        train_labels=images.train_labels,
        test_images=np.array(images.test_images),
        test_labels=images.test_labels,
    )
    assert images.fingerprint == again.fingerprint


def test_every_bad_file_is_named_and_every_good_one_used(tmp_path, fill, picture, encoded):
    folder = fill(tmp_path / "pics")
    good = encoded(picture(99, (300, 300)), "JPEG")
    bad = {
        "cut.jpg": good[: len(good) // 2],
        "empty.png": b"",
        "notes.txt": b"not a picture",
        "Thumbs.db": bytes(range(256)) * 4,
        "long.png": encoded(Image.new("L", (20000, 10)), "PNG"),
        "dot.png": encoded(Image.new("L", (1, 1)), "PNG"),
        "bomb.png": encoded(Image.new("1", (9000, 9000)), "PNG"),
    }
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    (folder / ".hidden.png").write_bytes(b"never looked at")
    (folder / "loop").symlink_to(".")
    (folder / "self.png").symlink_to("self.png")
    (folder / "gone.png").symlink_to("nothing.png")
    (tmp_path / "secret.png").write_bytes(good)
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    images = load(folder)
    assert len(images.train_images) + len(images.test_images) == 30
    assert skipped(images) == {
        "cut.jpg": "truncated",
        "empty.png": "empty",
        "notes.txt": "not an image",
        "Thumbs.db": "not an image",
        "long.png": "20000×10: more than 10 times as long as it is wide",
        "dot.png": "1×1: sides must have at least 8 pixels",
        "bomb.png": "9000×9000: more than 64 million pixels",
        "loop": "a link that leads back to a folder that it lies in",
        "self.png": "a link that leads back to itself",
        "gone.png": "a link to nothing",
        "out.png": "a link that leads out of the folder",
    }
    assert skipped(load(folder)) == skipped(images)


def test_a_file_that_cannot_be_opened_is_named(tmp_path, fill, monkeypatch):
    folder, read = fill(tmp_path / "pics"), content_module.file_sha256

    def refused(path):
        if path.name == "007.png":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(content_module, "file_sha256", refused)
    monkeypatch.setattr(preparing.Path, "read_bytes", lambda path: (refused(path), path.open("rb").read())[1])
    images = load(folder)
    assert skipped(images) == {"007.png": "cannot be read: Permission denied"}
    assert len(rows(images)) == 29


def test_too_few_are_refused(tmp_path, fill):
    folder = fill(tmp_path / "pics", 24)
    (folder / "notes.txt").write_text("x")
    with pytest.raises(UserError, match=r"pics has 24 pictures that can be used; 25 are needed.*\n.*notes.txt: not an"):
        load(folder)
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match=r"none has no pictures that can be used"):
        load(tmp_path / "none")


def test_the_split_depends_on_pixels_and_on_no_name(tmp_path, fill):
    one, other = fill(tmp_path / "one"), tmp_path / "other"
    other.mkdir()
    for number, path in enumerate(sorted(one.iterdir(), reverse=True)):
        shutil.copy(path, other / f"renamed {number}.png")
    a, b = load(one), load(other)
    assert a.fingerprint == b.fingerprint


def test_near_duplicates_stay_on_one_side(tmp_path, fill):
    folder = fill(tmp_path / "pics", 20)
    for path in sorted(folder.iterdir())[:10]:
        Image.open(path).resize((60, 50), Image.Resampling.BICUBIC).save(path.with_suffix(".jpg"), quality=95)
    images = load(folder, "")
    assert images.preparation.near_duplicate_groups == 10
    assert images.preparation.straddling_groups == 0
    train, test = (np.array(side, float).reshape(len(side), -1) for side in (images.train_images, images.test_images))
    assert np.sqrt(((train[:, np.newaxis] - test) ** 2).mean(axis=2)).min() > 25


def test_a_given_split_is_kept(tmp_path, fill):
    folder = tmp_path / "pics"
    fill(folder / "train/a", 10)
    fill(folder / "train/b", 10, start=10)
    fill(folder / "test/a", 6, start=20)
    fill(folder / "test/b", 1, start=0)
    images = load(folder)
    assert (len(images.train_images), len(images.test_images)) == (20, 7)
    assert images.class_names == ("a", "b")
    assert np.bincount(images.test_labels).tolist() == [6, 1]
    assert images.preparation.split == "as given: train and test"
    assert images.preparation.straddling_groups == 1
    shutil.rmtree(folder / "test")
    fill(folder / "test").joinpath("000.png").unlink()
    for path in (folder / "test").iterdir():
        path.write_text("no picture")
    fill(folder / "train/a", 30)
    with pytest.raises(UserError, match="pics/test has no picture that can be used"):
        load(folder)


@pytest.mark.parametrize("empty", ["train", "test"])
def test_a_side_without_pictures_is_refused_though_the_other_was_used_before(tmp_path, fill, empty):
    fill(tmp_path / "pics" / ("train" if empty == "test" else "test"))
    assert load(tmp_path / "pics").num_classes == 1
    (tmp_path / "pics" / empty).mkdir()
    with pytest.raises(UserError, match=f"pics/{empty} has no picture that can be used"):
        load(tmp_path / "pics")


def test_grey_and_other_sizes(tmp_path, fill):
    folder = fill(tmp_path / "pics")
    assert load(folder, ",size=32,channels=1").image_shape == (32, 32, 1)
    assert load(folder, "").image_shape == (64, 64, 3)


def test_a_prepared_set_is_used_again(tmp_path, fill, monkeypatch):
    folder = fill(tmp_path / "pics")
    first = load(folder)
    monkeypatch.setattr(preparing, "decode", lambda *_: pytest.fail("decoded again"))
    assert load(folder).fingerprint == first.fingerprint
    shutil.copytree(folder, tmp_path / "elsewhere")
    assert load(tmp_path / "elsewhere").fingerprint == first.fingerprint


def test_contents_are_remembered_once_they_have_settled(tmp_path, fill, monkeypatch):
    folder = fill(tmp_path / "pics")
    monkeypatch.setattr(content_module, "_SETTLED_SECONDS", -1e6)
    first = load(folder)
    read = content_module.file_sha256
    monkeypatch.setattr(content_module, "file_sha256", lambda _: pytest.fail("read again"))
    assert load(folder).fingerprint == first.fingerprint
    monkeypatch.setattr(content_module, "file_sha256", read)
    fill(folder, 1, start=77)
    assert len(rows(load(folder))) == 31


def test_nothing_is_remembered_while_a_file_cannot_be_read(tmp_path, fill, monkeypatch):
    folder, read = fill(tmp_path / "pics"), content_module.file_sha256

    def failing(path):
        if path.name == "007.png":
            raise OSError(5, "Input/output error", str(path))
        return read(path)

    monkeypatch.setattr(content_module, "_SETTLED_SECONDS", -1e6)
    with monkeypatch.context() as passing:
        passing.setattr(content_module, "file_sha256", failing)
        passing.setattr(preparing.Path, "read_bytes", lambda path: (failing(path), path.open("rb").read())[1])
        assert skipped(load(folder)) == {"007.png": "cannot be read: Input/output error"}
    images = load(folder)
    assert not skipped(images)
    assert len(rows(images)) == 30


def test_every_change_is_seen(tmp_path, fill, picture):
    folder = fill(tmp_path / "pics")
    seen = {load(folder).fingerprint}
    picture(500).save(folder / "000.png")
    seen.add(load(folder).fingerprint)
    (folder / "001.png").unlink()
    seen.add(load(folder).fingerprint)
    picture(501).save(folder / "zzz.png")
    seen.add(load(folder).fingerprint)
    assert len(seen) == 4


def edit(entry, **changes):
    """Change what a manifest says, and not its checksum."""
    sealed = json.loads((entry / "manifest.json").read_text())
    sealed["manifest"] |= changes
    (entry / "manifest.json").write_text(json.dumps(sealed))


@pytest.mark.parametrize(
    "harm",
    [
        lambda entry: (entry / "train_images.npy").write_bytes(b""),
        lambda entry: (entry / "train_images.npy").write_bytes((entry / "train_images.npy").read_bytes()[:-1]),
        lambda entry: (entry / "train_images.npy").write_bytes((entry / "train_images.npy").read_bytes()[:-1] + b"?"),
        lambda entry: (entry / "test_images.npy").unlink(),
        lambda entry: (entry / "manifest.json").unlink(),
        lambda entry: (entry / "manifest.json").write_text("{"),
        lambda entry: edit(entry, split="as given: train and test"),
        lambda entry: edit(entry, skipped=[["x.png", "truncated"]]),
        lambda entry: shutil.rmtree(entry),
        lambda entry: (shutil.rmtree(entry), entry.write_text("a file")),
    ],
    ids=[
        *("emptied", "cut", "changed", "array gone", "manifest gone", "manifest damaged"),
        *("another split", "another skipped", "all gone", "a file"),
    ],
)
def test_a_damaged_entry_is_made_again(tmp_path, fill, cache, harm):
    folder = fill(tmp_path / "pics")
    first = load(folder)
    before = np.array(first.train_images)
    (entry,) = (path for path in cache.iterdir() if (path / "manifest.json").exists())
    harm(entry)
    again = load(folder)
    assert np.array_equal(again.train_images, before)
    assert again.preparation == first.preparation


def left(cache):
    return [path.name for path in cache.iterdir() if path.suffix != ".lock" and path.name != "seen"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")], ids=str)
def test_an_interruption_leaves_nothing(tmp_path, fill, cache, monkeypatch, error):
    folder, decode = fill(tmp_path / "pics"), preparing.decode
    calls = []

    def broken_off(*arguments):
        calls.append(1)
        if len(calls) == 20:
            raise error
        return decode(*arguments)

    monkeypatch.setattr(preparing, "decode", broken_off)
    with pytest.raises(type(error) if isinstance(error, Exception) else error):
        load(folder)
    assert left(cache) == []
    monkeypatch.setattr(preparing, "decode", decode)
    assert len(rows(load(folder))) == 30


def test_what_a_killed_process_left_is_cleared(tmp_path, fill, cache):
    folder = fill(tmp_path / "pics")
    load(folder)
    (entry,) = left(cache)
    (cache / entry).rename(cache / f".{entry}.12345")
    load(folder)
    assert left(cache) == [entry]


def test_a_folder_that_changes_while_it_is_read_is_refused(tmp_path, fill, picture, cache, monkeypatch):
    folder, decode = fill(tmp_path / "pics"), preparing.decode

    def meddling(*arguments):
        picture(900).save(folder / "029.png")
        return decode(*arguments)

    monkeypatch.setattr(preparing, "decode", meddling)
    monkeypatch.setattr(preparing, "usable_cores", lambda: 1)
    with pytest.raises(UserError, match="has changed while it was read"):
        load(folder)
    assert left(cache) == []


def no_room(*_, **__):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "full",
    [
        ("bench.datasets.folders.content.write_atomically", no_room),
        ("bench.datasets.folders.collect.Collection._write_images", no_room),
        ("bench.datasets.folders.cache.fcntl.flock", None),
        ("bench.datasets.folders.entry.Path.mkdir", no_room),
        ("bench.datasets.folders.entry.Path.rename", no_room),
    ],
    ids=["remembering", "arrays", "a file where it should be", "folder", "renaming"],
)
def test_a_cache_that_cannot_be_written_is_said(tmp_path, fill, cache, monkeypatch, full):
    folder = fill(tmp_path / "pics")
    monkeypatch.setattr(content_module, "_SETTLED_SECONDS", -1e6)
    name, instead = full
    if instead is None:
        cache.parent.write_text("a file")
    else:
        monkeypatch.setattr(name, instead)
    with pytest.raises(
        UserError, match=r"cannot write to the cache .*: (No space left|Not a directory|File exists).*\n"
    ):
        load(folder)
    if cache.is_dir():
        assert left(cache) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_is_said(tmp_path):
    (tmp_path / "pictures.raw").symlink_to("/dev/full")

    def fill_up():
        with Collection(tmp_path, (64, 64, 3)) as pictures:
            for _ in range(30):
                pictures.add(np.zeros((64, 64, 3), np.uint8))

    with pytest.raises(UserError, match=r"cannot write to the cache .*: No space left on device"):
        fill_up()


def test_a_folder_that_may_not_be_read_is_no_fault_of_the_cache(tmp_path, fill, monkeypatch):
    folder = fill(tmp_path / "pics")
    monkeypatch.setattr(preparing, "decode", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(PermissionError):
        load(folder)


@pytest.mark.parametrize("name", [b"caf\xe9", "\u202egnp".encode(), b"a\x1b[31m\nb", "a\u2028b".encode()])
def test_whatever_a_folder_is_called_it_is_shown_in_one_line(tmp_path, fill, name):
    folder = tmp_path / os.fsdecode(name)
    source = datasets.find(f"folder:{spelt(fill(folder))},size=16")
    images = source.load()
    described = (source.name, source.label, source.title, source.origin, source.how_to_get)
    for text in (*described, images.preparation.path, check(source).where):
        assert text.isprintable()
        text.encode()
    assert datasets.find(source.name).load().fingerprint == images.fingerprint
    shutil.rmtree(folder)
    with pytest.raises(UserError) as error:
        datasets.find(source.name)
    assert str(error.value).isprintable()


LOAD = (
    "import json, sys; from bench import datasets; images = datasets.load(sys.argv[1]);"
    "print(json.dumps([images.fingerprint, len(images.preparation.skipped)]))"
)


def test_two_processes_prepare_at_once(tmp_path, fill, cache):
    folder = fill(tmp_path / "pics", 60)
    (folder / "notes.txt").write_text("x")
    command = [sys.executable, "-W", "error", "-c", LOAD, f"folder:{folder},size=16"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [process.communicate(timeout=120) for process in running]
    assert [err for _, err in ended] == ["", ""]
    answers = [json.loads(out) for out, _ in ended]
    assert answers[0] == answers[1] == [load(folder).fingerprint, 1]
    assert len(left(cache)) == 1


PEAK = """
import resource, sys
from bench import datasets
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
datasets.load(f"folder:{sys.argv[1]}")
before = peak()
images = datasets.load(f"folder:{sys.argv[2]},size=256")
print(peak() - before, images.train_images.nbytes + images.test_images.nbytes)
"""


def test_preparing_holds_few_pictures_in_memory(tmp_path, fill):
    command = [sys.executable, "-c", PEAK, str(fill(tmp_path / "few")), str(fill(tmp_path / "many", 900))]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    grown, size = map(int, ended.stdout.split())
    assert size == 900 * 256 * 256 * 3
    assert grown < size / 3
