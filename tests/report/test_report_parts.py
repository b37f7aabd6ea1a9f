"""The parts of the page that are worth a look of their own: numbers, tables, pictures, drawings."""

from __future__ import annotations

import base64
import io
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from bench.report import captions, curves, facts, figures, gallery, images, tables
from bench.report.palette import Palette
from bench.report.table import Table, Value
from bench.results.groups import Setting
from bench.results.record import TrialRecord
from bench.training.pictures import GRID_SIDE, tile, write_png

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

SETTING = Setting("fashion-mnist-mini", "cpu", "fp32", "compiled")


def row(table: Table, group: int, line: int) -> list[str]:
    return [value.text if isinstance(value, Value) else "" for value in table.groups[group].rows[line]]


def test_throughput_is_the_median_over_seeds_and_the_ratio_that_of_the_medians(made: MadeUp) -> None:
    table = tables.throughput(SETTING, made.trials(models=["gan"], seeds=3))
    assert row(table, 0, 0)[:4] == ["TensorFlow", "1,530", "1.67 ×", "2.50 s"]
    assert row(table, 0, 1)[:4] == ["PyTorch", "918", "", "200 ms"]
    first = table.groups[0].rows[0][1]
    assert first is not None
    plain = first.detail.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")
    assert plain == "seeds 1,500 – 1,560\nquartiles 1,480 – 1,560"
    assert "tf.function" not in table.protocol
    assert "cpu, fp32, asked for: compiled, 2 threads." in table.protocol


def test_a_curves_protocol_is_that_of_its_points(made: MadeUp) -> None:
    ((protocol, points),) = curves.curve_points(made.trials(models=["gan"], seeds=3)).items()
    assert (protocol.n, protocol.title) == (1500, "FD-domain [fashion-mnist-162c87b7]")
    assert protocol.reference == "fashion-mnist-mini test, 1,500 of 2,000 images"
    assert len(points) == 2 * 3 * 3
    chart = curves.chart(protocol, points, [], {}, Palette(["gan"]), "name")
    assert chart.table is not None
    assert protocol.reference in chart.table.protocol
    assert [group.header for group in chart.table.groups] == ["512", "5,120", "51,200"]


def seen(trial: TrialRecord, *amounts: tuple[int, float, float]) -> TrialRecord:
    """The trial with a curve of given images, seconds and distances."""
    curve = [
        trial.curve[0].model_copy(update={"images": images, "seconds": seconds, "fd": fd})
        for images, seconds, fd in amounts
    ]
    return trial.model_copy(update={"curve": tuple(curve)})


def test_seeds_that_stop_at_different_images_are_averaged_checkpoint_by_checkpoint(made: MadeUp) -> None:
    """As under a budget of seconds; the second seed began faster, and so has a checkpoint more."""
    trials = [
        seen(made.trial(seed=0), (1000, 15.0, 90.0), (2000, 30.0, 60.0)),
        seen(made.trial(seed=1), (900, 8.0, 120.0), (1200, 15.5, 80.0), (2600, 30.5, 50.0)),
        seen(made.trial(seed=2), (7, 1.0, 999.0)).model_copy(update={"status": "diverged"}),
        seen(made.trial(framework="tensorflow"), (3000, 15.0, 70.0), (6000, 30.0, 40.0)),
    ]
    ((protocol, points),) = curves.curve_points(trials).items()
    line = points[points["framework"] == "torch"].groupby("checkpoint")
    assert line[["images", "seconds", "distance"]].mean().to_dict("list") == {
        "images": [1100.0, 2300.0],
        "seconds": [15.25, 30.25],
        "distance": [85.0, 55.0],
    }
    assert line[["images", "seconds"]].nunique().to_numpy().max() == 1
    assert set(line["seed"].nunique()) == {2}
    chart = curves.chart(protocol, points, [], {}, Palette(["gan"]), "name")
    assert "gan in PyTorch: from 85.0 to 55.0 at 2,300 images" in chart.drawings[0]
    assert chart.table is not None
    assert chart.table.header == "Checkpoint"
    assert [value.detail for value in chart.table.groups[1].rows[0] if value] == [
        "2,300 images\n30.2 s",
        "6,000 images\n30.0 s",
    ]


def test_a_checkpoint_that_was_not_scored_is_not_drawn(made: MadeUp) -> None:
    trial = made.trial()
    unscored = trial.curve[0].model_copy(update={"fd": None, "extractor": None, "reference": None})
    ((_, points),) = curves.curve_points([trial.model_copy(update={"curve": (unscored, *trial.curve[1:])})]).items()
    assert list(points["checkpoint"]) == [-1, 0]
    assert curves.curve_points([trial.model_copy(update={"curve": (unscored,)})]) == {}


def test_a_trial_of_few_images_is_listed_with_its_kid(made: MadeUp) -> None:
    few = made.trial(quality=made.quality(None, kid=-0.001, absent={"fd": "N too small"}))
    one, other = (group.rows[0][7] for group in tables.every_trial([few, made.trial()]).groups)
    assert one == Value("−0.00100", "KID", number=-0.001)
    assert other == Value("40.0", number=40.0)


