"""Cards and weights: found by folder, believed only when the hash agrees; and what imports a framework."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import ImageSet
from bench.errors import UserError
from bench.paths import extractors_folder
from bench.quality.availability import scoring_advice, scoring_unavailable
from bench.quality.cards import (
    BUNDLED,
    Card,
    card_for,
    card_named,
    card_of_domain,
    cards,
    outdated,
    read_weights,
    training_command,
    why_random_features,
)
from bench.quality.extractors.domain import from_card, load

MINE, OTHERS = "a" * 64, "b" * 64
"""Fingerprints of two data sets."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled extractors that may be damaged."""
    return Path(shutil.copytree(BUNDLED, tmp_path / "weights"))


def test_bundled_cards_name_their_weights() -> None:
    found = cards()
    assert sorted(card.domain for card in found.values()) == ["fashion-mnist", "mnist", "monsters"]
    for name, card in found.items():
        sha256 = hashlib.sha256((BUNDLED / f"{name}.safetensors").read_bytes()).hexdigest()
        assert card.sha256 == sha256
        assert card.name == f"{card.domain}-{sha256[:8]}"


@pytest.mark.parametrize(("domain", "required"), [("mnist", 0.99), ("fashion-mnist", 0.915)])
def test_bundled_extractors_are_good_enough(domain: str, required: float) -> None:
    card = card_of_domain(domain)
    assert card is not None
    assert card.test_accuracy >= required
    assert card.floor is not None
    assert card.floor <= 1.0
    assert card.floor_n == 10_000


def test_the_extractor_of_the_monsters_is_good_enough_and_small() -> None:
    card = card_of_domain("monsters")
    assert card is not None
    assert (card.image_shape, card.num_classes, card.floor_n) == ((64, 64, 3), 8, 2000)
    assert card.test_accuracy >= 0.99
    assert card.floor is not None
    assert card.floor <= 1.0
    assert len(read_weights(card)) <= 2_000_000
    by_distance = sorted(card.ladder, key=lambda rung: card.ladder[rung].fd or 0)
    assert (by_distance[0], by_distance[-1]) == ("real", "noise")


def test_a_classifier_scores_images_of_its_domain_and_shape_alone() -> None:
    card = card_of_domain("monsters")
    assert card is not None
    assert card_for("monsters", (64, 64, 3), None) == (card, BUNDLED)
    assert card_for("monsters", (32, 32, 3), None) is None
    assert card_for("dragons", (64, 64, 3), None) is None
    assert card_for(None, (64, 64, 3), MINE) is None


@pytest.fixture
def keep(folder: Path) -> Callable[..., Card]:
    """Put a card with changes, and the monsters' weights, where the user's extractors are."""

    def put(**changes: object) -> Card:
        card = card_of_domain("monsters", folder)
        assert card is not None
        card = card.model_copy(update=changes)
        own = extractors_folder()
        own.mkdir(parents=True, exist_ok=True)
        (own / f"{card.name}.json").write_text(card.model_dump_json(by_alias=True))
        shutil.copy(BUNDLED / f"monsters-{card.sha256[:8]}.safetensors", own / f"{card.name}.safetensors")
        return card

    return put


def test_an_extractor_of_the_users_scores_exactly_the_images_of_its_fingerprint(keep: Callable[..., Card]) -> None:
    card = keep(name="folder-pics-1", domain="folder-pics", dataset="folder:/pics", fingerprint=MINE)
    assert card_for(None, (64, 64, 3), MINE) == (card, extractors_folder())
    assert card_for(None, (64, 64, 3), OTHERS) is None
    assert card_for(None, (64, 64, 3), OTHERS, part_of=MINE) == (card, extractors_folder())
    assert card_for(None, (64, 64, 3), None, part_of=OTHERS) is None
    assert card_for(None, (32, 32, 3), MINE) is None
    # Not by the name of a domain, which a folder may happen to have.
    assert card_for("folder-pics", (64, 64, 3), OTHERS) is None
    assert card_named("folder-pics-1") == card
    assert outdated("folder:/pics", OTHERS) == card
    assert outdated("folder:/pics", MINE) is None
    assert outdated("folder:/else", OTHERS) is None


