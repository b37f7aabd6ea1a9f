"""The domain extractor is made from the right images, reproducibly, and works for other shapes too."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.quality import selection
from bench.quality.cards import Card, card_of_domain, cards
from bench.quality.extractors.domain import from_card
from bench.quality.network import DomainNetwork, architecture
from bench.quality.selection import images_sha256, occurs_in, training_images
from bench.quality.train import plain, train_extractor
from bench.quality.trainer import answer
from bench.quality.training import Recipe

SHORT = Recipe(epochs=2, batch_size=50)


@pytest.fixture(autouse=True)
def torch_as_before() -> Iterator[None]:
    """Training takes torch's global state for its own; the next test gets it back."""
    yield
    torch.use_deterministic_algorithms(False)


def test_what_occurs_elsewhere_byte_for_byte_is_found(toy_set: ImageSet) -> None:
    images = toy_set.train_images[:6]
    almost = images[2:3].copy()
    almost[0, 7, 7, 0] ^= 1
    found = occurs_in(images, images[[4]], almost, images[[0]])
    assert found.tolist() == [True, False, False, False, True, False]


def test_what_occurs_is_found_without_a_copy_of_the_images() -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 64, 64, 3), dtype=np.uint8)
    tracemalloc.start()
    try:
        found = occurs_in(images[:3], images)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.all()
    assert peak < images.nbytes / 10


