"""A run keeps what is finished, goes on from there, and touches nothing that is not its own."""

from __future__ import annotations

import json
from datetime import datetime

import jsonschema
import pytest

from bench import machine
from bench import run as module
from bench.errors import UserError
from bench.quality import inception_file
from bench.report import build
from bench.results.folder import RunFolder
from bench.results.record import json_schema
from bench.run import begin, choose_extractors, default_name, execute, exit_status, prepare, resumed
from bench.study import make_study

STUDY = {"models": "gan,cvae", "datasets": "mnist-mini", "frameworks": "torch", "budget": "smoke", "seeds": 2}


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "out/a")


@pytest.fixture
def go(fakes, cpu_host, folder, quiet):
    """Start or go on with a run of fakes; returns its results. What was shown is in `go.display`."""

    def run(display=None, fresh=False, rebuild=None, clock=lambda: 0.0, **changes):
        run.display = display or quiet()
        run.rebuilt = []
        planned = prepare(make_study({**STUDY, **changes}), folder)
        with folder.locked():
            begun = begin(planned, "python -m bench run", fresh=fresh)
            return execute(begun, run.display, rebuild or run.rebuilt.append, clock)

    return run


def seeds(lines):
    return [line.split(".seed")[1][0] for line in lines]


def test_everything_runs_and_is_assembled_in_order(go, folder, fakes):
    record = go()
    assert [trial.status for trial in record.trials] == ["ok"] * 4
    assert [(trial.model, trial.seed) for trial in record.trials] == [("gan", 0), ("gan", 1), ("cvae", 0), ("cvae", 1)]
    assert record.planned == 4
    assert folder.read() == record
    assert len(fakes.trained) == 4
    assert exit_status(record) == 0
    jsonschema.validate(json.loads(folder.results.read_text()), json_schema())


def test_the_folder_keeps_what_the_page_shows_of_the_data(go, folder):
    read = go().datasets["mnist-mini"]
    assert (folder.path / read.grid).is_file()


def test_the_page_is_built_again_as_cells_finish(go):
    finished = []
    go(rebuild=lambda folder: finished.append(len(folder.read().trials)))
    assert finished == [2, 4]


def test_a_page_that_takes_long_is_built_less_often(go):
    now = [0.0]
    finished = []

    def rebuild(folder):
        finished.append(len(folder.read().trials))
        now[0] += 2.0

    def clock():
        now[0] += 1.0  # each look at it: about one a trial
        return now[0]

    go(rebuild=rebuild, clock=clock, models="gan,cvae,cvae[equal],vae_dense,vae_conv", seeds=1)
    # A page of three seconds is due again two minutes later: never between trials that end one after another.
    assert finished == [1, 5]


def test_finished_trials_are_not_repeated(go, fakes):
    first = go()
    again = go()
    assert len(fakes.trained) == 4
    assert again == first
    assert go.display.records == []
    assert len(go.rebuilt) == 1


def test_trials_of_what_has_changed_since_are_counted_and_not_used(go, folder):
    go()
    (folder.path / "trials" / "of-other-pictures").mkdir()
    (folder.path / "trials" / "of-other-pictures" / "trial.json").write_text("{}")
    planned = prepare(make_study(STUDY), folder)
    assert resumed(planned).outdated == 1
    assert resumed(planned).pending == []


def test_failed_trials_are_tried_again_and_diverged_ones_stand(go, fakes):
    fakes.worker(seed0="failed", seed1="diverged")
    assert exit_status(go(models="gan")) == 3
    fakes.worker(seed0="ok", seed1="ok")
    record = go(models="gan")
    assert [trial.status for trial in record.trials] == ["ok", "diverged"]
    assert seeds(fakes.trained) == ["0", "1", "0"]
    assert exit_status(record) == 3


def test_what_will_be_tried_again_is_still_to_come(go, folder, fakes, quiet):
    fakes.worker(seed0="failed", seed1="ok")
    assert go(models="gan").over
    fakes.worker(seed0="ok", seed1="ok")
    with pytest.raises(KeyboardInterrupt):
        go(models="gan", display=quiet(raise_after=0))
    found = folder.read()
    assert not found.over
    assert [trial.seed for trial in found.trials] == [1]