def test_some_classes_are_scored_by_the_users_extractor_of_the_whole_set(keep: Callable[..., Card]) -> None:
    card = keep(name="folder-pics-1", domain="folder-pics", dataset="folder:/pics", fingerprint=MINE)
    pictures, labels = np.zeros((2, 64, 64, 3), np.uint8), np.zeros(2, np.int64)
    arrays = {"train_images": pictures, "train_labels": labels, "test_images": pictures, "test_labels": labels}
    assert load(ImageSet(name="folder:/pics[classes=a]", part_of=MINE, **arrays), None, "cpu").name == card.name
    assert load(ImageSet(name="folder:/pics[classes=a]", **arrays), None, "cpu").name.startswith("random-")


def test_what_is_bundled_is_never_displaced(keep: Callable[..., Card]) -> None:
    keep(name="monsters-00000000")
    kept = card_for("monsters", (64, 64, 3), None)
    assert kept is not None
    assert kept.folder == BUNDLED
    keep(name="beasts-1", domain="beasts")
    kept = card_for("beasts", (64, 64, 3), OTHERS)
    assert kept is not None
    assert kept.card.name == "beasts-1"


def test_of_two_of_the_users_for_the_same_images_the_newest_scores(keep: Callable[..., Card]) -> None:
    for name, written in (("pics-1", 2000), ("pics-2", 1000)):
        keep(name=name, domain="pics", fingerprint=MINE)
        os.utime(extractors_folder() / f"{name}.json", (written, written))
    kept = card_for(None, (64, 64, 3), MINE)
    assert kept is not None
    assert kept.card.name == "pics-1"
    os.utime(extractors_folder() / "pics-2.json", (3000, 3000))
    kept = card_for(None, (64, 64, 3), MINE)
    assert kept is not None
    assert kept.card.name == "pics-2"
    keep(name="pics-3", domain="pics", fingerprint=OTHERS)
    assert card_for(None, (64, 64, 3), OTHERS) is not None


def test_weights_that_do_not_fit_the_card_are_refused(folder: Path) -> None:
    card = card_of_domain("monsters", folder)
    assert card is not None
    for changes in ({"image_shape": (32, 32, 3)}, {"class_names": ("a", "b")}, {"image_shape": (30, 30, 3)}):
        with pytest.raises(UserError, match=r"(?s)the weights of monsters-\w+ in .* do not fit its card: .*Train the"):
            from_card(card.model_copy(update=changes), folder)


def test_a_pickle_is_no_weights_file_even_under_its_own_hash(folder: Path) -> None:
    content = pickle.dumps({"feature_rms": 1.0})
    sha256 = hashlib.sha256(content).hexdigest()
    card = card_of_domain("monsters", folder)
    assert card is not None
    card = card.model_copy(update={"sha256": sha256})
    (folder / f"{card.name}.safetensors").write_bytes(content)
    with pytest.raises(UserError, match="do not fit its card"):
        from_card(card, folder)


def test_the_ladder_of_the_clothes_is_in_its_order() -> None:
    card = card_of_domain("fashion-mnist")
    assert card is not None
    by_distance = sorted(card.ladder, key=lambda rung: card.ladder[rung].fd or 0)
    assert by_distance == [
        "real",
        "100 images repeated",
        "binarised",
        "blurred",
        "10 images repeated",
        "half of the classes",
        "noise",
    ]
    # The lesson of the ladder: ten memorised pictures beat real data in the inception score.
    repeated, real = card.ladder["10 images repeated"], card.ladder["real"]
    assert repeated.inception_score is not None
    assert real.inception_score is not None
    assert repeated.inception_score > real.inception_score


def test_weights_with_another_hash_are_refused(folder: Path) -> None:
    card = next(iter(cards(folder).values()))
    path = folder / f"{card.name}.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"is not what its card describes .*: restore the file"):
        read_weights(card, folder)
    with pytest.raises(UserError, match="is not what its card describes"):
        from_card(card, folder)
    path.unlink()
    with pytest.raises(UserError, match=r"cannot read the weights .*: No such file"):
        read_weights(card, folder)


