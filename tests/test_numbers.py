"""Numbers as people read them."""

from __future__ import annotations

import pytest

from bench import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12345.6, "12,300"),
        (9.999, "10.0"),
        (0.04567, "0.0457"),
        (-0.0012, "−0.00120"),
        (999.6, "1,000"),
        (3e-7, "3.00e−07"),
    ],
)
def test_significant_digits(value: float, text: str) -> None:
    assert numbers.significant(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0204, "20.4 ms"), (2.5, "2.50 s"), (200, "3 min 20 s"), (7260, "2 h 1 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


def test_units_and_names() -> None:
    assert numbers.memory(1536 * 2**20) == "1.50 GiB"
    assert numbers.span(1.0, 1.0) == "1.00"
    assert numbers.compact(51_200) == "51.2k"
    assert numbers.shorten("a" * 30 + "b" * 30, 11) == "aaaaa…bbbbb"


def test_a_p_value_is_no_power_of_ten() -> None:
    assert [numbers.p_value(p) for p in (1e-9, 0.013, 0.5, 1.0)] == ["p < 0.0001", "p = 0.013", "p = 0.50", "p = 1"]
