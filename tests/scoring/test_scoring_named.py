"""IMAGES may be a folder, a file, a run or a trial; what is not there is told from what left no samples."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.results.folder import RunFolder
from bench.results.record import RunHeader
from bench.scoring.named import _run_of, find_images, trial_beside


@pytest.fixture
def out(tmp_path, make_trial):
    """A run of two trials, one of which failed, and of one that the plan has left behind."""
    folder = RunFolder(tmp_path / "out/a")
    header = RunHeader(name="a", created="2026", command="", study={}, machine={}, versions={}, git=None)
    for seed in (0, 2):
        folder.write_trial(make_trial(seed).record(status="ok", artifacts={"samples": "samples.npz"}))
        (folder.trial(f"trial-{seed}") / "samples.npz").touch()
    folder.write_trial(make_trial(1).record(status="failed", reason="no luck"))
    folder.write_header(header)
    folder.assemble(["trial-0", "trial-1"])
    return tmp_path / "out"


def test_folders_and_files_are_themselves(tmp_path, out):
    (tmp_path / "a.npz").touch()
    assert find_images(str(tmp_path), None, out) == tmp_path
    assert find_images(str(tmp_path / "a.npz"), None, out) == tmp_path / "a.npz"


def test_a_run_stands_for_the_only_trial_that_ended_ok(out, monkeypatch):
    samples = out / "a/trials/trial-0/samples.npz"
    assert find_images("a", None, out) == samples
    assert find_images(str(out / "a"), None, out) == samples
    monkeypatch.chdir(out.parent)
    (out.parent / "a").mkdir()  # pictures: what is here is meant before a run of that name is
    assert find_images("a", None, out).is_dir()


def test_a_trial_is_named_by_its_id_or_its_folder(out):
    for seed in (0, 2):
        samples = out / f"a/trials/trial-{seed}/samples.npz"
        assert find_images("a", f"trial-{seed}", out) == samples
        assert find_images(str(samples.parent), None, out) == samples
    assert find_images("a", "trial-0", out) == find_images(str(out / "a"), "trial-0", out / "elsewhere")


def test_a_trial_that_was_copied_out_of_its_run_says_what_to_name(tmp_path, out):
    copies = [tmp_path / "copy", tmp_path / "trials/trial-0"]
    for copy in copies:
        shutil.copytree(out / "a/trials/trial-0", copy)
        with pytest.raises(UserError, match=rf"^the trial in {copy} is not inside a run: name its samples\.npz$"):
            find_images(str(copy), None, out)
    samples = str(copies[0] / "samples.npz")
    assert find_images(samples, None, out) == copies[0] / "samples.npz"


def test_a_trials_folder_at_the_root_is_refused_alike():
    with pytest.raises(UserError, match=r"^the trial in / is not inside a run"):
        _run_of(Path("/"))


def test_a_trials_own_samples_are_told_from_other_files(tmp_path, out):
    (tmp_path / "a.npz").touch()
    beside = trial_beside(out / "a/trials/trial-0/samples.npz")
    assert beside is not None
    assert beside.id == "trial-0"
    assert trial_beside(tmp_path / "a.npz") is None
    assert trial_beside(out / "a/trials/trial-0") is None
    (tmp_path / "trial.json").write_text("{}")
    with pytest.raises(UserError, match=r"trial\.json is damaged or of another version"):
        trial_beside(tmp_path / "a.npz")


def test_a_trial_without_samples_says_why(out):
    for images, trial in (("a", "trial-1"), (str(out / "a/trials/trial-1"), None)):
        with pytest.raises(UserError, match=r"^trial trial-1 left no samples: it ended failed: no luck$"):
            find_images(images, trial, out)
    (out / "a/trials/trial-0/samples.npz").unlink()
    with pytest.raises(UserError, match=r"there is no file .*samples.npz: the trial's samples were removed"):
        find_images("a", "trial-0", out)


def test_a_record_that_leads_out_of_the_trial_is_not_followed(out, make_trial):
    RunFolder(out / "a").write_trial(make_trial(2).record(status="ok", artifacts={"samples": "../../study.json"}))
    with pytest.raises(UserError, match=r"leads out of"):
        find_images("a", "trial-2", out)


def test_what_is_not_there_is_refused(out):
    with pytest.raises(
        UserError, match=r"there is no folder, no file and no run 'nosuch': name pictures, an .npz file"
    ):
        find_images("nosuch", None, out)
    with pytest.raises(UserError, match=r"unknown trial of run a 'trail-1': did you mean trial-1"):
        find_images("a", "trail-1", out)
    with pytest.raises(UserError, match=r"no run 'nosuch'"):
        find_images("nosuch", "trial-1", out)