def test_a_start_that_is_broken_off_can_go_on(go, folder, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr("bench.run.write_grid", full)
        with pytest.raises(OSError, match="no space"):
            go(models="gan")
    record = go(models="gan")
    assert exit_status(record) == 0
    assert (folder.path / record.datasets["mnist-mini"].grid).is_file()


def test_a_trial_whose_record_is_damaged_is_run_again(go, folder, fakes):
    first = go(models="gan")
    (folder.trial(first.trials[0].id) / "trial.json").write_text("{")
    again = go(models="gan")
    assert seeds(fakes.trained) == ["0", "1", "0"]
    assert [trial.status for trial in again.trials] == ["ok", "ok"]


def test_other_versions_make_other_trials(go, fakes, monkeypatch):
    go(models="gan")
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: {name: "3.0"})
    record = go(models="gan")
    assert len(fakes.trained) == 4
    assert len(record.trials) == 2


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"models": "gan"}, "models"),
        ({"seeds": 3, "mode": "eager"}, "mode, seeds"),
        ({"precision": "fp64"}, "precision"),
    ],
)
def test_another_study_under_the_same_name_is_refused(go, folder, fakes, changes, named):
    go()
    before = folder.results.read_bytes()
    with pytest.raises(UserError, match=rf"out/a holds another study \({named} changed\): choose another --name"):
        go(**changes)
    assert folder.results.read_bytes() == before
    assert len(fakes.trained) == 4


def test_fresh_removes_the_run_of_that_name(go, folder, fakes):
    go()
    old = set(folder.path.glob("trials/*"))
    record = go(fresh=True, models="gan", mode="eager")
    assert len(record.trials) == 2
    assert not old & set(folder.path.glob("trials/*"))
    assert len(fakes.trained) == 6


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_of_something_else_is_left_alone(go, folder, fakes, fresh):
    folder.path.mkdir(parents=True)
    (folder.path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="holds no run"):
        go(fresh=fresh)
    assert [path.name for path in folder.path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_study_file_of_something_else_is_no_run(go, folder, fresh):
    folder.path.mkdir(parents=True)
    folder.header.write_text('{"study": "of birds"}')
    (folder.path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="damaged or not of a run"):
        go(fresh=fresh)
    assert (folder.path / "thesis.txt").exists()


def test_a_run_at_work_keeps_others_out(go, folder, fakes):
    with folder.locked(), pytest.raises(UserError, match="another run is at work"):
        go()
    assert not fakes.trained


@pytest.mark.parametrize("finished", [0, 1, 3])
def test_an_interrupt_keeps_what_is_finished_and_the_run_goes_on(go, folder, fakes, quiet, finished):
    with pytest.raises(KeyboardInterrupt):
        go(display=quiet(raise_after=finished))
    assert len(folder.read().trials) == finished
    assert go.rebuilt
    assert exit_status(go()) == 0
    assert len(folder.read().trials) == 4
    assert len(fakes.trained) == 5  # the one that was broken off ran twice


def test_a_page_can_be_built_of_a_run_without_a_finished_trial(go, folder, quiet):
    with pytest.raises(KeyboardInterrupt):
        go(display=quiet(raise_after=0), rebuild=build)
    assert "<html" in folder.report.read_text()


def test_a_page_that_cannot_be_built_in_between_costs_no_results(go, folder):
    calls = []

    def fail_once(folder):
        calls.append(folder)
        if len(calls) == 1:
            raise ZeroDivisionError("no pictures")

    assert exit_status(go(rebuild=fail_once)) == 0
    assert go.display.notes == ["answer and page could not be made now: ZeroDivisionError: no pictures"]
    assert len(calls) == 2


def test_a_page_that_cannot_be_built_in_the_end_is_an_error_and_costs_no_results(go, folder):
    def fail(folder):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go(rebuild=fail)
    assert len(folder.read().trials) == 4


def test_preparing_writes_nothing(cpu_host, folder, tmp_path):
    prepare(make_study(STUDY), folder)
    assert list(tmp_path.iterdir()) == []


def test_a_framework_that_is_not_installed_is_refused_only_when_it_was_asked_for(cpu_host, folder, monkeypatch):
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: {name: "1"} if name == "torch" else None)
    with pytest.raises(UserError, match="tensorflow is not installed for this Python: run `python -m pip install"):
        prepare(make_study({**STUDY, "frameworks": "tensorflow"}), folder)
    trials = prepare(make_study({**STUDY, "frameworks": None}), folder).trials
    assert {t.framework: t.skip for t in trials} == {"torch": None, "tensorflow": "tensorflow is not installed"}


def test_without_any_framework_there_is_nothing_to_do(cpu_host, folder, monkeypatch):
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: None)
    with pytest.raises(UserError, match="neither PyTorch nor TensorFlow is installed"):
        prepare(make_study({**STUDY, "frameworks": None}), folder)


def test_skipped_trials_are_results_and_no_failure(go, folder, fakes, monkeypatch):
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: {name: "1"} if name == "torch" else None)
    record = go(frameworks=None)
    assert {trial.status for trial in record.trials if trial.framework == "tensorflow"} == {"skipped"}
    assert exit_status(record) == 0
    assert len(fakes.trained) == 4


