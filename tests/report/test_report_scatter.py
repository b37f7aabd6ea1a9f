"""Names in a figure of two measures: each stands by a mark of its own model."""

from __future__ import annotations

import itertools

import pytest

from bench.report import scatter
from bench.report.palette import Palette
from bench.report.scatter import Spot


def placed(spots: list[Spot]) -> dict[str, tuple[float, float]]:
    """Where each name stands, in shares of the axes, whose limits are 0 and 1."""
    _, axes = scatter.empty("x", "y")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    scatter.put(axes, spots, Palette(list(dict.fromkeys(spot.model for spot in spots))))
    return {text.get_text(): tuple(map(float, text.xy)) for text in axes.texts}  # type: ignore[attr-defined]


@pytest.mark.parametrize("gap", [0.05, 0.08, 0.12])
def test_a_name_is_not_taken_for_that_of_a_neighbour(gap: float) -> None:
    """A column of marks at one place of the axis, as of models that all have no recall."""
    spots = [Spot(model, "torch", 0.05, 0.2 + gap * place) for place, model in enumerate("abcdef")]
    names = placed(spots)
    assert len(names) == len(spots)
    for spot in spots:
        x, y = names[spot.model]
        nearest = min(spots, key=lambda other: (other.x - x) ** 2 + (other.y - y) ** 2)
        assert nearest.model == spot.model


def test_names_do_not_cover_one_another() -> None:
    names = placed([Spot(model, "torch", 0.5, 0.5 + 0.01 * place) for place, model in enumerate("abcd")])
    for (_, first), (_, second) in itertools.combinations(names.items(), 2):
        assert abs(first[0] - second[0]) > 0.02 or abs(first[1] - second[1]) > 0.03
