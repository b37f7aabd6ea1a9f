"""`python -m bench sample`: what is drawn from a run, where it goes, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from bench import datasets, machine
from bench.execution.evaluation import Evaluator
from bench.execution.local import LocalExecutor
from bench.models import choose
from bench.results.folder import RunFolder
from bench.results.record import RunHeader
from bench.sampling import drawer
from bench.sampling.animation import CAPTION_PIXELS
from bench.training.pictures import tile, write_png
from bench.training.streams import Streams

ROOT = Path(__file__).parents[2]


@pytest.fixture
def out(tmp_path):
    """The folder of runs."""
    return tmp_path / "out"


@pytest.fixture
def make_run(make_trial, out):
    """Make a run `a` whose trials left what trials leave, and return its folder."""

    def make(*trials, study=None, weights=True, **measured):
        folder = RunFolder(out / "a")
        facts = {"command": "", "created": "", "machine": {}, "versions": {}, "git": None}
        folder.write_header(RunHeader(name="a", study=study or {}, **facts))
        for trial in trials:
            curve = []
            for step in (10, 20, 30):
                name = f"checkpoints/{step:07d}.png"
                write_png(folder.trial(trial.id) / name, tile(np.full((64, 28, 28, 1), step, np.uint8)))
                point = {"steps": step, "images": 64 * step, "seconds": 1.0, "n": 64, "fd": None, "grid": name}
                curve.append(point)
            if weights:
                (folder.trial(trial.id) / "weights.safetensors").write_bytes(b"weights")
            known = {"status": "ok", "image_shape": (28, 28, 1), "num_classes": 10, "curve": curve}
            known["artifacts"] = {"weights": "weights.safetensors"}
            folder.write_trial(trial.record(**{**known, **measured}))
        folder.assemble([trial.id for trial in trials])
        return folder

    return make


@pytest.fixture
def asked(fakes, cpu_host, tmp_path, monkeypatch):
    """Draw with a fake process; a function that returns what it was asked for."""
    path = tmp_path / "asked.jsonl"
    monkeypatch.setenv("FAKE_DRAWER_ASKED", str(path))
    monkeypatch.setattr(drawer, "DRAWER", "fake_drawer")
    return lambda: [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def drawn(bench, asked, out):
    """Call `sample` on run `a`; returns the files that it printed."""

    def call(*arguments):
        ended = bench("sample", "a", "--out", out, *arguments)
        assert (ended.status, ended.err) == (0, "")
        return ended.out.splitlines()

    return call


@pytest.fixture
def refused(bench, asked, out):
    """Call `sample` on run `a`, which must be refused and write nothing; returns the message."""

    def call(*arguments):
        before = sorted(out.rglob("*"))
        ended = bench("sample", "a", "--out", out, *arguments)
        assert (ended.status, ended.out) == (2, "")
        assert "Traceback" not in ended.err
        assert 1 <= ended.err.count("\n") <= 2
        assert sorted(out.rglob("*")) == before
        return ended.err.removeprefix("error: ").strip()

    return call


@pytest.fixture
def conditional(make_trial, make_run):
    """A run of one model that is told classes."""
    return make_run(make_trial(choice=choose("cond_vae"), dataset="fashion-mnist-mini"))


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def levels(seed, count, latent=64):
    """What the fake process draws of a seed's noise."""
    noise = Streams(seed, 1, 1, {}, np.float32).latent(count, latent)
    return (100 + 10 * noise[:, 0]).astype(np.uint8)


def cells(picture, rows, columns):
    """The middle of every picture of a grid of 28 x 28, enlarged twice: [rows, columns]."""
    assert picture.shape == (2 * (29 * rows + 1), 2 * (29 * columns + 1))
    return picture[32::58, 32::58]


def corners(picture):
    """The upper left pixel of every picture of such a grid."""
    return picture[2::58, 2::58]


# Grids


def test_a_grid_shows_the_trials_own_noise_and_goes_into_the_run(drawn, asked, make_trial, make_run, out):
    folder = make_run(make_trial(3))
    (written,) = drawn()
    assert written == f"{out}/a/samples/trial-3-8x8.png"
    np.testing.assert_array_equal(cells(pixels(written), 8, 8).ravel(), levels(3, 64))
    (request,) = asked()
    assert request["framework"] == "torch"
    assert request["weights"] == str(folder.trial("trial-3") / "weights.safetensors")
    assert (request["image_shape"], request["num_classes"], request["labels"]) == ([28, 28, 1], 10, None)


