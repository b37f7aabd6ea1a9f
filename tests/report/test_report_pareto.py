"""Quality against cost: who is on the front, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.report import pareto
from bench.report.palette import Palette
from bench.report.pareto import Point, front
from bench.results.groups import protocols

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp


def test_the_front_is_what_nothing_else_beats_in_both() -> None:
    cheap, middle, dear = Point("a", "torch", 1, 9), Point("b", "torch", 2, 5), Point("c", "torch", 3, 4)
    beaten, equal = Point("d", "torch", 3, 6), Point("e", "torch", 2, 5)
    assert front([dear, beaten, middle, cheap, equal]) == [cheap, middle, dear]
    assert front([]) == []


def test_a_figure_names_its_front_and_has_its_numbers(made: MadeUp) -> None:
    trials = made.trials(["gan", "cvae[equal]"])
    ((protocol, scored),) = protocols(trials).items()
    chart = pareto.chart(protocol, trials, scored, Palette(["gan", "cvae[equal]"]), "cost")
    assert chart is not None
    assert len(chart.drawings) == 2
    assert "On the front: gan in TensorFlow." in chart.drawings[0]
    assert "40.5 at 33.8 s" in chart.drawings[0]
    assert chart.table is not None
    cells = [[value.text for value in row if value] for group in chart.table.groups for row in group.rows]
    assert cells[0] == ["TensorFlow", "40.5", "33.8 s", "900 MiB", "training time; memory"]
    assert cells[2][-1] == "–"


def test_without_a_distance_or_a_cost_there_is_no_figure(made: MadeUp) -> None:
    for changes in (
        {"quality": made.quality(None, absent={"fd": "few"})},
        {"train_seconds": None, "peak_memory_bytes": None},
    ):
        trials = made.trials(["gan"], **changes)
        ((protocol, scored),) = protocols(trials).items()
        assert pareto.chart(protocol, trials, scored, Palette(["gan"]), "cost") is None
