"""A run's folder holds whole files, belongs to one process at a time, and says what is wrong with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import paths
from bench.errors import UserError
from bench.paths import write_atomically
from bench.results.folder import RunFolder, find_run, runs
from bench.results.record import RunHeader

HEADER = RunHeader(
    name="a", created="2026-01-02T03:04:05+00:00", command="run", study={}, machine={}, versions={}, git=None
)


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "out/a")
    folder.write_header(HEADER)
    return folder


def tree(path: Path) -> set[str]:
    return {str(entry.relative_to(path)) for entry in path.rglob("*")}


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "new/file.json"
    write_atomically(path, "one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert tree(tmp_path) == {"new", "new/file.json"}


def test_a_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    write_atomically(path, "old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert tree(tmp_path) == {"file.json"}


def test_a_new_file_is_as_readable_as_any_other(tmp_path):
    write_atomically(tmp_path / "ours", "x")
    (tmp_path / "any").write_text("x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_trial_is_read_as_it_was_written(folder, make_trial):
    record = make_trial().record(status="failed", reason="no luck")
    folder.write_trial(record)
    assert folder.read_trial(record.id) == record
    assert tree(folder.trial(record.id)) == {"trial.json"}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"id": "trial-0"}'])
def test_a_damaged_trial_counts_as_not_finished(folder, content):
    folder.trial("trial-0").mkdir(parents=True)
    (folder.trial("trial-0") / "trial.json").write_bytes(content)
    assert folder.read_trial("trial-0") is None
    assert folder.assemble(["trial-0"]).trials == ()


def test_results_are_assembled_in_the_order_of_the_plan(folder, make_trial):
    for seed in (2, 0, 1):
        folder.write_trial(make_trial(seed).record(status="failed", reason="no luck"))
    run = folder.assemble(["trial-1", "trial-9", "trial-0"])
    assert [trial.id for trial in run.trials] == ["trial-1", "trial-0"]
    assert run.planned == 3
    assert folder.read() == run


def test_experiments_stand_by_themselves_and_a_run_is_over_with_the_last_of_them(folder, make_trial):
    assert not folder.assemble(["trial-0"], ["trial-1"]).over
    for seed in (0, 1):
        folder.write_trial(make_trial(seed).record(status="failed", reason="no luck"))
    assert not folder.assemble(["trial-0"], ["trial-1", "trial-2"]).over
    run = folder.assemble(["trial-0"], ["trial-1"])
    assert [[trial.id for trial in some] for some in (run.trials, run.experiments)] == [["trial-0"], ["trial-1"]]
    assert (run.planned, run.experiments_planned, run.over) == (1, 1, True)
    assert folder.read() == run


def test_a_run_without_a_finished_trial_can_be_assembled(folder):
    assert folder.assemble(["trial-0"]).trials == ()
    assert json.loads(folder.results.read_text())["planned"] == 1


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"study": {}}'])
def test_a_header_that_is_none_is_refused_in_one_line(folder, content):
    folder.header.write_text(content)
    with pytest.raises(UserError, match=r"study.json is damaged or not of a run") as error:
        folder.read_header()
    assert "\n" not in str(error.value)


def test_nothing_can_be_assembled_without_a_header(tmp_path):
    with pytest.raises(UserError, match="holds no run"):
        RunFolder(tmp_path).assemble([])


def test_damaged_results_are_told(folder):
    folder.results.write_text('{"schema": 1}')
    with pytest.raises(UserError, match=r"results.json is damaged or of another version: name: Field required"):
        folder.read()


def test_a_run_is_found_by_path_and_by_name(folder, tmp_path):
    folder.assemble([])
    assert find_run("a", tmp_path / "out").path == folder.path
    assert find_run(str(folder.path), tmp_path / "elsewhere").path == folder.path
    assert [run.name for run in runs(tmp_path / "out")] == ["a"]


def test_a_run_that_is_nowhere_is_an_error_that_says_where_to_look(tmp_path):
    with pytest.raises(UserError, match=r"no run 'nosuch' here or in .*list runs"):
        find_run("nosuch", tmp_path)
    assert runs(tmp_path / "nowhere") == []


def test_a_folder_is_made_when_it_is_locked(tmp_path):
    folder = RunFolder(tmp_path / "deep/out/a")
    with folder.locked():
        assert folder.path.is_dir()


def test_a_locked_folder_refuses_a_second_run_until_the_first_ends(folder):
    second = RunFolder(folder.path).locked()
    with folder.locked(), pytest.raises(UserError, match=r"another run is at work in .*/out/a"), second:
        pass
    with RunFolder(folder.path).locked():
        pass


def test_the_lock_holds_against_another_process_and_ends_with_it(folder):
    program = (
        "import pathlib, sys, time\n"
        "from bench.results.folder import RunFolder\n"
        "with RunFolder(pathlib.Path(sys.argv[1])).locked():\n"
        "    print('locked', flush=True)\n"
        "    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as other:
        try:
            assert other.stdout.readline() == b"locked\n"
            with pytest.raises(UserError, match="another run is at work"), folder.locked():
                pass
        finally:
            other.kill()
    with folder.locked():
        pass


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="exists and holds no run: choose another --name"), RunFolder(tmp_path).locked():
        pass
    assert tree(tmp_path) == {"thesis.txt"}


def test_an_empty_folder_and_one_of_a_refused_start_can_be_used(tmp_path):
    for _ in range(2):
        with RunFolder(tmp_path).locked():
            assert tree(tmp_path) == {".lock"}


@pytest.mark.parametrize("place", ["a file/out/a", "a file/a", "a file"])
def test_what_cannot_be_written_to_is_refused_in_one_line(tmp_path, place):
    (tmp_path / "a file").write_text("")
    message = r"cannot write to .*: .*; choose another place with --out"
    with pytest.raises(UserError, match=message) as error, RunFolder(tmp_path / place).locked():
        pass
    assert "\n" not in str(error.value)


def test_clearing_removes_the_run_and_keeps_the_lock(folder, make_trial, tmp_path):
    folder.write_trial(make_trial().record(status="failed", reason="no luck"))
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/data").write_text("x")
    (folder.path / "link").symlink_to(tmp_path / "precious")
    with folder.locked():
        folder.clear()
        assert tree(folder.path) == {".lock"}
    assert (tmp_path / "precious/data").exists()


def test_a_removal_that_is_broken_off_leaves_a_run_that_can_be_removed(folder, monkeypatch):
    (folder.path / "trials/one").mkdir(parents=True)
    (folder.path / "a.txt").write_text("before and after the header by name")
    (folder.path / "z.txt").write_text("")

    def broken(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bench.results.folder.shutil.rmtree", broken)
        with pytest.raises(KeyboardInterrupt):
            folder.clear()
    assert folder.header.exists()
    folder.clear()
    assert tree(folder.path) == set()