def test_rows_columns_noise_and_framework_can_be_chosen(drawn, asked, make_trial, make_run, out):
    make_run(make_trial())
    (written,) = drawn("--grid", "2x5", "--noise-seed", 7, "--with", "tensorflow")
    assert written == f"{out}/a/samples/trial-0-2x5-with-tensorflow-noise-7.png"
    np.testing.assert_array_equal(cells(pixels(written), 2, 5).ravel(), levels(7, 10))
    assert [request["framework"] for request in asked()] == ["tensorflow"]


def test_a_grid_goes_where_it_is_told(drawn, make_trial, make_run, tmp_path, out):
    make_run(make_trial())
    assert drawn("--png", tmp_path / "new/x.PNG") == [f"{tmp_path}/new/x.PNG"]
    assert pixels(tmp_path / "new/x.PNG").shape == (466, 466)
    assert not (out / "a/samples").exists()


def test_float64_is_drawn_in_float64_and_tf32_where_there_is_none_in_float32(drawn, asked, make_trial, make_run):
    for precision, asked_for in (("fp64", "fp64"), ("tf32", "fp32"), ("bf16", "bf16")):
        make_run(make_trial(precision=precision))
        drawn()
        assert asked()[-1]["precision"] == asked_for


def test_a_trial_that_does_not_know_its_images_is_drawn_by_its_data_set(drawn, make_trial, make_run):
    """Records had no image shape at first."""
    make_run(make_trial(), image_shape=None, num_classes=None)
    assert pixels(drawn()[0]).shape == (466, 466)


def test_an_interpreter_of_the_study_is_used(refused, make_trial, make_run, monkeypatch):
    make_run(make_trial(), study={"interpreters": {"torch": "/nowhere/python"}})
    assert refused() == "cannot draw with torch: cannot start /nowhere/python: No such file or directory"


# Classes


def test_every_class_has_a_column(drawn, conditional):
    grid = pixels(drawn()[0])
    assert cells(grid, 8, 10).shape == (8, 10)
    np.testing.assert_array_equal(corners(grid), np.tile(np.arange(10), (8, 1)))


@pytest.mark.parametrize(
    ("labels", "expected"), [("3,7", [3, 7]), ("bag, Ankle boot", [8, 9]), ("T-shirt/top,1,1", [0, 1, 1])]
)
def test_classes_are_chosen_by_number_or_name(drawn, conditional, labels, expected):
    grid = pixels(drawn("--labels", labels)[0])
    np.testing.assert_array_equal(corners(grid), np.tile(expected, (8, 1)))


def test_classes_follow_one_another_in_a_grid_that_is_given(drawn, conditional):
    (written,) = drawn("--labels", "3,7,1", "--grid", "2x2")
    assert written.endswith("/trial-0-2x2-labels-3-7-1.png")
    np.testing.assert_array_equal(corners(pixels(written)), [[3, 7], [1, 3]])


def test_one_class_fills_the_usual_grid(drawn, conditional):
    assert (corners(pixels(drawn("--labels", "Coat")[0])) == np.full((8, 8), 4)).all()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("10", "unknown class of fashion-mnist-mini '10': did you mean 1 or 0?"),
        ("-1", "unknown class of fashion-mnist-mini '-1': "),
        ("Cote", "unknown class of fashion-mnist-mini 'Cote': did you mean Coat?"),
        (",", "--labels: name at least one class"),
    ],
)
def test_a_class_that_is_none_is_refused(refused, conditional, labels, message):
    assert refused("--labels", labels).startswith(message)


def test_numbers_do_even_where_the_data_set_is_not_here(drawn, conditional, monkeypatch):
    monkeypatch.setattr(datasets, "load", lambda name, fingerprint=None: pytest.fail("the data set was read"))
    assert len(drawn("--labels", "3,7")) == 1


def test_labels_are_refused_for_a_model_that_sees_none(refused, make_trial, make_run):
    make_run(make_trial())
    assert refused("--labels", "3") == "gan sees no labels: leave out --labels"


# Walks


def frames(path):
    with Image.open(path) as image:
        return [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(image)]


