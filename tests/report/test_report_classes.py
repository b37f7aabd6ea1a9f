"""Coverage class by class as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.report import classes, scoretables
from bench.report.palette import Palette
from bench.report.table import Table
from bench.results.groups import protocols

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

NAMES = ("shirt", "shoe", "bag")


def covered(made: MadeUp, *shares: tuple[float | None, ...]) -> Table:
    """The table of models of these shares, each in both frameworks."""
    trials = [
        made.trial(f"model{number}", framework, quality=made.quality(coverage_by_class=found))
        for number, found in enumerate(shares)
        for framework in ("tensorflow", "torch")
    ]
    ((protocol, scored),) = protocols(trials).items()
    table = scoretables.by_class(protocol, trials, scored, NAMES)
    assert table is not None
    return table


def test_a_model_has_a_panel_with_a_bar_a_class_and_framework(made: MadeUp) -> None:
    table = covered(made, (0.5, 0.25, 0.1), (0.2, 0.3, 0.4))
    chart = classes.chart(table, Palette(["model0", "model1"]), {"model1": "no proof"}, "bars")
    assert chart is not None
    owners = [(model, ["tensorflow", "torch"]) for model in ("model0", "model1")]
    assert (chart.owners, chart.unproved, chart.table) == (owners, {"model1": "no proof"}, table)
    assert (
        'aria-label="Coverage of each class by model0, of 1. TensorFlow: shirt 0.50, shoe 0.25, bag 0.10; PyTorch:'
        in (chart.drawings[0])
    )
    assert "model1 (pair not proved)" in chart.drawings[1]
    for framework in ("tensorflow", "torch"):
        assert chart.drawings[0].count(f'data-model="model0" data-framework="{framework}"') == len(NAMES)


def test_bars_are_as_long_as_shares_on_the_same_axis_in_every_panel(made: MadeUp) -> None:
    frames = [classes._bars(group, list(NAMES)) for group in covered(made, (0.5, 0.25, 0.1)).groups]
    axes = classes.draw(frames[0], "model0", list(NAMES), Palette(["model0"]), 0.6).axes[0]
    for bars in axes.containers:
        assert [bar.get_width() for bar in bars] == pytest.approx([0.5, 0.25, 0.1])
    assert axes.get_xlim() == (0, 0.6)


def test_a_class_without_real_images_has_no_bar_and_no_bars_are_no_figure(made: MadeUp) -> None:
    chart = classes.chart(covered(made, (0.5, None, 0.1)), Palette(["model0"]), {}, "bars")
    assert chart is not None
    assert "shoe" not in chart.drawings[0]
    trials = [made.trial(status="failed", reason="no memory"), made.trial("cvae", quality=made.quality(None))]
    ((protocol, scored),) = protocols(trials).items()
    assert scoretables.by_class(protocol, trials, scored, NAMES) is None
