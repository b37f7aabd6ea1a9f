"""Precision against recall, and marks that say whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.report import charts, fidelity, figures, scatter, svg
from bench.report.charts import Chart
from bench.report.palette import Palette
from bench.report.scatter import Spot
from bench.results.groups import protocols

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

PALETTE = Palette(["gan", "cvae[equal]"])


def chart(made: MadeUp, **scores: float) -> Chart:
    trials = made.trials(quality=made.quality(**scores))
    ((protocol, scored),) = protocols(trials).items()
    first = charts.distance(protocol, trials, scored, PALETTE, "quality")
    assert first is not None
    return fidelity.beside(first, trials, scored, PALETTE)


def test_precision_and_recall_stand_beside_the_distance(made: MadeUp) -> None:
    found = chart(made, precision=0.6, recall=0.25, precision_real=0.9, recall_real=0.8)
    assert found.fidelity
    assert "gan in PyTorch: precision 0.60, recall 0.25" in found.drawings[1]
    assert "real images: precision 0.90, recall 0.80" in found.drawings[1]
    assert 'id="quality-fidelity"' in found.drawings[1]


def test_without_both_there_is_the_distance_alone(made: MadeUp) -> None:
    assert len(chart(made, precision=0.6).drawings) == 1
    assert not chart(made, precision=0.6).fidelity


def test_every_mark_and_name_of_a_drawing_says_whose_it_is(made: MadeUp) -> None:
    for drawing in chart(made, precision=0.6, recall=0.25).drawings:
        for model in PALETTE.models:
            for framework in ("tensorflow", "torch"):
                assert f'data-model="{model}" data-framework="{framework}"' in drawing
            named = "[&quot;tensorflow&quot;, &quot;torch&quot;]"
            assert f'data-model="{model}" data-frameworks="{named}"' in drawing


def test_a_hostile_name_is_an_attribute_and_nothing_else() -> None:
    name = "\"><script>&'"
    with svg.style():
        figure, axes = scatter.empty("x", "y")
        figures.put(axes, 0.5, 0.5, name, "torch", Palette([name]))
        drawn = svg.render(figure, "it", "words")
    assert "<script" not in drawn
    assert 'data-model="&quot;&gt;&lt;script&gt;&amp;\'" data-framework="torch"' in drawn


@pytest.mark.parametrize("count", [2, 4])
def test_names_of_marks_in_one_place_do_not_cover_each_other(count: int) -> None:
    models = [f"model{number}" for number in range(count)]
    with svg.style():
        figure, axes = scatter.empty("x", "y")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        scatter.put(axes, [Spot(model, "torch", 0.5, 0.5) for model in models], Palette(models))
        figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == count
    for place, box in enumerate(boxes):
        assert not any(box.shrunk(0.9, 0.9).overlaps(other.shrunk(0.9, 0.9)) for other in boxes[place + 1 :])