def test_a_first_step_is_that_of_trials_that_began_a_worker(made: MadeUp) -> None:
    cold, warm = made.trial(seed=0, first_step_seconds=4.0), made.trial(seed=1, first_step_seconds=0.5)
    again = made.trial(seed=2, first_step_seconds=6.0, cold_start=True)
    assert row(tables.throughput(SETTING, [cold, warm, again]), 0, 0)[3] == "5.00 s"
    table = tables.throughput(SETTING, [warm])
    assert row(table, 0, 0)[3] == "n/a"
    assert tables.NO_COLD_TRIAL in table.footnotes
    assert "the first seed of each worker process" in table.protocol


def test_a_row_says_what_really_ran_under_its_frameworks_name(made: MadeUp) -> None:
    odd = made.trial("gan", "torch", seed=1, mode_detail="torch.compile")
    table = tables.throughput(SETTING, [*made.trials(models=["gan"], seeds=1, threads=1), odd])
    names = [line[0].detail for line in table.groups[0].rows if line[0]]
    assert names == ["tf.function", "eager: compiling did not pay; torch.compile"]
    assert "1 or 2 threads" in table.protocol
    assert "compiled, 1 thread." in tables.throughput(SETTING, made.trials(threads=1)).protocol


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("run --all --name 'my run'", "run --all"),
        ("run --name=x --models 'cvae[equal]' --fresh", "run --models 'cvae[equal]'"),
        ("run --all --name", "run --all"),
        ("not 'closed --name x", "not 'closed --name x"),
    ],
)
def test_the_command_to_run_again_does_not_resume(command: str, shown: str) -> None:
    assert facts.again(command) == shown


def test_a_fingerprint_is_explained() -> None:
    shown = facts.table({"fingerprint": "c0ffee"})["Fingerprint"]
    assert shown.startswith("c0ffee (of CPU, cores, GPUs and allocator:")


@pytest.mark.parametrize(("low", "high"), [(0.01, 30.0), (3.0, 29.0), (1e-3, 1e9), (3200, 51_200)])
def test_ticks_of_a_logarithmic_axis_are_few_and_within_it(low: float, high: float) -> None:
    ticks = figures._ticks(low, high)
    assert 2 <= len(ticks) <= figures.MOST_TICKS
    assert all(low <= tick <= high for tick in ticks)


def test_a_curve_from_second_zero_can_be_drawn(made: MadeUp) -> None:
    trial = made.trial()
    start = trial.curve[0].model_copy(update={"seconds": 0.0})
    trial = trial.model_copy(update={"curve": (start, *trial.curve[1:])})
    ((protocol, points),) = curves.curve_points([trial]).items()
    chart = curves.chart(protocol, points, [], {}, Palette(["gan"]), "name")
    assert [str(drawing).count("<svg") for drawing in chart.drawings] == [1, 1]
    assert "var(--series-0)" in chart.drawings[0]
    assert "currentColor" in chart.drawings[0]


def test_a_gpu_that_was_not_used_was_not_measured(made: MadeUp) -> None:
    trials = [made.trial()]
    assert facts.gpu({"gpus": [{"name": "H100"}]}, trials) == (
        "not measured (there is H100, but every trial ran on the CPU)"
    )
    assert facts.gpu({"gpus": [{"name": "H100"}]}, [made.trial(device="cuda")]) == "H100"


def test_a_grid_outside_the_trials_folder_is_not_shown(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "secret.png")
    with pytest.raises(images.MissingPictureError, match="leads out"):
        images.grid(tmp_path / "trial", "../secret.png")


def test_a_picture_too_large_to_be_opened_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "grid.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    with pytest.raises(images.MissingPictureError, match="cannot be read"):
        images.grid(tmp_path, "grid.png")


def test_a_frame_of_a_film_is_cut_between_pictures(tmp_path: Path) -> None:
    pictures = np.full((GRID_SIDE**2, 5, 7, 1), 90, np.uint8)
    write_png(tmp_path / "grid.png", tile(pictures))
    uri = images.grid(tmp_path, "grid.png", film=True)
    kept = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))
    assert (kept == tile(pictures[:16], columns=4)[..., 0]).all()


def test_films_are_thinned_to_their_limit_and_keep_the_last_frame(made: MadeUp) -> None:
    trials = made.trials(models=["gan"], seeds=1)
    exhibit = gallery.exhibit(SETTING, trials, made.run(trials), made.dataset())
    assert [len(film.frames) for film in exhibit.films] == [3, 3]
    (same,) = gallery.thin([exhibit], limit=10**6)
    assert same == exhibit
    (thinned,) = gallery.thin([exhibit], limit=1)
    assert exhibit.pairs["gan"][0].detail + ", shown in 64 colours" == thinned.pairs["gan"][0].detail
    coarse, fine = (shown(e.pairs["gan"][0].uri or "") for e in (thinned, exhibit))
    assert coarse.shape == fine.shape
    assert [[frame.title for frame in film.frames] for film in thinned.films] == [["51,200 images"]] * 2


