"""A trial that goes wrong is a result, and the trials after it run."""

from __future__ import annotations

import time

import psutil
import pytest

from bench.budget import NO_EXPERIMENTS
from bench.execution.evaluation import Evaluator
from bench.execution.local import LocalExecutor
from bench.models import choose
from bench.plan import expected_scoring_seconds, first_time_seconds
from bench.quality import random_weights
from bench.results.folder import RunFolder


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "run")


@pytest.fixture
def execute(fakes, folder, quiet):
    """Run trials with the fake worker and evaluator; returns their records by seed."""

    def run(*trials, groups=None, timeout=None, display=None, keep_workers=False):
        display = display or quiet()
        evaluator = Evaluator(folder.path, ("domain",), None, "cpu", 1, evaluator="fake_evaluator")
        executor = LocalExecutor(folder, evaluator, {}, timeout, worker="fake_worker", keep_workers=keep_workers)
        try:
            with executor:
                for group in groups or [trials]:
                    executor.run(list(group), display.trial_progress, display.trial_finished)
        finally:
            evaluator.kill()
        return {record.seed: record for record in display.records}

    return run


def workers(fakes):
    return [line.split()[1] for line in fakes.trained]


def test_a_trial_that_ends_well_is_measured_scored_and_written(execute, make_trial, folder, quiet):
    display = quiet()
    record = execute(make_trial(), display=display)[0]
    assert (record.status, record.reason) == ("ok", None)
    assert record.images_per_second == 2000.0
    assert record.quality is not None
    assert record.quality.fd == 12.5
    assert list(record.quality_by_extractor) == ["mnist-00000000"]
    (point,) = record.curve
    assert (point.fd, point.kid, point.drawing_seconds, point.evaluation_seconds) == (50.0, 0.25, 0.25, 0.125)
    assert record.time_to_quality is not None
    assert "one checkpoint" in record.time_to_quality.absent["curve_area"]
    assert folder.read_trial(record.id) == record
    assert display.fractions == [0.5]


@pytest.mark.parametrize("behaviour", ["ok", "untimed", "diverged", "failed", "sigkill"])
def test_every_figure_that_is_null_has_its_reason(execute, make_trial, fakes, behaviour):
    fakes.worker(seed0=behaviour)
    record = execute(make_trial())[0]
    null = {name for name, value in record if value is None} - {"reason", "mode_detail"}
    assert "energy_joules" in null
    assert null <= set(record.absent)
    assert all(record.absent.values())


def test_a_trial_that_is_asked_for_experiments_has_their_records_and_a_picture_to_look_at(execute, make_trial, folder):
    asked = make_trial(choice=choose("cvae"), experiments=True)
    record = execute(asked)[0]
    assert record.walks is not None
    assert (record.walks.share, record.walks.cross_fade) == (0.5, 0.25)
    assert record.artifacts["walks"] == "walks.png"
    assert not (folder.trial(asked.id) / "walks.npz").exists()
    assert record.fixed_noise is None
    assert record.absent["fixed_noise"] == "it takes 3 checkpoints"
    assert "walks" not in record.absent


@pytest.mark.parametrize(
    ("experiments", "behaviour", "walks", "fixed_noise"),
    [
        (False, "ok", NO_EXPERIMENTS, NO_EXPERIMENTS),
        (False, "diverged", NO_EXPERIMENTS, NO_EXPERIMENTS),
        (True, "ok", "it is a GAN", "it takes 3 checkpoints"),
        (True, "diverged", "the trial diverged", "the trial diverged"),
        (True, "failed", "the trial was failed", "the trial was failed"),
    ],
)
def test_an_experiment_that_was_not_made_says_why(
    execute, make_trial, fakes, experiments, behaviour, walks, fixed_noise
):
    fakes.worker(seed0=behaviour)
    record = execute(make_trial(experiments=experiments))[0]
    assert (record.walks, record.fixed_noise) == (None, None)
    assert (record.absent["walks"], record.absent["fixed_noise"]) == (walks, fixed_noise)
    assert "walks" not in record.artifacts


def test_the_seeds_of_a_cell_share_a_worker(execute, make_trial, fakes):
    execute(*map(make_trial, range(3)))
    assert len(set(workers(fakes))) == 1


def test_a_worker_serves_one_cell_or_where_it_is_kept_all_of_its_framework(execute, make_trial, fakes):
    cells = [[make_trial(0)], [make_trial(1)]]
    execute(groups=cells)
    assert len(set(workers(fakes))) == 2
    execute(groups=cells, keep_workers=True)
    assert len(set(workers(fakes)[2:])) == 1
    assert not any(map(running, workers(fakes)))