@pytest.mark.parametrize(
    ("blind", "asked", "device"),
    [([], "auto", "cuda"), (["torch"], "auto", "cpu"), (["tensorflow"], "auto", "cpu"), (["torch"], "cpu", "cpu")],
)
def test_a_gpu_is_used_when_every_framework_that_runs_sees_it(monkeypatch, blind, asked, device):
    monkeypatch.setattr(machine, "gpus", lambda: [{"name": "A GPU"}])
    monkeypatch.setattr(machine, "sees_gpu", lambda name, _=None: name not in blind)
    study = make_study({**STUDY, "device": asked})
    assert module.choose_device(study, ["torch", "tensorflow"]) == device
    assert module.choose_device(study, []) == ("cpu" if asked == "cpu" else "cuda")


def test_a_gpu_that_is_asked_for_and_not_seen_is_refused(monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: [{"name": "A GPU"}])
    monkeypatch.setattr(machine, "sees_gpu", lambda name, _=None: name == "torch")
    with pytest.raises(UserError, match=r"^--device cuda: tensorflow cannot use the GPU; install a build with CUDA"):
        module.choose_device(make_study({**STUDY, "device": "cuda"}), ["torch", "tensorflow"])
    with pytest.raises(UserError, match="tf32"):
        module.choose_device(make_study({**STUDY, "precision": "tf32"}), ["tensorflow"])


def test_patience_may_change_when_a_run_goes_on_and_its_first_command_stands(go, folder):
    first = go(models="gan", timeout_seconds=100.0)
    again = go(models="gan", timeout_seconds=200.0)
    assert again.trials == first.trials
    assert (again.created, again.command) == (first.created, first.command)


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """A file that passes for the weights of Inception-2015."""
    path = tmp_path / "inception.pth"
    path.write_bytes(b"weights")
    read = inception_file.read_inception_weights
    monkeypatch.setattr(module, "read_inception_weights", lambda path: read(path, ""))
    return path


def test_extractors_are_those_asked_for_or_domain(weights):
    assert choose_extractors(make_study(STUDY), "cpu") == ("domain",)
    assert choose_extractors(make_study(STUDY), "cuda") == ("domain",)
    both = make_study({**STUDY, "extractors": "inception,domain", "inception_weights": str(weights)})
    assert choose_extractors(both, "cpu") == ("inception", "domain")


def test_a_gpu_scores_by_inception_first_where_its_weights_are(weights):
    study = make_study({**STUDY, "inception_weights": str(weights)})
    assert choose_extractors(study, "cuda") == ("inception", "domain")
    assert choose_extractors(study, "cpu") == ("domain",)


@pytest.mark.parametrize("extractors", [None, "domain", "inception"])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_weights_that_were_named_and_are_missing_or_wrong_are_refused(tmp_path, extractors, device):
    study = make_study({**STUDY, "extractors": extractors, "inception_weights": str(tmp_path / "nosuch.pth")})
    with pytest.raises(UserError, match=r"there is no file .*nosuch.pth"):
        choose_extractors(study, device)
    (tmp_path / "nosuch.pth").write_bytes(b"rubbish")
    with pytest.raises(UserError, match="is not the Inception-2015 weights"):
        choose_extractors(study, device)


def test_inception_without_its_weights_is_refused():
    with pytest.raises(UserError, match="the Inception-2015 weights are not here"):
        choose_extractors(make_study({**STUDY, "extractors": "inception"}), "cpu")


