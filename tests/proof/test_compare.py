"""Rows are judged by the table; whatever cannot be compared has not passed."""

import numpy as np
import pytest

from bench.models import choose
from bench.proof.cases import Case
from bench.proof.compare import compare, deviation
from bench.proof.tolerances import TOLERANCES

EXACT = Case(choose("gan"), (28, 28, 1), "fp64", "compiled")
DROPS = Case(choose("dcgan"), (28, 28, 1), "fp64", "compiled")
SINGLE = Case(choose("gan"), (28, 28, 1), "fp32", "compiled")
PICTURES = np.arange(32, dtype=np.uint8).reshape(2, 4, 4, 1)


def findings(**changes):
    found = {
        "losses/loss": np.array(2.0),
        "gradients/w": np.array([1.0, 2.0, 2.0]),
        "trajectory/loss": np.linspace(2.0, 1.0, 5),
        "weights/w": np.ones((5, 3)),
        "long call/loss": np.linspace(1.0, 0.5, 5),
        "resumed/w": np.zeros(3),
        "samples/at the start": PICTURES,
    }
    return found | {name.replace("__", "/"): value for name, value in changes.items()}


def rows(a, b, case=EXACT):
    return {row.quantity: row for row in compare(case, a, b)}


def test_equal_halves_pass_in_every_quantity():
    found = rows(findings(), findings())
    assert set(found) == EXACT.quantities
    assert list(found)[:2] == ["losses", "gradients"]
    assert all(row.passed and row.deviation == 0 for row in found.values())
    assert (found["losses"].model, found["losses"].shape, found["losses"].mode) == ("gan", "28x28x1", "compiled")


def test_the_deviation_is_relative_to_the_norm_with_a_floor():
    assert deviation(np.array([3.0, 4.0]), np.array([3.0, 4.5])) == pytest.approx(0.5 / np.hypot(3.0, 4.5))
    assert deviation(np.array([1e-10]), np.array([0.0])) == pytest.approx(1e-2)


@pytest.mark.parametrize(
    ("name", "value", "quantity"),
    [
        ("losses__loss", np.array(2.0 + 4e-12), "losses"),
        ("gradients__w", np.array([1.0, 2.0, 2.0 + 1e-10]), "gradients"),
        ("trajectory__loss", np.linspace(2.0, 1.0 + 1e-8, 5), "trajectory"),
        ("weights__w", np.ones((5, 3)) + 1e-9 * (np.arange(5) == 2)[:, np.newaxis], "weights"),
        ("resumed__w", np.array([0.0, 0.0, 1e-300]), "resumed"),
    ],
)
def test_a_difference_beyond_the_tolerance_fails_its_quantity_alone(name, value, quantity):
    for found in (rows(findings(**{name: value}), findings()), rows(findings(), findings(**{name: value}))):
        assert [row.quantity for row in found.values() if not row.passed] == [quantity]
        assert found[quantity].where in ("w", "loss")
        assert found[quantity].deviation > found[quantity].tolerance


def test_the_worst_tensor_is_named():
    two = {"gradients__v": np.array([1.0, 1.0])}
    found = rows(findings(gradients__v=np.array([1.0, 1.1])), findings(**two))
    assert found["gradients"].where == "v"


def test_pictures_differ_by_share_and_by_levels():
    other = PICTURES.copy()
    other[0, 0, 0, 0] += 3
    found = rows(findings(**{"samples__at the start": other}), findings())
    assert (found["samples"].deviation, found["levels"].deviation) == (1 / 32, 3)
    assert not found["samples"].passed
    assert not found["levels"].passed


def test_levels_do_not_wrap_around():
    dark, bright = np.zeros((1, 2, 2, 1), np.uint8), np.full((1, 2, 2, 1), 255, np.uint8)
    found = rows(findings(samples__x=dark), findings(samples__x=bright))
    assert found["levels"].deviation == 255


@pytest.mark.parametrize("value", [np.array(np.nan), np.array(np.inf), np.ones(2)])
def test_what_is_not_a_number_or_has_another_shape_never_passes(value):
    found = rows(findings(losses__loss=value), findings())["losses"]
    assert found.deviation is None
    assert not found.passed


