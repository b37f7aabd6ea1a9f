"""The domain extractor is made from the right images, reproducibly, and works for other shapes too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.quality import selection
from bench.quality.cards import card_of_domain, cards
from bench.quality.extractors.domain import from_card
from bench.quality.network import DomainNetwork, architecture
from bench.quality.selection import images_sha256, occurs_in, training_images
from bench.quality.train import main, train_extractor
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


def test_command_line_names_an_unknown_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mnist-mimi", "--out", str(tmp_path)]) == 2
    assert "did you mean" in capsys.readouterr().err


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