def test_a_default_name_is_the_time_in_an_order_that_sorts():
    assert default_name(datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02_03-04-05"


# Experiments

EXTRA = {"models": "cvae", "experiments": True}


def test_experiments_run_last_and_stand_by_themselves(go, folder, fakes):
    record = go(**EXTRA)
    assert [trial.dataset for trial in record.trials] == ["mnist-mini"] * 2
    assert [trial.dataset for trial in record.experiments] == ["mnist-mini[classes=0]", "mnist-mini[classes=1]"]
    assert [trial.status for trial in record.experiments] == ["ok"] * 2
    assert [line.split()[0] for line in fakes.trained] == [trial.id for trial in (*record.trials, *record.experiments)]
    assert (record.planned, record.experiments_planned, record.over) == (2, 2, True)
    assert {path.parent.name for path in folder.path.glob("trials/*/trial.json")} == {
        trial.id for trial in (*record.trials, *record.experiments)
    }
    jsonschema.validate(json.loads(folder.results.read_text()), json_schema())


def test_what_an_experiment_read_stands_in_the_header_without_pictures_of_its_own(go, folder):
    read = go(**EXTRA).datasets
    assert list(read) == ["mnist-mini[classes=0]", "mnist-mini[classes=1]", "mnist-mini"]
    assert {read[name].part_of for name in list(read)[:2]} == {read["mnist-mini"].fingerprint}
    assert [path.name for path in folder.path.glob("datasets/*")] == [read["mnist-mini"].grid.removeprefix("datasets/")]


@pytest.mark.parametrize("finished", [1, 3])
def test_a_run_that_stopped_goes_on_with_its_experiments(go, folder, fakes, quiet, finished):
    with pytest.raises(KeyboardInterrupt):
        go(display=quiet(raise_after=finished), **EXTRA)
    before = folder.read()
    assert (len(before.trials), len(before.experiments), before.over) == (min(finished, 2), max(finished - 2, 0), False)
    record = go(**EXTRA)
    assert record.over
    assert len(fakes.trained) == 5
    assert go(**EXTRA) == record
    assert len(fakes.trained) == 5


def test_an_experiment_that_failed_counts_and_is_tried_again(go, fakes):
    fakes.worker(seed1="failed")
    record = go(models="cvae", datasets="fashion-mnist-mini", experiments=True)
    assert record.experiments[1].status == "failed"
    fakes.worker(seed1="ok")
    assert exit_status(record.model_copy(update={"trials": ()})) == 3
    again = go(models="cvae", datasets="fashion-mnist-mini", experiments=True)
    assert again.experiments[1].status == "ok"
    assert exit_status(again) == 0


def test_a_study_with_experiments_is_another_one(go):
    go(models="cvae")
    with pytest.raises(UserError, match=r"another study \(experiments changed\)"):
        go(**EXTRA)


# Proofs

BOTH = {"frameworks": "torch,tensorflow", "seeds": 1}


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The cases that halves were asked to carry out, one a line."""
    path = tmp_path / "cases.txt"
    monkeypatch.setenv("FAKE_PROBE_ASKED", str(path))
    return lambda: path.read_text().splitlines() if path.exists() else []


def test_pairs_that_are_compared_are_proved_once_and_before_anything_is_trained(go, fakes, asked):
    record = go(**BOTH)
    assert {trial.model: trial.pair.proved for trial in record.trials} == {"gan": True, "cvae": True}
    assert all(trial.pair.deviations["losses"] == 0 for trial in record.trials)
    assert len({trial.pair.certificate for trial in record.trials}) == 2
    assert {line.split()[3] for line in asked()} == {"compiled"}
    assert "gan, cvae" in go.display.notes[0]
    before = asked()
    go(**BOTH, fresh=True)
    assert asked() == before
    assert go.display.notes == []


def test_a_pair_that_is_not_proved_is_said_at_once_and_stands_in_every_record(go, monkeypatch):
    monkeypatch.setenv("FAKE_PROBE_TORCH", "off")
    record = go(**BOTH, models="gan")
    assert [trial.status for trial in record.trials] == ["ok", "ok"]
    assert not any(trial.pair.proved for trial in record.trials)
    assert all(trial.pair.reason.startswith("losses at 28x28x1, fp64, compiled") for trial in record.trials)
    assert go.display.notes[1].startswith("gan: pair not proved: losses")


def test_a_proof_that_comes_later_is_recorded_where_the_trials_were_finished_before(go, folder, monkeypatch, fakes):
    monkeypatch.setenv("FAKE_PROBE_TORCH", "sigkill")
    record = go(**BOTH, models="gan")
    assert not any(trial.pair.proved for trial in record.trials)
    monkeypatch.delenv("FAKE_PROBE_TORCH")
    trained = len(fakes.trained)
    record = go(**BOTH, models="gan")
    assert all(trial.pair.proved for trial in record.trials)
    assert len(fakes.trained) == trained
    assert folder.read() == record


def test_where_one_half_runs_there_is_no_pair_to_prove(go, asked):
    record = go()
    assert all(trial.pair is None for trial in record.trials)
    assert {trial.absent["pair"] for trial in record.trials} == {
        "only one half of the pair runs, so there is no pair to prove"
    }
    assert asked() == []


def test_what_is_finished_needs_no_proof(go, asked):
    go(**BOTH)
    before = len(asked())
    go(**BOTH)
    assert len(asked()) == before


def test_only_the_mode_and_precision_that_run_are_proved(go, asked):
    go(**BOTH, models="gan", mode="eager", precision="bf16")
    assert {tuple(line.split()[2:4]) for line in asked()} == {("fp64", "eager"), ("bf16", "eager")}


def test_an_experiment_needs_no_proof_of_its_own_and_names_that_of_its_model(go, asked, quiet):
    go(**BOTH, models="cvae")
    before = asked()
    with pytest.raises(KeyboardInterrupt):  # in the experiment, when the study's own trials are finished and proved
        go(**BOTH, **EXTRA, fresh=True, display=quiet(raise_after=2))
    record = go(**BOTH, **EXTRA)
    assert {trial.framework for trial in record.experiments} == {"torch"}
    assert {trial.pair.certificate for trial in (*record.trials, *record.experiments)} == {
        record.trials[0].pair.certificate
    }
    assert asked() == before