def test_a_kept_worker_that_died_is_replaced(execute, make_trial, fakes):
    fakes.worker(seed0="sigkill")
    records = execute(groups=[[make_trial(0)], [make_trial(1)]], keep_workers=True)
    assert [record.status for record in records.values()] == ["failed", "ok"]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("sigkill", "the process was killed by SIGKILL; the end of its log: the log of trial-1"),
        ("exit", "the process ended with exit status 3; the end of its log: the log of trial-1"),
    ],
)
def test_a_death_fails_its_trial_alone_and_the_rest_goes_on_in_a_fresh_worker(
    execute, make_trial, fakes, behaviour, reason
):
    fakes.worker(seed1=behaviour)
    records = execute(*map(make_trial, range(4)))
    assert [record.status for record in records.values()] == ["ok", "failed", "ok", "ok"]
    assert records[1].reason == reason
    assert records[1].absent["images_per_second"] == "the trial was failed"
    assert records[1].artifacts == {"log": "log.txt"}
    first, second, third, fourth = workers(fakes)
    assert first == second != third == fourth


def test_a_failure_that_the_worker_survives_costs_no_worker(execute, make_trial, fakes):
    fakes.worker(seed0="failed")
    records = execute(make_trial(0), make_trial(1))
    assert (records[0].status, records[0].reason) == ("failed", "no [room] left")
    assert records[1].status == "ok"
    assert len(set(workers(fakes))) == 1


def test_a_trial_that_hangs_is_ended(execute, make_trial, fakes):
    fakes.worker(seed0="hang")
    start = time.monotonic()
    records = execute(make_trial(0), make_trial(1), timeout=1.5)
    assert records[0].reason == "ended after 1.5 s without a result"
    assert records[1].status == "ok"
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("classifier", [None, "own-1"])
def test_a_trial_is_scored_by_the_extractor_of_its_plan_or_not_at_all(execute, make_trial, monkeypatch, classifier):
    asked = []
    score = Evaluator.score
    monkeypatch.setattr(
        Evaluator, "score", lambda *args, **named: asked.append((args[5], named)) or score(*args, **named)
    )
    trial = make_trial(classifier=classifier, train_images=8_000)
    execute(trial)
    ((limit, named),) = asked
    assert named == {"classifier": classifier or random_weights.NAME, "experiments": False}
    assert limit == pytest.approx(10 * (expected_scoring_seconds(trial) + first_time_seconds(trial)) + 600)


def test_a_trial_that_diverges_keeps_its_curve_and_is_not_scored(execute, make_trial, fakes, folder):
    fakes.worker(seed0="diverged")
    record = execute(make_trial(0))[0]
    assert (record.status, record.reason) == ("diverged", "loss is nan at step 3")
    assert record.quality is None
    assert record.absent["quality"] == "the trial diverged"
    assert [(point.steps, point.fd) for point in record.curve] == [(32, None)]
    assert not list(folder.path.rglob("*.npz"))


@pytest.mark.parametrize("behaviour", ["dies", "fails"])
def test_a_trial_that_could_not_be_scored_failed_and_keeps_what_was_measured(execute, make_trial, fakes, behaviour):
    fakes.evaluator(behaviour)
    record = execute(make_trial())[0]
    assert record.status == "failed"
    assert record.reason == record.absent["quality"] == record.absent["curve.fd"]
    assert record.images_per_second == 2000.0
    assert [point.fd for point in record.curve] == [None]
    assert record.artifacts["samples"] == "samples.npz"


def test_a_skipped_trial_starts_nothing(execute, make_trial, fakes):
    record = execute(make_trial(skip="torch is not installed"))[0]
    assert (record.status, record.reason) == ("skipped", "torch is not installed")
    assert not fakes.trained


def test_what_a_broken_off_attempt_left_is_removed(execute, make_trial, folder):
    trial = make_trial()
    leftover = folder.trial(trial.id) / "checkpoints/7.npz"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    execute(trial)
    assert not leftover.exists()


def test_an_interrupt_ends_the_worker_and_leaves_no_record(execute, make_trial, folder, fakes, quiet):
    fakes.worker(seed1="hang")
    display = quiet(raise_after=1)
    with pytest.raises(KeyboardInterrupt):
        execute(make_trial(0), make_trial(1), display=display)
    assert folder.read_trial("trial-0") is not None
    assert folder.read_trial("trial-1") is None
    assert not running(workers(fakes)[-1])


def test_an_interpreter_that_is_not_there_fails_the_trial(fakes, folder, make_trial, quiet):
    display = quiet()
    evaluator = Evaluator(folder.path, ("domain",), None, "cpu", 1)
    executor = LocalExecutor(folder, evaluator, {"torch": "/nowhere/python"})
    executor.run([make_trial()], display.trial_progress, display.trial_finished)
    assert display.records[0].reason == "cannot start /nowhere/python: No such file or directory"


def running(pid: str) -> bool:
    try:
        return psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