def test_a_card_without_weights_is_no_extractor(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        path.unlink()
    assert cards(folder) == {}
    assert card_of_domain("mnist", folder) is None


def test_a_damaged_card_is_named(folder: Path) -> None:
    path = next(folder.glob("mnist-*.json"))
    whole = path.read_text()
    for text, reason in (
        ("{", "Invalid JSON"),
        (whole.replace('"schema": 1', '"schema": 2'), "schema: Input should be 1"),
        (whole.replace('"sha256": "', '"sha256": "x'), "sha256: String should match"),
        (whole.replace('"dimension"', '"dimensions"'), "dimension: Field required"),
    ):
        path.write_text(text)
        with pytest.raises(UserError, match=rf"mnist-\w+\.json is not an extractor's card: {reason}"):
            cards(folder)


def test_a_card_that_has_just_gone_is_none_and_one_that_cannot_be_read_is_named(folder: Path) -> None:
    path = next(folder.glob("mnist-*.json"))
    path.unlink()
    path.symlink_to("nowhere")  # as one that was listed and has been removed since
    assert sorted(card.domain for card in cards(folder).values()) == ["fashion-mnist", "monsters"]
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match=r"cannot read the extractor's card .*mnist-\w+\.json: Is a directory"):
        cards(folder)


def test_a_card_is_read_by_its_name_alone(keep: Callable[..., Card]) -> None:
    card = keep(name="pics-1", domain="pics", fingerprint=MINE)
    (extractors_folder() / "other.json").write_text("{")
    assert card_named("pics-1") == card
    assert (card_named("pics-2"), card_named("../pics-1"), card_named("a/pics-1")) == (None, None, None)
    assert card_named("other") is None


def test_why_random_features_score_is_told_from_what_there_is(keep: Callable[..., Card]) -> None:
    assert why_random_features("folder:/my pics", OTHERS).startswith("no classifier of such images, so random")
    keep(name="pics-1", domain="pics", dataset="folder:/my pics", fingerprint=MINE)
    assert why_random_features("folder:/my pics", OTHERS) == (
        "its images have changed since pics-1 was trained on them, so random features score them: coarse, "
        "no inception score"
    )
    assert training_command("folder:/my pics") == "python -m bench extractor train 'folder:/my pics'"


def test_a_card_under_another_name_is_refused(folder: Path) -> None:
    path = next(folder.glob("mnist-*.json"))
    path.rename(folder / "digits.json")
    with pytest.raises(UserError, match=r"digits\.json is the card of mnist-\w+: give both files"):
        cards(folder)


def test_two_extractors_for_one_domain_are_refused(folder: Path) -> None:
    card = card_of_domain("mnist", folder)
    assert card is not None
    other = card.model_copy(update={"name": "mnist-00000000"})
    (folder / "mnist-00000000.json").write_text(other.model_dump_json(by_alias=True))
    (folder / "mnist-00000000.safetensors").touch()
    with pytest.raises(UserError, match="two extractors for 'mnist'"):
        card_of_domain("mnist", folder)


def test_scoring_is_possible_here_and_says_why_when_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (scoring_unavailable(), scoring_advice()) == (None, None)
    monkeypatch.setattr("bench.quality.availability.find_spec", lambda _: None)
    assert scoring_unavailable() == "scoring needs PyTorch and torch-fidelity"
    assert (scoring_advice("this") or "").startswith(
        "this needs PyTorch and torch-fidelity: run `python -m pip install torch torch-fidelity`, or name a Python"
    )
    found = importlib.util.find_spec
    monkeypatch.setattr("bench.quality.availability.find_spec", lambda name: None if name == "torch" else found(name))
    assert scoring_unavailable() == "scoring needs PyTorch"


def test_what_the_harness_imports_brings_no_framework() -> None:
    code = (
        "import sys\n"
        "import bench.quality.availability, bench.quality.cards\n"
        "import bench.quality.inception_file, bench.quality.random_weights, bench.quality.record\n"
        "import bench.quality.evaluator, bench.quality.trainer, bench.quality.extractors as extractors\n"
        "import bench.scoring, bench.execution.extractor\n"
        "assert {'domain', 'inception', 'random'} <= set(extractors.kinds())\n"
        "assert bench.quality.cards.cards()\n"
        "sys.exit(', '.join({'torch', 'torch_fidelity', 'tensorflow'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
