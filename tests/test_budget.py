"""Budgets come out as whole batches, alike for every trial, and what makes no sense is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import models
from bench.budget import BUDGETS, DEFAULT, budget_of
from bench.errors import UserError

GAN, CVAE = models.find("gan"), models.find("cvae")
SIDE = replace(GAN, name="side", headline=False)
SMALL, LARGE = 28 * 28, 64 * 64


@given(images=st.integers(128, 10**7), batch_size=st.integers(1, 64))
def test_images_are_rounded_down_to_whole_batches(images, batch_size):
    given_images = budget_of(None, images, None, batch_size).images_for(GAN, 8_000, SMALL)
    assert given_images is not None
    assert given_images % batch_size == 0
    assert 0 <= images - given_images < batch_size


@pytest.mark.parametrize("images", [1, 64, 127])
def test_less_than_two_batches_are_refused(images):
    with pytest.raises(UserError, match=f"{images} images are less than two batches of 64: ask for more images"):
        budget_of(None, images, None, None).images_for(GAN, 8_000, SMALL)


def test_two_batches_are_enough():
    assert budget_of(None, 128, None, None).images_for(GAN, 8_000, SMALL) == 128


def test_seconds_stand_alone():
    budget = budget_of(None, None, 2.5, None)
    assert (budget.seconds, budget.images_for(GAN, 8_000, SMALL)) == (2.5, None)


def test_the_notebooks_own_epochs_and_batch_sizes_are_kept_out_of_verdicts():
    budget = budget_of("notebook", None, None, None)
    assert (budget.batch_size_for(GAN), budget.batch_size_for(CVAE)) == (512, 32)
    assert budget.images_for(GAN, 60_000, SMALL) == 50 * 60_000 // 512 * 512
    assert budget.images_for(CVAE, 8_000, SMALL) == 10 * 8_000
    assert not budget.verdicts
    assert all(other.verdicts for name, other in BUDGETS.items() if name != "notebook")


def test_a_batch_size_of_ones_own_replaces_that_of_any_preset():
    for name in BUDGETS:
        budget = budget_of(name, None, None, 16)
        assert {budget.batch_size_for(GAN), budget.batch_size_for(CVAE)} == {16}


def test_quick_spends_its_seeds_on_the_headline():
    quick = budget_of(None, None, None, None)
    assert quick.name == DEFAULT == "quick"
    assert (quick.seeds_for(GAN, SMALL), quick.images_for(GAN, 8_000, SMALL)) == (3, 32_000)
    assert (quick.seeds_for(SIDE, SMALL), quick.images_for(SIDE, 8_000, SMALL)) == (1, 6_400)


def test_the_costly_bound_is_for_standard_and_above():
    assert [name for name, budget in BUDGETS.items() if budget.iwae] == ["standard", "notebook"]
    assert budget_of(None, 1_200_000, None, None).iwae
    assert not budget_of(None, 1_199_999, None, None).iwae


def test_quick_spends_less_on_large_pictures_alike_for_all_models():
    quick = budget_of("quick", None, None, None)
    for model in (GAN, SIDE):
        assert (quick.seeds_for(model, LARGE), quick.images_for(model, 8_000, LARGE)) == (1, 6_400)


@pytest.mark.parametrize(("name", "images", "checkpoints"), [("smoke", 512, 1), ("quick", 6_400, 2)])
def test_short_budgets_give_less_to_what_is_not_the_headline_on_small_pictures(name, images, checkpoints):
    budget = BUDGETS[name]
    for model, pixels in ((SIDE, SMALL), (SIDE, LARGE), (GAN, LARGE)):
        assert budget.images_for(model, 8_000, pixels) == images
        assert budget.checkpoints_for(model, pixels) == checkpoints
    assert budget.images_for(GAN, 8_000, SMALL) == budget.images
    assert budget.checkpoints_for(GAN, SMALL) == budget.checkpoints > checkpoints


@pytest.mark.parametrize("name", ["standard", "notebook"])
def test_other_budgets_are_alike_for_all_models_and_pictures(name):
    budget = BUDGETS[name]
    assert budget.seeds_for(GAN, SMALL) == budget.seeds_for(SIDE, LARGE) == budget.seeds
    assert budget.images_for(GAN, 8_000, SMALL) == budget.images_for(SIDE, 8_000, LARGE)
    assert budget.checkpoints_for(GAN, SMALL) == budget.checkpoints_for(SIDE, LARGE) == budget.checkpoints


def test_the_presets_are_what_they_promise():
    facts = {name: (budget.images, budget.seeds, budget.full_sets) for name, budget in BUDGETS.items()}
    assert facts["smoke"] == (1_024, 1, False)
    assert facts["quick"] == (32_000, 3, False)
    assert facts["standard"][1:] == (6, True)


@pytest.mark.parametrize("asked", [("smoke", 100, None), ("smoke", None, 1.0), (None, 100, 1.0), ("quick", 1, 1.0)])
def test_one_limit_at_a_time(asked):
    with pytest.raises(UserError, match="give one of --budget, --images and --seconds"):
        budget_of(*asked, None)


def test_an_unknown_preset_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"unknown budget 'standart': did you mean standard\?"):
        budget_of("standart", None, None, None)
