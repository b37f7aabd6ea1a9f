"""Models are read as they are written in a study, and what cannot be read is answered with what can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import models
from bench.errors import UserError
from bench.models.choice import choose, every_choice
from bench.models.description import Description


def test_a_plain_name_is_the_recipe_as_its_source_has_it():
    choice = choose("cvae")
    assert choice.text == "cvae"
    assert (choice.config.latent, choice.config.pixels, choice.config.rate) == (2, "binary", 1e-4)


def test_a_variant_changes_what_its_description_says():
    choice = choose("cvae[equal]")
    assert choice.settings == {
        "latent": 64,
        "encoder_widths": [32, 64],
        "decoder_widths": [64, 64, 32],
        "pixels": "grey",
        "rate": 1e-3,
    }


def test_the_equal_footing_arm_has_the_latent_size_and_the_generator_of_the_gan():
    gan, cvae = choose("gan").config, choose("cvae[equal]").config
    assert cvae.latent == gan.latent
    assert cvae.decoder_widths == gan.generator_widths


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("cvae[latent=16]", "latent", 16),
        ("cvae[pixels=grey]", "pixels", "grey"),
        ("cvae[pixels='grey']", "pixels", "grey"),
        ("gan[generator_rate=2e-4]", "generator_rate", 2e-4),
        ("gan[generator_widths=(8,8,4)]", "generator_widths", (8, 8, 4)),
        ("gan[generator_widths=[8,8,4]]", "generator_widths", (8, 8, 4)),
        ("cvae[equal,latent=8]", "latent", 8),
        (" cvae [ equal , latent = 8 ] ", "latent", 8),
    ],
)
def test_settings_are_read(text, field, value):
    choice = choose(text)
    assert getattr(choice.config, field) == value
    assert choice.text == text.strip()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dcgan[dropout=(1.0,0.4)]", "dcgan[dropout=(1.0,0.4)]: a share must be from 0 to less than 1"),
        ("dcgan[dropout=(-0.1,0.4)]", "dcgan[dropout=(-0.1,0.4)]: a share must be from 0 to less than 1"),
        ("gna", "unknown model 'gna': did you mean gan or dcgan?"),
        ("zzzzzz", "unknown model 'zzzzzz': known: cond_vae, cvae, "),
        ("cvae[equl]", "unknown variant of cvae 'equl': did you mean equal?"),
        ("cvae[latnt=3]", "unknown setting of cvae 'latnt': did you mean latent?"),
        ("cvae[pixels=gray]", "cvae[pixels=gray]: Input should be 'binary' or 'grey'"),
        ("cvae[latent=big]", "cvae[latent=big]: Input should be a valid integer"),
        ("cvae[latent=2.5]", "cvae[latent=2.5]: Input should be a valid integer"),
        ("cvae[latent=True]", "cvae[latent=True]: Input should be a valid integer"),
        ("cvae[latent=0]", "cvae[latent=0]: must be finite and greater than zero"),
        ("cvae[rate=-1e-3]", "cvae[rate=-1e-3]: must be finite and greater than zero"),
        ("cvae[rate=nan]", "cvae[rate=nan]: Input should be a valid number"),
        ("cvae[rate=1e999]", "cvae[rate=1e999]: must be finite"),
        ("gan[generator_widths=(8,8)]", "gan[generator_widths=(8,8)]: "),
        ("gan[generator_widths=(8,0,8)]", "gan[generator_widths=(8,0,8)]: must be finite and greater than zero"),
        ("cvae[equal", "cannot read model 'cvae[equal': write gan"),
        ("cvae[equal]]", "unknown variant of cvae 'equal]'"),
        ("cvae]", "cannot read model"),
        ("[equal]", "cannot read model"),
        ("", "cannot read model"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_can(text, message):
    with pytest.raises(UserError) as error:
        choose(text)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@given(st.text(alphabet="gancve[]=,(){}:64. '\"\\-x", max_size=24))
def test_whatever_is_written_is_a_choice_or_an_error_of_one_line(text):
    said = ""
    try:
        choose(text)
    except UserError as error:
        said = str(error)
    assert "\n" not in said


def test_everything_is_each_model_and_each_of_its_variants():
    texts = [choice.text for choice in every_choice()]
    assert len(set(texts)) == len(texts)
    assert {"gan", "cvae", "cvae[equal]"} <= set(texts)
    assert len(texts) == sum(1 + len(known.variants) for known in models.descriptions().values())


def test_the_headline_models_come_first():
    headline = [choice.description.headline for choice in every_choice()]
    assert headline == sorted(headline, reverse=True)


@pytest.mark.parametrize("choice", every_choice(), ids=lambda choice: choice.text)
def test_every_model_says_what_it_is(choice):
    known: Description = choice.description
    for words in (known.title, known.objective, known.sense, known.source):
        assert words
        assert "\n" not in words
    assert set(choice.config.optimizers) >= {"loss"} or len(choice.config.optimizers) > 1
    assert known.half("torch") == f"models_torch.{known.name}"
    assert known.half("tensorflow") == f"models_tf.{known.name}"


def test_another_package_may_bring_halves_of_its_own():
    gan = models.find("gan")
    theirs = Description(**{**vars(gan), "halves": {"torch": "their.gan"}})
    assert theirs.half("torch") == "their.gan"
    assert theirs.half("tensorflow") == "models_tf.gan"


def test_the_hash_is_that_of_the_configuration_and_not_of_how_it_is_written():
    assert choose("cvae[latent=2]").config_hash == choose("cvae").config_hash
    assert choose("cvae[rate=1e-3,latent=3]").config_hash == choose("cvae[latent=3,rate=0.001]").config_hash
    hashes = [choose(text).config_hash for text in ("gan", "cvae", "cvae[latent=3]", "cvae[equal]", "gan[latent=2]")]
    assert len(set(hashes)) == 5


def test_the_hash_is_the_same_everywhere():
    """A change here makes every earlier result another experiment: make it on purpose."""
    assert choose("gan").config_hash == "a8bfc341"
    assert choose("cvae[equal]").config_hash == "b31c81d9"
