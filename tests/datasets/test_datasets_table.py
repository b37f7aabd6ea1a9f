"""The rows of `data list`."""

from __future__ import annotations

import json

from bench import datasets


def test_rows_say_what_is_here_and_how_to_get_the_rest(three_places):
    rows = {row.name: row for row in datasets.rows()}
    assert list(rows) == list(datasets.sources())
    assert rows["mnist"].where is None
    assert rows["mnist"].how_to_get.startswith("python -m bench data fetch mnist")
    assert rows["mnist-mini"].bundled
    assert rows["monsters"].always_here
    assert rows["monsters"].where is None  # it is drawn when it is first used
    assert not rows["monsters"].bundled
    assert len(rows["mnist"].checksums) == 4
    assert rows["mnist-mini"].where.endswith("mnist-mini.npz")
    assert str(rows["mnist"].sizes) == "60,000 + 10,000 of 28×28×1"


def test_rows_follow_the_files(three_places):
    folder = three_places.system.parent / "mnist"
    folder.mkdir(parents=True)
    for stem in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{stem}-ubyte.gz").touch()
    (mnist,) = (row for row in datasets.rows() if row.name == "mnist")
    assert mnist.where == str(folder)


def test_rows_are_json(three_places):
    stored = [row.as_json() for row in datasets.rows()]
    assert json.loads(json.dumps(stored)) == stored
    (mini,) = (row for row in stored if row["name"] == "mnist-mini")
    assert mini["sizes"] == {"train": 8_000, "test": 2_000, "image_shape": [28, 28, 1], "classes": 10}
