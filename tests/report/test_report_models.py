"""The section on the models: each once, with every arm of it, drawn for the run's images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.report import modelcards, networks
from bench.report.palette import Palette

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

MODELS = ["cvae", "cvae[equal]", "cond_vae", "vae_dense", "of another suite"]


def test_arms_of_a_model_share_a_card_that_says_how_they_differ(made: MadeUp) -> None:
    cards = modelcards.cards(made.trials(MODELS, image_shape=(28, 28, 1)), Palette(MODELS))
    assert [card.models for card in cards] == [["cvae", "cvae[equal]"], ["cond_vae"], ["vae_dense"]]
    seed, equal = cards[0].arms
    assert seed.changes == ""
    assert equal.changes.startswith("latent 64 instead of 2; decoder widths 64/64/32 instead of 32/64/32")
    assert [drawing.title for drawing in equal.drawings] == ["Encoder", "Decoder"]
    assert [card.needs_labels for card in cards] == [False, True, False]
    assert cards[0].command == "python -m bench run --models cvae --datasets folder:PATH"
    convolutional = [card.facts["Convolutional?"] for card in cards]
    assert convolutional == ["yes: 5 of its layers are convolutions"] * 2 + ["no: dense layers alone"]
    assert [card.facts["Conditional?"][:2] for card in cards] == ["no", "ye", "no"]


def test_a_drawing_says_every_layer_and_its_shape(made: MadeUp) -> None:
    cards = modelcards.cards(made.trials(["cvae"], image_shape=(16, 24, 3)), Palette(["cvae"]))
    decoder = cards[0].arms[0].drawings[1].svg
    assert "Latent vector z 2; Dense 768; Reshape 4 × 6 × 32; Transposed conv. 3×3 8 × 12 × 64" in decoder
    assert decoder.count("<rect") == 6
    assert networks.written((1234,)) == "1,234"


def test_what_holds_for_all_models_is_said_once(made: MadeUp) -> None:
    text = made.page(made.trials(MODELS)).text
    assert text.count("Faces, pizzas, anything else.") == 1
    assert text.count("On pictures of your own") == 3
    assert text.count("It needs a folder a class.") == 1


def test_images_that_no_network_fits_are_not_drawn(made: MadeUp) -> None:
    for shape in (None, (4, 4, 1)):
        (card,) = modelcards.cards(made.trials(["gan"], image_shape=shape), Palette(["gan"]))
        assert card.arms[0].drawings == []
