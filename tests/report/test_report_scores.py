"""The tables and the figure of scores: each figure with its scale, its chance and its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.quality.cards import cards
from bench.quality.record import NOT_BUILT, NOT_RECORDED, Quality
from bench.report import charts, figures, scoretables
from bench.report.palette import Palette
from bench.report.table import Table, Value
from bench.results.groups import Protocol, protocols
from bench.results.record import TrialRecord

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

FEW = "N too small: 120 images, and a Fréchet distance in 128 dimensions needs 1,280: KID decides"
REALS = {"precision_real": 0.78, "recall_real": 0.79, "density_real": 1.01, "coverage_real": 0.97} | {
    "copied_real": 0.01,
    "copied_pixels_real": 0.01,
}
SHARES = {"precision": 0.88, "recall": 0.42, "density": 0.93, "coverage": 0.71, "copied": 0.004, "copied_pixels": 0.0}


def row(table: Table, group: int, line: int = 0) -> list[str]:
    return [value.text if isinstance(value, Value) else "" for value in table.groups[group].rows[line]]


def cell(table: Table, title: str, group: int, line: int = 0) -> Value:
    place = next(n for n, column in enumerate(table.columns) if column.title == title)
    value = table.groups[group].rows[line][place]
    assert value is not None
    return value


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


def only(trials: list[TrialRecord]) -> tuple[Protocol, dict[str, Quality]]:
    ((protocol, scored),) = protocols(trials).items()
    return protocol, scored


def distance(trials: list[TrialRecord]) -> Table:
    protocol, scored = only(trials)
    return scoretables.distance(protocol, trials, scored)


def fidelity(trials: list[TrialRecord]) -> Table | None:
    protocol, scored = only(trials)
    return scoretables.fidelity(protocol, trials, scored)


def test_a_distance_is_the_mean_over_seeds_between_floor_and_noise(made: MadeUp) -> None:
    table = distance(made.trials(models=["gan"], seeds=2))
    assert [group.header for group in table.groups] == ["Real images", "gan", "Uniform noise"]
    assert [row(table, group)[1] for group in range(3)] == ["3.10", "40.5", "812"]
    assert plain(cell(table, "FD-domain [fashion-mnist-162c87b7]", 1).detail) == "seeds 40.0 – 41.0"
    assert row(table, 1, 1)[-2:] == ["51,200", "2"]
    assert table.protocol.startswith(
        "Extractor fashion-mnist-162c87b7; N = 2,000 generated images of each trial and as many real ones: "
        "fashion-mnist-mini test, 2,000 of 2,000 images. Mean over seeds; in small print the lowest"
    )
    assert "Seeds: 0, 1" in table.protocol


def test_one_seed_has_its_own_chance_in_small_print_and_the_protocol_says_which_that_is(made: MadeUp) -> None:
    found = made.quality(40.0, fd_interval=(38.25, 41.5), kid=0.25, kid_std=0.0123)
    table = distance(made.trials(models=["gan"], seeds=1, quality=found))
    assert plain(cell(table, "FD-domain [fashion-mnist-162c87b7]", 1).detail) == "95 %: 38.2 – 41.5"
    assert cell(table, "KID", 1).detail == "± 0.012"
    assert cell(table, "IS", 1).detail == "± 0.10"
    assert "One seed: in small print FD has its 95 % bootstrap interval" in table.protocol


def test_an_interval_that_could_not_be_had_is_a_footnote(made: MadeUp) -> None:
    found = made.quality(40.0, absent={"fd_interval": "the images are all alike"})
    table = distance(made.trials(models=["gan"], seeds=1, quality=found))
    assert table.footnotes == ["FD without an interval: the images are all alike"]
    assert cell(table, "FD-domain [fashion-mnist-162c87b7]", 1).notes == (1,)


def test_kid_stands_between_real_images_and_noise(made: MadeUp) -> None:
    scales = {"kid": 0.25, "kid_std": 0.01, "kid_floor": 0.0125, "kid_ceiling": 1.5}
    absent = dict.fromkeys(("fd", "floor", "ceiling"), FEW)
    found = made.quality(None, floor=None, ceiling=None, **scales, absent=absent)
    table = distance(made.trials(models=["gan"], seeds=1, quality=found))
    assert [cell(table, "KID", group).text for group in range(3)] == ["0.0125", "0.250", "1.50"]
    assert [row(table, group)[1] for group in range(3)] == ["n/a"] * 3
    assert FEW in table.footnotes


def test_fidelity_and_variety_stand_beside_what_real_images_have(made: MadeUp) -> None:
    """Needs the figures of real images in the record."""
    found = made.quality(40.0, **SHARES, **REALS, absent={"ambiguous": "the data set has no labels"})
    table = fidelity(made.trials(models=["gan"], seeds=2, quality=found))
    assert table is not None
    titles = ["Framework", "Precision", "Density", "Recall", "Coverage", "Copied", "Copied", "Ambiguous", "Seeds"]
    assert [column.title for column in table.columns] == titles
    assert [plain(text) for text in row(table, 0)[1:7]] == ["0.78", "1.01", "0.79", "0.97", "1.0 %", "1.0 %"]
    assert [plain(text) for text in row(table, 1)] == [
        "TensorFlow",
        "0.88",
        "0.93",
        "0.42",
        "0.71",
        "0.4 %",
        "0.0 %",
        "n/a",
        "2",
    ]
    assert table.footnotes[-1] == "the data set has no labels"


@pytest.mark.parametrize("reason", [NOT_BUILT, NOT_RECORDED])
def test_what_a_record_knows_nothing_of_has_no_column_and_no_table(made: MadeUp, reason: str) -> None:
    names = [name for name in Quality.figures() if name not in ("fd", "is", "floor", "ceiling", "is_std", "is_real")]
    found = made.quality(40.0, absent=dict.fromkeys(names, reason))
    trials = made.trials(models=["gan"], seeds=1, quality=found)
    assert fidelity(trials) is None
    titles = [column.title for column in distance(trials).columns]
    assert titles == ["Framework", "FD-domain [fashion-mnist-162c87b7]", "IS", "Trained on", "Seeds"]


def test_label_accuracy_has_a_column_only_where_a_model_is_conditional(made: MadeUp) -> None:
    plainly = made.quality(40.0, precision=0.5, absent={"label_accuracy": "the model is not conditional"})
    trials = made.trials(models=["gan"], seeds=1, quality=plainly)
    titles = [column.title for column in (fidelity(trials) or distance(trials)).columns]
    assert "Precision" in titles
    assert "Label accuracy" not in titles
    asked = made.quality(40.0, precision=0.5, label_accuracy=0.875)
    table = fidelity([*trials, *made.trials(models=["cond_vae"], seeds=1, quality=asked)])
    assert table is not None
    assert plain(cell(table, "Label accuracy", 2).text) == "87.5 %"
    assert cell(table, "Label accuracy", 1).text == "n/a"
    assert "the model is not conditional" in table.footnotes


def classwise(
    made: MadeUp, *shares: tuple[float | None, ...]
) -> tuple[Protocol, list[TrialRecord], dict[str, Quality]]:
    trials = [
        made.trial(seed=seed, quality=made.quality(40.0, coverage_by_class=found)) for seed, found in enumerate(shares)
    ]
    return (only(trials)[0], trials, only(trials)[1])


def test_coverage_class_by_class_is_a_mean_with_a_bar(made: MadeUp) -> None:
    """Needs coverage by class in the record."""
    table = scoretables.by_class(*classwise(made, (0.5, 0.25, None), (0.7, 0.25, None)), ("shirt", "shoe", "bag"))
    assert table is not None
    assert [column.title for column in table.columns] == ["Framework", "shirt", "shoe"]
    assert row(table, 0) == ["PyTorch", "0.60", "0.25"]
    assert cell(table, "shirt", 0).bar == pytest.approx(0.6)
    page = made.page(classwise(made, (0.5, 0.25))[1])
    assert "Coverage class by class on fashion-mnist-mini" in page.text
    assert "width: 50%" in page.html


def test_of_many_classes_those_that_are_covered_least_are_shown(made: MadeUp) -> None:
    """Needs coverage by class in the record."""
    shares = tuple(0.9 - 0.02 * place for place in range(20))
    table = scoretables.by_class(*classwise(made, shares), None)
    assert table is not None
    assert [column.title for column in table.columns][1:] == [f"class {place}" for place in range(8, 20)]
    assert "Shown are the 12 of 20 classes that are covered least." in table.protocol


def test_without_coverage_by_class_there_is_no_table_of_it(made: MadeUp) -> None:
    trials = made.trials()
    protocol, scored = only(trials)
    assert scoretables.by_class(protocol, trials, scored, None) is None


def test_the_settings_behind_the_scores_are_named(made: MadeUp) -> None:
    found = made.quality(40.0, kid=0.1, protocol={"kid_subsets": 100, "kid_subset_size": 1000, "device": "cpu"})
    table = distance(made.trials(models=["gan"], seeds=1, quality=found))
    assert "KID: the mean over 100 subsets; subsets of 1,000 images. Seeds: 0." in table.protocol


def test_the_figure_has_the_ladder_of_its_extractor_and_says_at_which_n(made: MadeUp) -> None:
    card = next(card for card in cards().values() if card.domain == "fashion-mnist")
    trials = made.trials(quality=made.quality(40.0, extractor=card.name))
    protocol, scored = only(trials)
    drawn = charts.distance(protocol, trials, scored, Palette(["gan", "cvae[equal]"]), "a")
    assert drawn is not None
    assert drawn.ladder
    assert ">blurred</text>" in drawn.drawings[0]
    assert "real images with known faults, N = 10,000, not 2,000 as above" in drawn.drawings[0]
    rungs = charts.ladder(protocol, "fd")
    assert rungs is not None
    assert set(rungs.rungs) == set(card.ladder) - {"real", "noise"}
    alike = charts.ladder(Protocol("d", "t", card.name, card.floor_n, "r"), "fd")
    assert alike is not None
    assert alike.title == "real images with known faults, N = 10,000"


def test_an_extractor_without_a_card_has_no_ladder(made: MadeUp) -> None:
    protocol, scored = only(made.trials())
    drawn = charts.distance(protocol, made.trials(), scored, Palette(["gan", "cvae[equal]"]), "a")
    assert charts.ladder(protocol, "fd") is None
    assert drawn is not None
    assert not drawn.ladder


def test_where_there_is_no_frechet_distance_kid_is_drawn(made: MadeUp) -> None:
    found = made.quality(None, floor=None, ceiling=None, kid=0.25, kid_floor=-0.001, kid_ceiling=1.5)
    trials = made.trials(models=["gan"], quality=found)
    protocol, scored = only(trials)
    drawn = charts.distance(protocol, trials, scored, Palette(["gan"]), "a")
    assert drawn is not None
    assert drawn.caption == "KID [fashion-mnist-162c87b7] after training"
    assert "gan in PyTorch: 0.250" in drawn.drawings[0]
    assert ">noise</text>" in drawn.drawings[0]


def test_names_of_rungs_stay_within_the_figure() -> None:
    ladder = figures.Ladder("ladder", {"half of the classes": 1.0, "100 images repeated": 500.0, "blurred": 22.0})
    marks = [figures.Mark("gan", "torch", (30.0,))]
    figure = figures.distance(marks, Palette(["gan"]), (), "FD", 0.5, 800.0, ladder)
    figure.draw_without_rendering()
    (below,) = (axes for axes in figure.axes if axes.texts and axes.texts[0].get_text() != "real")
    width = figure.get_window_extent().x1
    boxes = [text.get_window_extent() for text in below.texts]
    assert sorted(text.get_text() for text in below.texts) == sorted(ladder.rungs)
    assert all(box.x0 >= 0 and box.x1 <= width for box in boxes)
    assert not any(a.overlaps(b) for a in boxes for b in boxes if a is not b)