def test_held_out_images_are_removed_with_their_labels(toy_set: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replace(toy_set, domain="digits")
    mini = replace(whole, train_images=whole.train_images[10:20], train_labels=whole.train_labels[10:20])
    monkeypatch.setattr(selection, "HELD_OUT", {"digits": "digits-mini"})
    monkeypatch.setattr(selection, "load", {"digits-mini": mini}.__getitem__)
    images, labels = training_images(whole)
    keep = np.r_[0:10, 20:900]
    np.testing.assert_array_equal(images, whole.train_images[keep])
    np.testing.assert_array_equal(labels, whole.train_labels[keep])


def test_unlabelled_images_train_nothing(tmp_path: Path, toy_set: ImageSet) -> None:
    unlabelled = replace(toy_set, train_labels=None, test_labels=None)
    with pytest.raises(UserError, match="'toy' has no labels"):
        train_extractor(unlabelled, tmp_path, SHORT)


def test_a_set_that_no_classifier_can_be_made_of_is_refused(make_set: Callable[..., ImageSet]) -> None:
    few = make_set(train=39, test=8)
    with pytest.raises(UserError, match=r"'toy' has 9 training images of class '3', and 10 of each are needed"):
        training_images(few)
    named = replace(few, class_names=("a", "b", "c", "dog"))
    with pytest.raises(UserError, match="class 'dog'"):
        training_images(named)
    assert few.train_labels is not None
    assert few.test_labels is not None
    one = replace(few, train_labels=0 * few.train_labels, test_labels=0 * few.test_labels)
    with pytest.raises(UserError, match="has one class"):
        training_images(one)
    odd = replace(few, train_images=few.train_images[:, :6, :6], test_images=few.test_images[:, :6, :6])
    with pytest.raises(UserError, match="images of 6x6 do not fit"):
        training_images(odd)


def test_the_number_of_images_decides_batch_and_epochs() -> None:
    assert Recipe.for_images(60_000) == Recipe.for_images(50_000) == Recipe()
    # What the bundled extractor of the monsters was made by.
    assert Recipe.for_images(8_000, epochs=3) == Recipe(epochs=3)
    small = Recipe.for_images(480, seed=4)
    assert (small.batch_size, small.epochs, small.seed) == (16, 14, 4)
    assert Recipe.for_images(20).epochs * (20 // Recipe.for_images(20).batch_size) >= 400
    assert Recipe.for_images(2_000).batch_size == 64


def test_progress_goes_up_to_the_whole(tmp_path: Path, make_set: Callable[..., ImageSet]) -> None:
    told: list[tuple[str, float]] = []
    train_extractor(make_set(train=200, test=60), tmp_path, SHORT, notify=lambda *progress: told.append(progress))
    texts = list(dict.fromkeys(text for text, _ in told))
    assert texts[0] == "training on 200 images"
    assert texts[2].startswith("epoch 2 of 2: mean loss ")
    assert texts[-1] == "measuring floor and ladder"
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert 0 == fractions[0] < fractions[-1] <= 1


@pytest.mark.data
@pytest.mark.usefixtures("full_sets")
def test_the_mnist_extractor_never_saw_a_digit_of_the_mini_set() -> None:
    card = card_of_domain("mnist")
    assert card is not None
    mini = load("mnist-mini")
    images, _ = training_images(load("mnist"))
    assert (len(images), images_sha256(images)) == (card.train_images, card.train_images_sha256)
    assert len(images) == 50_000
    held_out = {image.tobytes() for image in (*mini.train_images, *mini.test_images)}
    assert len(held_out) == 10_000
    assert held_out.isdisjoint(image.tobytes() for image in images)


@pytest.mark.data
@pytest.mark.usefixtures("full_sets")
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_card_tells_the_truth_about_the_test_split(name: str) -> None:
    images, card = load(name), card_of_domain(name)
    assert card is not None
    logits = from_card(card)(images.test_images).logits
    assert logits is not None
    assert np.mean(logits.argmax(axis=1) == images.test_labels) == pytest.approx(card.test_accuracy, abs=2e-4)


@pytest.mark.data
@pytest.mark.usefixtures("full_sets")
def test_the_fashion_extractor_saw_the_train_split_and_nothing_else() -> None:
    images, card = load("fashion-mnist"), card_of_domain("fashion-mnist")
    assert card is not None
    assert card.train_images_sha256 == images_sha256(images.train_images)


@pytest.mark.slow
def test_the_card_of_the_monsters_tells_the_truth() -> None:
    images, card = load("monsters"), card_of_domain("monsters")
    assert card is not None
    assert (len(images.train_images), images_sha256(images.train_images)) == (
        card.train_images,
        card.train_images_sha256,
    )
    logits = from_card(card)(images.test_images).logits
    assert logits is not None
    assert np.mean(logits.argmax(axis=1) == images.test_labels) == pytest.approx(card.test_accuracy, abs=1e-3)


def test_training_twice_gives_the_same_file(tmp_path: Path, make_set: Callable[..., ImageSet]) -> None:
    images = make_set(train=200, test=60)
    first = train_extractor(images, tmp_path / "first", SHORT)
    second = train_extractor(images, tmp_path / "second", SHORT)
    other = train_extractor(images, tmp_path / "other", replace(SHORT, seed=1))
    assert first == second
    assert other.sha256 != first.sha256


def test_a_trained_extractor_is_found_and_gives_scaled_features(
    tmp_path: Path, make_set: Callable[..., ImageSet]
) -> None:
    images = make_set(train=200, test=60)
    card = train_extractor(images, tmp_path, SHORT)
    assert cards(tmp_path) == {card.name: card}
    assert card.test_accuracy > 0.9  # Brightness tells the toy classes apart.
    assert card.floor is None  # 60 test images are too few for a Fréchet distance.
    found = from_card(card, tmp_path)(images.train_images)
    assert np.sqrt(np.mean(np.square(found.features))) == pytest.approx(1, rel=1e-4)


def test_a_card_of_no_domain_is_tied_to_its_images_and_says_their_name(
    tmp_path: Path, make_set: Callable[..., ImageSet]
) -> None:
    images = make_set(train=200, test=60, name="folder:/home/me/my pics,size=8")
    own = train_extractor(images, tmp_path / "own", SHORT, "folder:my pics,size=8")
    assert own.name == f"folder-my-pics-size-8-{own.sha256[:8]}"
    assert (own.fingerprint, own.dataset) == (images.fingerprint, "folder:/home/me/my pics,size=8")
    toys = train_extractor(replace(images, domain="toys"), tmp_path / "toys", SHORT)
    assert (toys.name, toys.domain, toys.fingerprint) == (f"toys-{own.sha256[:8]}", "toys", None)


@pytest.mark.parametrize(
    ("label", "name"),
    [("npz:a.b.npz", "npz-a-b-npz"), ("folder:猫[classes=a,b]", "folder-猫-classes-a-b"), ("../..", "images")],
)
def test_a_label_becomes_the_name_of_a_file(label: str, name: str) -> None:
    assert plain(label) == name


def test_the_ladder_of_a_small_set_is_told_by_kid(tmp_path: Path, make_set: Callable[..., ImageSet]) -> None:
    card = train_extractor(make_set(train=400, test=300), tmp_path, SHORT)
    assert card.floor_n == 300
    assert all(rung.fd is None for rung in card.ladder.values())
    kids = {name: rung.kid for name, rung in card.ladder.items()}
    assert kids["real"] is not None
    assert kids["noise"] is not None
    assert abs(kids["real"]) < 0.1 < kids["noise"]


def test_the_trainer_answers_with_a_card_and_says_how_far_it_is(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []
    generator = np.random.default_rng(0)
    labels = np.arange(200) % 2
    bright = generator.integers(0, 128, (200, 8, 8, 1)) + 100 * labels[:, None, None, None]
    np.savez(tmp_path / "mine.npz", images=bright.astype(np.uint8), labels=labels)
    request = {"dataset": f"npz:{tmp_path / 'mine.npz'}", "out": str(tmp_path / "out"), "epochs": 2, "seed": 3}
    said = answer(request, sent.append)
    assert said["event"] == "finished", said
    card = Card.model_validate(said["card"])
    assert cards(tmp_path / "out") == {card.name: card}
    assert card.recipe["seed"] == 3
    assert card.test_accuracy > 0.9
    assert [message["event"] for message in sent] == ["progress"] * len(sent)
    assert sent[-1]["fraction"] > sent[0]["fraction"]
    assert 4 <= len(sent) <= 110


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"dataset": "mnist-mimi", "out": "x"}, "unknown data set 'mnist-mimi': did you mean mnist-mini"),
        ({"dataset": "mnist-mini", "out": "x", "epochs": 0}, "ValidationError: "),
    ],
)
def test_the_trainer_says_what_is_wrong_in_a_line(request_: dict[str, Any], reason: str) -> None:
    said = answer(request_, lambda _: None)
    assert said["event"] == "failed"
    assert said["reason"].startswith(reason)
    assert "\n" not in said["reason"]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_bundled_extractor_of_the_monsters_is_made_again_to_the_bit(tmp_path: Path) -> None:
    known = card_of_domain("monsters")
    assert known is not None
    if any(metadata.version(package) != version for package, version in known.versions.items()):
        pytest.skip(f"made by {known.versions}")
    said = answer({"dataset": "monsters", "out": str(tmp_path), "epochs": 3}, lambda _: None)
    assert said["card"]["sha256"] == known.sha256


