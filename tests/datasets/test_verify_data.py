"""`data verify`, `data preview` and `data fetch --from`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench import datasets
from bench.datasets import places
from bench.datasets.idx_source import FILES
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


def test_damaged_prepared_pictures_are_found_removed_and_made_again(bench, tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), np.uint8)
    np.savez(tmp_path / "pictures.npz", images=pictures)
    name = f"npz:{tmp_path / 'pictures.npz'}"
    before = datasets.load(name).fingerprint

    def prepared():
        rows = json.loads(bench("data", "verify", "--json").out)
        return [row for row in rows if row["name"].startswith("prepared/")]

    (row,) = prepared()
    assert row["verdict"] == "ok"
    damaged = Path(row["where"]) / "train_images.npy"
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    (row,) = prepared()
    assert row["verdict"] == "repaired"
    assert prepared() == []
    assert datasets.load(name).fingerprint == before