def test_a_moving_walk_starts_from_the_grid_and_has_no_seam(drawn, make_trial, make_run, tmp_path):
    make_run(make_trial())
    path = tmp_path / "walk.gif"
    assert drawn("--walk", path) == [str(path)]
    shown = frames(path)
    assert len(shown) == 60
    middles = np.stack([cells(frame, 4, 4).ravel() for frame in shown]).astype(int)
    np.testing.assert_array_equal(middles[::15], levels(0, 64).reshape(4, 16))
    steps = np.abs(np.diff(middles, axis=0, append=middles[:1]))
    assert steps[-1].max() <= steps.max() <= 8  # of levels that are 20 apart or more at the stops


def test_a_walk_on_paper_has_a_row_for_each(drawn, make_trial, make_run, tmp_path):
    make_run(make_trial())
    path = tmp_path / "walk.png"
    drawn("--walk", path)
    middles = cells(pixels(path), 8, 12)
    np.testing.assert_array_equal(middles[:, ::3], levels(0, 32).reshape(4, 8).T)


def test_a_walk_keeps_its_class(drawn, conditional, tmp_path):
    drawn("--walk", tmp_path / "x.png")
    np.testing.assert_array_equal(corners(pixels(tmp_path / "x.png")), np.tile(np.arange(10)[:, None], (1, 12)))
    drawn("--walk", tmp_path / "x.gif")
    for frame in frames(tmp_path / "x.gif"):
        np.testing.assert_array_equal(corners(frame), np.tile(np.arange(10), (2, 1)))


# Films


def test_a_film_shows_the_checkpoints_and_needs_no_framework(drawn, asked, make_trial, make_run, tmp_path, monkeypatch):
    make_run(make_trial(), weights=False)
    monkeypatch.setattr(machine, "framework_versions", lambda *_: None)
    path = tmp_path / "film.gif"
    assert drawn("--film", path) == [str(path)]
    assert asked() == []
    shown = frames(path)
    assert len(shown) == 3
    for frame, level in zip(shown, (10, 20, 30), strict=True):
        picture, caption = np.split(frame, [466])
        assert (cells(picture, 8, 8) == level).all()
        assert caption.shape == (CAPTION_PIXELS, 466)
        assert caption.min() < 64
    assert (shown[0][466:] != shown[1][466:]).any()
    with Image.open(path) as image:
        assert [frame.info["duration"] for frame in ImageSequence.Iterator(image)] == [300, 300, 2500]


def test_everything_at_once_comes_from_one_process(drawn, asked, make_trial, make_run, tmp_path):
    make_run(make_trial())
    names = [tmp_path / name for name in ("f.gif", "p.png", "w.gif")]
    written = drawn("--film", names[0], "--png", names[1], "--walk", names[2], "--grid", "1x1")
    assert written == [str(name) for name in names]
    assert all(name.is_file() for name in names)
    assert [request["id"] for request in asked()] == [1, 2]


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--grid 0x8", "--grid 0x8: write ROWSxCOLUMNS, such as 8x8, each from 1 to 64"),
        ("--grid 8x65", "--grid 8x65: write"),
        ("--grid 8", "--grid 8: write"),
        ("--grid 8x8x8", "--grid 8x8x8: write"),
        ("--grid -1x8", "--grid -1x8: write"),
        ("--png x.jpg", "--png x.jpg: the name must end in .png"),
        ("--walk x.mp4", "--walk x.mp4: the name must end in .gif or .png"),
        ("--film x.png", "--film x.png: the name must end in .gif"),
        ("--film x.gif --walk ./x.gif", "one file cannot take two pictures"),
        ("--film x.gif --with torch", "--film shows what the training drew: leave out --with"),
        ("--with torhc", "unknown framework 'torhc': did you mean torch?"),
        ("--noise-seed -1", "Invalid value for '--noise-seed'"),
        ("--seed 1", "unknown seed of run a '1': known: 0."),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(refused, make_trial, make_run, arguments, message):
    make_run(make_trial())
    assert refused(*arguments.split(" ")).startswith(message)


def test_a_folder_is_no_file(refused, make_trial, make_run, tmp_path):
    make_run(make_trial())
    (tmp_path / "x.png").mkdir()
    assert refused("--png", tmp_path / "x.png").endswith("x.png is a folder: name a file in it")


