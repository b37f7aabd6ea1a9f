"""`data verify`, `data preview` and `data fetch --from`, as they are typed."""

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench import datasets
from bench.datasets import places
from bench.datasets.folders.cache import locked
from bench.datasets.idx_source import FILES
from bench.datasets.sources.monsters import MONSTERS
from bench.datasets.verify import check


@pytest.fixture(autouse=True)
def no_system_folders(monkeypatch):
    """Whatever else this machine has, it is not looked at."""
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())


def test_everything_that_is_here_is_checked(bench):
    ended = bench("data", "verify", "--json")
    assert ended.status == 0
    found = {row["name"]: row["verdict"] for row in json.loads(ended.out)}
    assert found == {"fashion-mnist-mini": "ok", "mnist-mini": "ok", "monsters": "ok"}


def test_a_damaged_set_is_status_1_with_what_to_do(bench):
    folder = places.cached("mnist")
    folder.mkdir(parents=True)
    for name in FILES.values():
        (folder / name).write_bytes(b"damaged")
    ended = bench("data", "verify", "mnist", "--json")
    assert ended.status == 1
    (row,) = json.loads(ended.out)
    assert (row["verdict"], row["where"]) == ("damaged", str(folder))
    assert "To replace it, run: python -m bench data fetch mnist" in row["detail"]
    shown = bench("data", "verify")
    assert shown.status == 1
    assert "damaged" in shown.out


def test_a_set_that_is_not_here_is_status_1_if_it_was_named(bench):
    ended = bench("data", "verify", "mnist")
    assert ended.status == 1
    assert "absent" in ended.out


def test_a_name_that_is_none_is_refused(bench):
    assert bench("data", "verify", "mnits").status == 2
    assert bench("data", "preview", "mnits").status == 2


def test_full_sets_are_checked_by_their_sums(tiny, three_places):
    tiny.put(three_places.cache)
    found = check(tiny.source)
    assert (found.verdict, found.detail, found.passed) == ("ok", "10 pictures read and checked", True)


def test_a_sheet_is_drawn_and_its_path_printed(bench, tmp_path):
    path = tmp_path / "sheet.png"
    ended = bench("data", "preview", "mnist-mini", "--count", 20, "--out", path)
    assert (ended.status, ended.out) == (0, f"{path}\n")
    assert path.stat().st_size > 1000


def test_pokemon_are_not_here_and_it_is_said_how_to_get_them(bench, tmp_path):
    assert "data fetch pokemon --from FOLDER" in bench("data", "preview", "pokemon").err
    ended = bench("data", "fetch", "pokemon", "--from", tmp_path / "nowhere")
    assert ended.status == 2
    assert "there is no folder or archive" in ended.err


@pytest.fixture
def prepared(bench, tmp_path):
    """A set made of 40 pictures, its entry in the cache, and a function that verifies and lists what is prepared."""
    pictures = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), np.uint8)
    np.savez(tmp_path / "pictures.npz", images=pictures)
    name = f"npz:{tmp_path / 'pictures.npz'}"
    fingerprint = datasets.load(name).fingerprint

    def rows():
        found = json.loads(bench("data", "verify", "--json").out)
        return [row for row in found if row["name"].startswith("prepared/")]

    (row,) = rows()
    assert row["verdict"] == "ok"
    return name, fingerprint, Path(row["where"]), rows


def flip_the_last_byte(entry):
    content = bytearray((entry / "train_images.npy").read_bytes())
    content[-1] ^= 1
    (entry / "train_images.npy").write_bytes(content)


def change_the_manifest(entry):
    sealed = json.loads((entry / "manifest.json").read_text())
    sealed["manifest"]["straddling_groups"] = 3
    (entry / "manifest.json").write_text(json.dumps(sealed))


@pytest.mark.parametrize(
    "harm",
    [
        flip_the_last_byte,
        change_the_manifest,
        lambda entry: (entry / "manifest.json").unlink(),
        lambda entry: (shutil.rmtree(entry), entry.write_text("a file")),
        lambda entry: ((entry / "test_images.npy").unlink(), (entry / "test_images.npy").mkdir()),
    ],
    ids=["bytes", "manifest", "no manifest", "a file", "a folder within"],
)
def test_damaged_prepared_pictures_are_found_removed_and_made_again(prepared, caplog, harm):
    name, fingerprint, entry, rows = prepared
    harm(entry)
    (row,) = rows()
    assert (row["verdict"], row["where"]) == ("repaired", str(entry))
    assert "made again" not in caplog.text
    assert not entry.exists()
    assert rows() == []
    assert datasets.load(name).fingerprint == fingerprint


def test_what_broken_off_preparations_have_left_is_removed_unless_they_are_at_work(prepared):
    _, _, entry, rows = prepared
    begun = entry.with_name(f".{'a' * 32}.12345")
    begun.mkdir()
    (begun / "pictures.raw").write_bytes(b"half")
    with locked(entry.with_name("a" * 32)):
        assert [row["where"] for row in rows()] == [str(entry)]
    assert begun.exists()
    assert [(row["verdict"], row["where"]) for row in rows()] == [("repaired", str(begun)), ("ok", str(entry))]
    assert [row["where"] for row in rows()] == [str(entry)]


def test_nothing_is_removed_while_another_makes_it_again(prepared, monkeypatch):
    """Whoever held the lock has mended the entry by the time it is there for the taking."""
    _, _, entry, rows = prepared
    whole = (entry / "train_images.npy").read_bytes()
    flip_the_last_byte(entry)
    flock = fcntl.flock

    def mended(*arguments):
        flock(*arguments)
        (entry / "train_images.npy").write_bytes(whole)

    monkeypatch.setattr("bench.datasets.folders.cache.fcntl.flock", mended)
    (row,) = rows()
    assert row["verdict"] == "ok"


def test_what_cannot_be_removed_stays_damaged(prepared, monkeypatch):
    _, _, entry, rows = prepared
    flip_the_last_byte(entry)

    def refused(path):
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr("bench.datasets.folders.entry.remove", refused)
    (row,) = rows()
    assert row["verdict"] == "damaged"
    assert "Read-only file system" in row["detail"]


def test_what_is_drawn_when_it_is_first_used_is_nowhere_before():
    found = check(MONSTERS)
    assert (found.verdict, found.detail, found.where) == ("ok", "drawn when it is first used", None)
