"""Quality over time on the page: the target in the figure, area and time to it in the table beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.quality.curve import Moment, Target, time_to_quality
from bench.quality.record import NOT_RECORDED
from bench.report import curves, imagesets, timetable
from bench.report.palette import Palette
from bench.report.table import Table, Value
from bench.results.record import TrialRecord

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

TARGET = Target(100.0, "by decree")
DOMAIN = "fashion-mnist-162c87b7"


def judged(trial: TrialRecord, *distances: float, target: Target = TARGET, figure: str = "fd") -> TrialRecord:
    """The trial with these distances at 512, 5,120 and 51,200 images, and what such a curve says."""
    curve = [
        point.model_copy(
            update={"fd": None, "kid": None, figure: at, "drawing_seconds": 0.5, "evaluation_seconds": 0.25}
        )
        for point, at in zip(trial.curve[-len(distances) :], distances, strict=True)
    ]
    moments = [Moment(point.images, point.seconds, at) for point, at in zip(curve, distances, strict=True)]
    said = time_to_quality(figure, DOMAIN, 1500, trial.curve[0].reference or "", moments, target)  # type: ignore[arg-type]
    return trial.model_copy(update={"curve": tuple(curve), "time_to_quality": said})


def times(*trials: TrialRecord) -> Table:
    ((protocol, _),) = curves.curve_points(trials).items()
    return timetable.times(protocol, trials)


def cells(table: Table, group: int = 0, line: int = 0) -> list[Value]:
    return [value for value in table.groups[group].rows[line] if value]


def test_a_row_says_mean_target_time_and_cost(made: MadeUp) -> None:
    table = times(judged(made.trial(), 400, 50, 40))
    assert table.columns[1].hint == "512 to 51,200 images"
    row = cells(table)
    assert [value.text for value in row] == ["PyTorch", "135", "2,380", "2.64 s", "2.25 s", "1"]
    assert row[4].detail == "drawing 1.50 s\nscoring 750 ms"
    assert "Target 100: by decree." in table.protocol
    assert "fashion-mnist-mini test, 1,500 of 2,000 images" in table.protocol


def test_the_cost_is_the_median_of_totals_not_the_sum_of_medians(made: MadeUp) -> None:
    trials = []
    for seed, (drawing, scoring) in enumerate([(1.0, 9.0), (2.0, 1.0), (3.0, 2.0)]):
        trial = judged(made.trial(seed=seed), 400, 50, 40)
        curve = [trial.curve[0].model_copy(update={"drawing_seconds": drawing, "evaluation_seconds": scoring})]
        trials.append(trial.model_copy(update={"curve": tuple(curve)}))
    cost = cells(times(*trials))[4]
    assert (cost.text, cost.detail) == ("5.00 s", "drawing 2.00 s\nscoring 2.00 s")


def test_a_target_that_was_not_reached_has_its_reason(made: MadeUp) -> None:
    table = times(judged(made.trial(), 400, 300, 200), judged(made.trial("cvae"), 90, 80, 70))
    assert [value.text for value in cells(table, 0)[2:4]] == ["n/a", "n/a"]
    assert "never below 100 in this budget" in table.footnotes
    assert "below 100 at the first checkpoint already: at most 512 images" in table.footnotes


@pytest.mark.parametrize(
    ("last", "text", "detail"),
    [
        # Two of three came: the median is the slower of the two, not the mean of the lucky.
        ((50, 20, 150), "16,200", "2 of 3 seeds"),
        ((150, 20, 150), "n/a", ""),
    ],
)
def test_a_seed_that_never_came_counts_as_slower_than_all(
    made: MadeUp, last: tuple[float, ...], text: str, detail: str
) -> None:
    table = times(*(judged(made.trial(seed=seed), 400, 200, at) for seed, at in enumerate(last)))
    images = cells(table)[2]
    assert (images.text, images.detail) == (text, detail)
    assert any("never below 100" in table.footnotes[number - 1] for number in images.notes)


def test_curves_with_ends_of_their_own_say_them(made: MadeUp) -> None:
    table = times(judged(made.trial(), 400, 200, 50), judged(made.trial("cvae"), 300, 30))
    assert table.columns[1].hint == "over log(images)"
    assert [cells(table, group)[1].detail for group in range(2)] == ["512 to 51,200 images", "5,120 to 51,200 images"]


def test_a_record_from_before_says_that_it_was_not_measured(made: MadeUp) -> None:
    older = judged(made.trial(), 400, 200, 50).model_copy(update={"time_to_quality": None})
    points = tuple(p.model_copy(update={"drawing_seconds": None}) for p in older.curve)
    table = times(older.model_copy(update={"curve": points}))
    assert [value.text for value in cells(table)[1:5]] == ["n/a"] * 4
    assert table.footnotes == [NOT_RECORDED]


def test_the_figure_has_the_target(made: MadeUp) -> None:
    trials = [judged(made.trial(), 400, 200, 50)]
    ((protocol, points),) = curves.curve_points(trials).items()
    drawn = curves.chart(protocol, points, trials, {}, Palette(["gan"]), "name")
    assert all(">target</text>" in drawing and "target: 100" in drawing for drawing in drawn.drawings)
    without = [judged(made.trial(), 400, 200, 50, target=Target(None, "no target here"))]
    assert "target" not in curves.chart(protocol, points, without, {}, Palette(["gan"]), "name").drawings[0]


def test_where_there_is_no_frechet_distance_the_curve_is_of_kid(made: MadeUp) -> None:
    none = Target(None, "no target: no ladder has a KID here")
    trials = [judged(made.trial(), 0.5, 0.1, -0.001, target=none, figure="kid")]
    ((protocol, points),) = curves.curve_points(trials).items()
    assert (protocol.title, protocol.figure) == (f"KID [{DOMAIN}]", "kid")
    assert list(points["distance"]) == [0.5, 0.1, -0.001]
    drawn = curves.chart(protocol, points, trials, {}, Palette(["gan"]), "name")
    assert drawn.caption == f"KID [{DOMAIN}] while training, N = 1,500"
    table = timetable.times(protocol, trials)
    assert cells(table)[1].text == "0.175"
    assert "There is no target." in table.protocol
    assert "log(distance)" not in table.protocol
    assert none.words in table.footnotes


def test_the_page_has_the_table_under_the_figure(made: MadeUp) -> None:
    page = made.page([judged(trial, 400, 200, 50) for trial in made.trials()])
    for words in ("How soon how good on fashion-mnist-mini, N = 1,500", "Checkpoints cost", "Target 100: by decree."):
        assert words in page.text
    assert "The dotted line is the target" in page.text
    without = [judged(trial, 400, 200, 50, target=Target(None, "no target here")) for trial in made.trials()]
    assert "The dotted line is the target" not in made.open(made.run(without, name="without")).text


def test_the_short_name_of_a_data_set_stands_in_what_its_curve_says(made: MadeUp) -> None:
    trial = judged(made.trial(dataset="folder:/far/away"), 400, 200, 50)
    assert trial.time_to_quality is not None
    said = trial.time_to_quality.model_copy(update={"reference": "folder:/far/away test, 75 images"})
    renamed = imagesets._renamed(trial.model_copy(update={"time_to_quality": said}), "away").time_to_quality
    assert renamed is not None
    assert renamed.reference == "away test, 75 images"