def test_several_trials_are_told_apart(refused, make_trial, make_run):
    make_run(make_trial(0), make_trial(1))
    assert refused() == "2 trials of run a can be drawn from; say which one: --seed 0 or 1"


def test_a_trial_that_diverged_is_not_drawn_from(refused, make_trial, make_run):
    make_run(make_trial(), status="diverged", reason="loss is nan at step 3")
    assert refused() == "trial trial-0 did not end ok: diverged: loss is nan at step 3"


def test_a_run_that_is_not_there_is_refused(refused):
    assert refused().startswith("no run 'a' here")


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        ({"weights": False}, "weights.safetensors: the trial's weights were removed; run it again"),
        ({"artifacts": {}}, "trial trial-0 kept no weights to draw from"),
        ({"artifacts": {"weights": "../../../../etc/weights"}}, "../../../../etc/weights leads out of "),
    ],
)
def test_weights_that_are_missing_are_named(refused, make_trial, make_run, measured, message):
    make_run(make_trial(), **measured)
    assert message in refused()


def test_checkpoints_that_are_missing_are_named(refused, make_trial, make_run, tmp_path):
    folder = make_run(make_trial())
    (folder.trial("trial-0") / "checkpoints/0000020.png").unlink()
    assert refused("--film", tmp_path / "x.gif").endswith("checkpoints/0000020.png")
    write_png(folder.trial("trial-0") / "checkpoints/0000020.png", np.zeros((5, 5, 1), np.uint8))
    assert refused("--film", tmp_path / "x.gif").endswith("checkpoints are not of one size")
    make_run(make_trial(), curve=[])
    assert refused("--film", tmp_path / "x.gif") == (
        "trial trial-0 kept no grids of its checkpoints: there is nothing to film"
    )
    assert not (tmp_path / "x.gif").exists()


def test_a_model_that_has_changed_since_is_refused(refused, make_trial, make_run):
    make_run(make_trial(), config={**choose("gan").settings, "latent": 32, "gone": 1})
    assert refused() == "gan is another model now than in this run: latent, gone changed"


def test_a_framework_that_is_not_installed_is_named(refused, make_trial, make_run, monkeypatch):
    make_run(make_trial())
    monkeypatch.setattr(machine, "framework_versions", lambda *_: None)
    assert refused() == "torch is not installed for this Python: run `python -m pip install torch`"


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("fails", "cannot draw with torch: weights do not fit: missing generator/dense/kernel"),
        ("dies", "cannot draw with torch: the process ended with exit status 9; the end of its log: out of memory"),
        ("hangs", "cannot draw with torch: no answer within 0.5 s"),
    ],
)
def test_a_process_that_does_not_draw_says_why(refused, make_trial, make_run, monkeypatch, behaviour, message):
    make_run(make_trial())
    monkeypatch.setenv("FAKE_DRAWER", behaviour)
    if behaviour == "hangs":
        monkeypatch.setattr(drawer, "PATIENCE_SECONDS", 0.5)
    assert refused() == message


def test_the_harness_imports_no_framework_for_it():
    program = "import sys, bench.sampling; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {name.partition(".")[0] for name in found.split()} & {"torch", "tensorflow", "keras", "pandas", "scipy"}


# For real


@pytest.mark.slow
def test_what_one_framework_trained_is_drawn_by_either(bench, fakes, make_trial, quiet, out):
    """The usual grid is the trial's own, and the other half's is the same, to a grey level here and there."""
    folder, display = RunFolder(out / "a"), quiet()
    evaluator = Evaluator(folder.path, ("domain",), None, "cpu", 1, evaluator="fake_evaluator")
    trial = make_trial(framework="tensorflow", samples=64, curve_samples=64)
    folder.write_header(RunHeader(name="a", study={}, command="", created="", machine={}, versions={}, git=None))
    LocalExecutor(folder, evaluator, {}).run([trial], display.trial_progress, display.trial_finished)
    evaluator.close()
    folder.assemble([trial.id])

    own = pixels(folder.trial(trial.id) / "grid.png").astype(int)
    assert own.std() > 20
    for half in ("tensorflow", "torch"):
        ended = bench("sample", "a", "--out", out, "--with", half)
        assert (ended.status, ended.err) == (0, "")
        apart = np.abs(own - pixels(ended.out.strip())[::2, ::2])
        assert apart.max() <= 1
        assert (apart > 0).mean() <= 0.001
