"""An extractor is made by another process, and found from then on for these images alone."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from bench import datasets
from bench.datasets.bundled_source import BundledSource
from bench.errors import UserError
from bench.execution import extractor as module
from bench.execution.extractor import TrainingOrder, train_extractor
from bench.paths import extractors_folder
from bench.quality.cards import card_for, cards

FAKES = Path(__file__).parent
ROOT = FAKES.parents[1]


@pytest.fixture
def train(monkeypatch):
    """Train with the fake trainer: `train("npz:...", seed=1)`; returns card and folder, and what was told."""
    monkeypatch.setenv("PYTHONPATH", f"{FAKES}{os.pathsep}{ROOT}")
    monkeypatch.setattr(module, "scoring_advice", lambda _: None)
    told = []

    def call(dataset, **order):
        told.clear()
        return train_extractor(
            TrainingOrder(dataset, **order), lambda *progress: told.append(progress), trainer="fake_trainer"
        ), list(told)

    return call


@pytest.fixture
def mine(tmp_path):
    """Labelled images of one's own; returns their name."""

    def write(count=80, name="mine.npz", **arrays):
        images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), np.uint8)
        np.savez(tmp_path / name, **{"images": images, "labels": np.arange(count) % 2} | arrays)
        return f"npz:{tmp_path / name}"

    return write


def card_now(name):
    images = datasets.load(name)
    kept = card_for(images.domain, images.image_shape, images.fingerprint)
    return kept and kept.card


def test_it_is_found_for_these_images_and_no_others(train, mine):
    name = mine()
    assert card_now(name) is None
    (card, folder), told = train(name, epochs=3, threads=2)
    assert folder == extractors_folder()
    assert card_now(name) == card
    assert card.recipe == {"epochs": 3, "seed": 0, "threads": 2}
    assert told == [("training on some images", 0.0), ("epoch 1 of 1: mean loss 0.1", 0.5)]
    assert card_now(mine(name="copy.npz")) == card  # the same images under another name
    assert card_now(mine(count=82)) is None  # the file has changed since
    assert card_now(f"{name}[classes=0]") is None


def test_another_one_takes_the_place_of_the_older(train, mine):
    name = mine()
    train(name)
    (second, folder), _ = train(name, seed=1)
    assert cards(folder) == {second.name: second}
    assert sorted(path.name for path in folder.iterdir()) == ["own-1.json", "own-1.safetensors"]
    assert card_now(name) == second


def test_a_folder_of_ones_own_is_left_as_it_is_otherwise(train, mine, tmp_path):
    name, out = mine(), tmp_path / "new/out"
    train(name, out=out)
    (_, folder), _ = train(name, out=out, seed=1)
    assert folder == out
    assert len(cards(out)) == 2
    assert card_now(name) is None


def test_what_is_bundled_is_not_made_again_unless_a_folder_is_named(train, tmp_path):
    with pytest.raises(
        UserError, match=r"'mnist-mini\[classes=0,1\]' is scored by the bundled mnist-\w+, .* with --out"
    ):
        train("mnist-mini[classes=0,1]")
    (card, _), _ = train("mnist-mini", out=tmp_path)
    assert card.domain == "mnist"


def test_a_domain_that_is_not_bundled_is_one_for_all_its_sets(train, monkeypatch):
    find, load = datasets.find, BundledSource.load
    odd = dataclasses.replace(datasets.find("mnist-mini"), domain="runes")
    monkeypatch.setattr(module.datasets, "find", lambda name: odd if name == "runes" else find(name))
    monkeypatch.setattr(BundledSource, "load", lambda self: dataclasses.replace(load(self), domain=self.domain))
    monkeypatch.setattr(module, "_train", lambda *_: kept)
    kept = next(iter(cards().values()))
    assert train("runes")[0] == (kept, extractors_folder())


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"labels": np.zeros(80, np.int64)}, "has one class"),
        ({"labels": np.arange(80) // 75}, "training images of class '1', and 10 of each are needed"),
        ({"images": np.zeros((80, 6, 6, 1), np.uint8)}, "nearly the same|do not fit"),
    ],
)
def test_what_no_classifier_can_be_made_of_is_refused_before_anything_is_written(train, mine, arrays, reason):
    with pytest.raises(UserError, match=reason):
        train(mine(**arrays))
    assert not extractors_folder().exists()


def test_images_without_labels_are_refused(train, tmp_path):
    np.savez(tmp_path / "a.npz", images=np.random.default_rng(0).integers(0, 256, (80, 8, 8, 1), np.uint8))
    with pytest.raises(UserError, match=r"has no labels, and a domain extractor is a classifier"):
        train(f"npz:{tmp_path / 'a.npz'}")


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("dies", "no extractor was made: the process ended with exit status 9; the end of its log: out of memory"),
        ("fails", "no extractor was made: images are odd"),
    ],
)
def test_a_training_that_fails_says_why_and_leaves_nothing(train, mine, monkeypatch, behaviour, reason):
    monkeypatch.setenv("FAKE_TRAINER", behaviour)
    with pytest.raises(UserError) as error:
        train(mine())
    assert str(error.value) == reason
    assert list(extractors_folder().iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_refused_before_training(train, mine, tmp_path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(UserError, match=r"cannot write to .*file/below: .*; name another place with --out"):
        train(mine(), out=tmp_path / "file/below")


def test_without_pytorch_it_says_what_to_install(train, mine, monkeypatch):
    monkeypatch.setattr(module, "scoring_advice", lambda what: f"{what} needs PyTorch")
    with pytest.raises(UserError, match=r"^training an extractor needs PyTorch$"):
        train(mine())


def test_a_data_set_that_is_not_here_is_refused(train, monkeypatch):
    monkeypatch.setattr(datasets.places, "SYSTEM_FOLDERS", ())
    with pytest.raises(UserError, match=r"mnist is not here: python -m bench data fetch mnist"):
        train("mnist")