def test_a_tensor_that_only_one_half_has_never_passes():
    found = rows(findings(gradients__extra=np.ones(2)), findings())["gradients"]
    assert not found.passed
    assert "extra" in found.where
    assert "only in one" in found.where


@pytest.mark.parametrize("quantity", ["gradients", "trajectory"])
def test_zeros_in_both_halves_prove_nothing(quantity):
    name = f"{quantity}__{'w' if quantity == 'gradients' else 'loss'}"
    found = rows(findings(**{name: np.zeros(3)}), findings(**{name: np.zeros(3)}))
    assert not found[quantity].passed


def test_float32_is_held_to_its_own_bounds():
    def of_one_batch(**changes):
        return {name: value for name, value in findings(**changes).items() if name[:4] in ("loss", "grad", "samp")}

    off = {"losses__loss": np.array(2.0 + 1e-4)}
    assert rows(of_one_batch(**off), of_one_batch(), SINGLE)["losses"].passed
    assert not rows(findings(**off), findings())["losses"].passed


def test_every_tolerance_has_a_reason_and_float64_is_the_strictest():
    for quantities in TOLERANCES.values():
        assert all(len(tolerance.reason) >= 8 for tolerance in quantities.values())
        for quantity, tolerance in quantities.items():
            assert tolerance.bound >= TOLERANCES["fp64"][quantity].bound


def test_a_nan_after_the_first_step_or_in_the_second_half_is_seen():
    late = np.ones((5, 3))
    late[3] = np.nan
    for a, b in ((late, np.ones((5, 3))), (np.ones((5, 3)), late)):
        assert not rows(findings(weights__w=a), findings(weights__w=b))["weights"].passed
    nan = np.full(3, np.nan)
    for a, b in ((nan, np.zeros(3)), (np.zeros(3), nan)):
        assert not rows(findings(resumed__w=a), findings(resumed__w=b))["resumed"].passed


def test_another_precision_is_another_result():
    single = findings(gradients__w=np.array([1.0, 2.0, 2.0], np.float32))
    assert not rows(single, findings())["gradients"].passed


def draws(rate, seed, value=None):
    kept = np.random.default_rng(seed).random((2, 20_000)) >= rate
    return kept * (1 / (1 - rate) if value is None else value)


def own_dropout(a, b):
    (found,) = (
        row for row in compare(DROPS, {"own dropout/x": a}, {"own dropout/x": b}) if row.quantity == "own dropout"
    )
    return found


def test_dropout_is_compared_by_the_share_that_is_dropped():
    same = own_dropout(draws(0.2, seed=0), draws(0.2, seed=1))
    assert same.passed
    assert 0 < same.deviation < 4
    off = own_dropout(draws(0.2, seed=0), draws(0.25, seed=1, value=1.25))
    assert not off.passed
    assert off.deviation > 5


@pytest.mark.parametrize(
    "wrong",
    [draws(0.2, seed=1, value=1.0), draws(0.4, seed=1), np.ones((2, 20_000)), np.tile(draws(0.2, seed=1)[0], (2, 1))],
    ids=["not rescaled", "another rate", "nothing dropped", "the same draw twice"],
)
def test_dropout_that_is_no_dropout_is_infinitely_far(wrong):
    for pair in ((wrong, draws(0.2, seed=0)), (draws(0.2, seed=0), wrong)):
        assert own_dropout(*pair).deviation is None
        assert not own_dropout(*pair).passed


@pytest.mark.parametrize("quantity", sorted(EXACT.quantities - {"levels"}))
def test_a_quantity_that_neither_half_found_has_not_passed(quantity):
    found = {name: value for name, value in findings().items() if not name.startswith(quantity + "/")}
    missing = {row.quantity: row for row in compare(EXACT, found, found)}[quantity]
    assert not missing.passed
    assert missing.where == "found by neither"


def test_a_quantity_without_a_tolerance_is_an_error():
    with pytest.raises(ValueError, match="losess"):
        compare(EXACT, findings(losess__loss=np.ones(1)), findings(losess__loss=np.ones(1)))
