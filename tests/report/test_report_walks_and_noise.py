"""Walks and fixed noise on the page: only where there are any, each beside its control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.quality.latent import ThirdClass
from bench.report.table import Table, Value
from bench.report.walks_and_noise import noise_tables, pictures, walk_tables
from bench.results.groups import Setting
from bench.results.record import TrialRecord
from bench.training.pictures import tile, write_png

if TYPE_CHECKING:
    from bench.results.folder import RunFolder
    from tests.report.conftest import MadeUp

SETTING = Setting("fashion-mnist-mini", "cpu", "fp32", "compiled")
HOSTILE = "<script>alert(1)</script>"


def texts(table: Table, group: int = 0, line: int = 0) -> list[str]:
    return [value.text for value in table.groups[group].rows[line] if isinstance(value, Value)]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


def walked(made: MadeUp, **changes: Any) -> list[TrialRecord]:
    return made.trials(["cvae"], seeds=1, walks=made.walks(), **changes)


def drawn(made: MadeUp, trials: list[TrialRecord]) -> tuple[list[TrialRecord], RunFolder]:
    """The trials with the picture of their walks in the folder of a run."""
    named = [trial.model_copy(update={"artifacts": {**trial.artifacts, "walks": "walks.png"}}) for trial in trials]
    folder = made.run(named)
    for trial in named:
        height, width, channels = trial.image_shape or (4, 4, 1)
        write_png(folder.trial(trial.id) / "walks.png", tile(np.zeros((36, height, width, channels), np.uint8), 18))
    return named, folder


def test_a_walk_stands_beside_its_cross_fade_with_the_commonest_classes(made: MadeUp) -> None:
    (table,) = walk_tables(SETTING, walked(made))
    cells = [plain(text) for text in texts(table)]
    assert cells[:5] == ["TensorFlow", "40", "25.0 %", "0.0 %", "Bag 12, Pullover 10"]
    assert cells[5].startswith("python -m bench run")
    assert table.columns[2].hint == "Pullover"
    assert "64 straight walks of 16 points" in table.protocol
    assert "fashion-mnist-162c87b7" in table.protocol


def test_the_mean_over_seeds_has_its_span_and_counts_are_added_up(made: MadeUp) -> None:
    trials = [made.trial("cvae", seed=seed, walks=made.walks(0.25 + seed / 2)) for seed in range(2)]
    (table,) = walk_tables(SETTING, trials)
    share = table.groups[0].rows[0][2]
    assert share is not None
    assert (plain(share.text), plain(share.detail)) == ("50.0 %", "25.0 % – 75.0 %")
    assert texts(table)[4] == "Bag 24, Pullover 20"


def test_walks_by_other_protocols_have_tables_of_their_own(made: MadeUp) -> None:
    trials = [*walked(made), *made.trials(["vae_conv"], walks=made.walks(extractor="mine-1"))]
    assert [[group.header for group in table.groups] for table in walk_tables(SETTING, trials)] == [
        ["cvae"],
        ["vae_conv"],
    ]


def test_no_walk_that_counts_is_no_figure_but_a_reason(made: MadeUp) -> None:
    (table,) = walk_tables(SETTING, made.trials(["cvae"], seeds=1, walks=made.walks(None, None, recognised=0)))
    assert texts(table)[1:5] == ["0", "n/a", "n/a", "–"]
    assert "no walk counts" in table.footnotes


def test_fixed_noise_says_how_far_it_drifts_and_what_lasts(made: MadeUp) -> None:
    trials = [
        *made.trials(["gan"], seeds=1, fixed_noise=made.fixed_noise()),
        *made.trials(["cvae"], seeds=1, fixed_noise=made.fixed_noise(None)),
    ]
    (table,) = noise_tables(SETTING, trials)
    assert [plain(text) for text in texts(table)[:6]] == ["TensorFlow", "0.75", "50.0 %", "15.0 %", "10.0 %", "1.0 %"]
    assert texts(table, 1)[1:6] == ["0.75", "n/a", "n/a", "n/a", "n/a"]
    assert table.footnotes == ["no labels"]
    assert "after 12,800, 25,600, 51,200 training images" in table.protocol


def test_each_model_shows_the_walks_of_its_first_seed_once(made: MadeUp) -> None:
    trials = made.trials(["cvae", "vae_dense"], seeds=2, walks=made.walks())
    named, folder = drawn(made, [*trials, *made.trials(["gan"])])
    shown = pictures(named, folder)
    assert [model for model, _ in shown] == ["cvae", "vae_dense"]
    assert all(it.uri is not None and it.detail.startswith("TensorFlow, seed 0") for _, it in shown)
    (folder.trial(named[0].id) / "walks.png").unlink()
    missing = pictures(named, folder)[0][1]
    assert (missing.uri, missing.reason) == (None, "walks.png is not in the trial's folder")
    page = made.open(folder)
    assert f"{missing.alt}. No picture: {missing.reason}" in page.text  # in words that a screen reader has, too
    assert "img" not in [attributes.get("role") for tag, attributes in page.tags if tag == "div"]


def test_walks_in_colour_weigh_less_than_they_were_drawn(made: MadeUp) -> None:
    trial = made.trial("cvae", walks=made.walks(), image_shape=(64, 64, 3), artifacts={"walks": "walks.png"})
    folder = made.run([trial])
    noise = np.random.default_rng(0).integers(0, 256, (144, 64, 64, 3), dtype=np.uint8)
    write_png(folder.trial(trial.id) / "walks.png", tile(noise, 18))
    ((_, shown),) = pictures([trial], folder)
    assert shown.uri is not None
    assert len(shown.uri) < 300_000


def test_the_section_stands_where_there_is_something_to_show(made: MadeUp) -> None:
    without = made.open(made.run(made.trials(models=["gan"], seeds=1), name="without"))
    assert "latent" not in without.values("id")
    assert "#latent" not in without.values("href")
    _, folder = drawn(made, walked(made))
    page = made.open(folder)
    assert "Fixed noise over time" not in page.text
    assert "latent" in page.values("id")
    assert "#latent" in page.values("href")
    assert "Walks on fashion-mnist-mini, from a shoe to trousers by way of a pullover" in page.text
    assert [alt for alt in page.values("alt") if alt.startswith("Walks through the latent space of cvae")]


def test_names_of_classes_are_escaped(made: MadeUp) -> None:
    thirds = (ThirdClass(label=0, name=HOSTILE, walks=3),)
    _, folder = drawn(made, made.trials(["cvae"], seeds=1, walks=made.walks(third_classes=thirds)))
    page = made.open(folder)
    assert HOSTILE not in page.html
    assert HOSTILE in page.text