def shown(uri: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def test_a_grid_by_classes_keeps_a_column_a_class(tmp_path: Path) -> None:
    pictures = np.arange(80, dtype=np.uint8)[:, None, None, None] * np.ones((1, 28, 28, 1), np.uint8)
    write_png(tmp_path / "grid.png", tile(pictures, columns=10))
    assert (shown(images.grid(tmp_path, "grid.png", classes=10)) == tile(pictures, columns=10)[..., 0]).all()
    film = shown(images.grid(tmp_path, "grid.png", classes=10, film=True))
    assert (film == tile(pictures[:40], columns=10)[..., 0]).all()


def test_of_very_many_classes_the_first_are_shown(tmp_path: Path, made: MadeUp) -> None:
    pictures = np.full((8 * 40, 5, 5, 1), 90, np.uint8)
    write_png(tmp_path / "grid.png", tile(pictures, columns=40))
    kept = shown(images.grid(tmp_path, "grid.png", classes=40))
    assert kept.shape == tile(pictures[: 8 * 16], columns=16).shape[:2]
    assert captions.by_class(40) == "each column is a class that was asked for, the first 16 of 40"


def test_columns_have_the_names_of_their_classes() -> None:
    assert captions.by_class(2, ("shirt", "shoe")) == "each column is a class that was asked for: shirt, shoe"
    many = captions.by_class(17, tuple("abcdefghijklmnopq"))
    assert many.endswith("the first 16 of 17: a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p")
    assert captions.by_class(3, ("shirt", "shoe")).endswith("0 to 2")  # names of another set are none


@pytest.mark.parametrize(
    ("model", "num_classes", "columns"),
    [("cond_vae", 10, 10), ("cond_vae[latent=8]", 4, 4), ("cond_vae", None, 0), ("gan", 10, 0), ("not here", 10, 0)],
)
def test_only_models_that_are_asked_for_classes_have_columns_of_them(
    made: MadeUp, model: str, num_classes: int | None, columns: int
) -> None:
    assert captions.asked_classes(made.trial(model, num_classes=num_classes)) == columns


def test_the_gallery_says_that_a_column_is_a_class(made: MadeUp) -> None:
    trials = made.trials(models=["gan", "cond_vae"], seeds=1)
    exhibit = gallery.exhibit(SETTING, trials, made.run(trials), made.dataset())
    plain, conditional = exhibit.pairs["gan"][0], exhibit.pairs["cond_vae"][0]
    assert plain.detail == "seed 0, 51,200 images"
    assert conditional.detail == "seed 0, 51,200 images, each column is a class that was asked for, 0 to 9"
    assert "0 to 9" in conditional.alt
    assert plain.uri is not None
    assert conditional.uri is not None
    assert shown(conditional.uri).shape == (41, 51)
    assert shown(plain.uri).shape == (41, 41)
    assert [shown(film.frames[0].uri or "").shape for film in exhibit.films] == [(21, 21)] * 2 + [(21, 51)] * 2


@pytest.mark.parametrize("heights", [[0.1, 0.5, 0.9], [0.5] * 7, [0.94, 0.95, 0.96], [0.0, 0.01, 1.0]])
def test_names_at_the_ends_of_curves_keep_apart(heights: list[float]) -> None:
    placed = figures._apart(heights, figures.NAME_HEIGHT)
    assert all(after - before >= figures.NAME_HEIGHT - 1e-9 for before, after in itertools.pairwise(placed))
    assert -1e-9 <= placed[0] <= placed[-1] <= 1
    assert figures._apart([0.1, 0.5, 0.9], 0.07) == [0.1, 0.5, 0.9]


def test_nearest_pairs_stand_in_the_page_with_how_many_are_copies(made: MadeUp) -> None:
    pairs = tuple({"generated": i, "train": i, "distance": float(i), "threshold": 1.5} for i in range(4))
    quality = made.quality(nearest=pairs)
    trial = made.trial(quality=quality)
    trial = trial.model_copy(update={"artifacts": trial.artifacts | {"nearest": "nearest.png"}})
    folder = made.run([trial])
    write_png(folder.trial(trial.id) / "nearest.png", tile(np.full((8, 4, 4, 1), 9, np.uint8), columns=4))
    (picture,) = gallery.exhibit(SETTING, [trial], folder, made.dataset()).nearest["gan"]
    assert picture.title == "PyTorch, by features"
    assert picture.detail == "2 of these 4 pairs are as near as copies: no farther apart than 1.50"
    assert shown(picture.uri or "").shape == (11, 21)
    assert "Copied, or made?" in made.open(folder).text
    undrawn = made.trial(quality=quality)
    assert gallery.exhibit(SETTING, [undrawn], folder, made.dataset()).nearest == {}
