"""Holm's correction over a declared family."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.statistics.holm import holm

PATIENT = settings(deadline=None, derandomize=True)  # The first example imports SciPy.

FAMILY = st.dictionaries(st.text(max_size=3), st.floats(0, 1), min_size=1, max_size=8)


def test_a_family_worked_out_by_hand():
    found = holm({"c": 0.03, "a": 0.01, "d": 0.005, "b": 0.04})
    assert list(found) == ["c", "a", "d", "b"]
    assert {name: one.adjusted for name, one in found.items()} == pytest.approx(
        {"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06}
    )
    assert {name for name, one in found.items() if one.rejected} == {"a", "d"}
    assert found["a"].family == 4


def test_what_could_not_be_tested_still_counts():
    found = holm({"tested": 0.03, "not": None})
    assert (found["tested"].adjusted, found["not"].adjusted, found["not"].p_value) == (0.06, 1, None)


def test_no_family_no_answers():
    assert holm({}) == {}


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="outside"):
        holm({"x": p})


@PATIENT
@given(FAMILY)
def test_adjusted_values_keep_the_order_and_only_grow(family):
    found = holm(family)
    ranked = sorted(found.values(), key=lambda one: (one.p_value, one.adjusted))
    assert [one.adjusted for one in ranked] == sorted(one.adjusted for one in ranked)
    assert all(one.p_value <= one.adjusted <= min(1, len(family) * one.p_value + 1e-12) for one in ranked)
    assert {one.adjusted for one in ranked if one.p_value == ranked[0].p_value} == {ranked[0].adjusted}


@PATIENT
@given(FAMILY)
def test_a_larger_family_is_stricter(family):
    wider = holm({**family, "one more": 0.5})
    assert all(wider[name].adjusted >= one.adjusted for name, one in holm(family).items() if name != "one more")