@pytest.mark.parametrize(
    ("shape", "classes"), [((28, 28, 1), 10), ((64, 64, 3), 5), ((8, 12, 1), 2), ((256, 4, 3), 3), ((60, 32, 1), 3)]
)
def test_the_network_is_a_function_of_image_shape_and_classes(shape: tuple[int, int, int], classes: int) -> None:
    height, width, channels = shape
    features, logits = DomainNetwork(shape, classes)(torch.zeros((2, channels, height, width), dtype=torch.uint8))
    assert (features.shape, logits.shape) == ((2, 128), (2, classes))


@pytest.mark.parametrize(
    ("side", "halvings", "least_side"), [(28, 1, 7), (32, 2, 4), (56, 2, 7), (60, 3, 4), (64, 3, 4), (256, 5, 4)]
)
def test_larger_images_are_halved_so_that_the_file_stays_small(side: int, halvings: int, least_side: int) -> None:
    assert architecture((side, side, 3)).count("conv32-pool") == halvings
    assert DomainNetwork((side, side, 3), 10).hidden.in_features == 64 * least_side**2


@pytest.mark.parametrize("shape", [(30, 28, 1), (28, 28, 2), (0, 28, 1)])
def test_the_network_refuses_other_shapes(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="sides divisible by 4 and 1 or 3 channels"):
        DomainNetwork(shape, 10)
