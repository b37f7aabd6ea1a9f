"""What IMAGES names: a folder of pictures, an .npz file, or the samples of a finished trial."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bench.errors import UserError
from bench.results.folder import RunFolder, find_run
from bench.results.record import TrialRecord
from bench.results.search import trial_of
from bench.sampling.drawings import file_in


def find_images(images: str, trial: str | None, out: Path) -> Path:
    """The folder of pictures or .npz file that is meant.

    With `trial`, its id or the beginning of it, `images` is a run: its name in `out`, or its folder. A folder that is a
    run's or a trial's own stands for the samples that a trial left. Raises `UserError` for what is not there.
    """
    path = Path(images).expanduser()
    if trial is not None:
        return _samples(find_run(images, out), trial)
    if (path / "trial.json").is_file():
        folder = path.resolve()
        return _samples(_run_of(folder), folder.name)
    if (path / "results.json").is_file() or (not path.exists() and (out / images / "results.json").is_file()):
        return _samples(find_run(images, out), None)
    if not path.exists():
        raise UserError(
            f"there is no folder, no file and no run '{images}': name pictures, an .npz file, or a run (see --out)"
        )
    return path


def trial_beside(path: Path) -> TrialRecord | None:
    """The trial in whose folder a file lies, as the samples that it left do; None for other files and folders."""
    beside = path.parent / "trial.json"
    if not (path.is_file() and beside.is_file()):
        return None
    try:
        return TrialRecord.model_validate_json(beside.read_bytes())
    except ValidationError:
        raise UserError(f"{beside} is damaged or of another version") from None


def _run_of(trial: Path) -> RunFolder:
    """The run that a trial's folder is in; one that was copied out of its run is refused with what to name."""
    run = RunFolder(trial.parent.parent)
    if run.trial(trial.name) != trial or not (run.header.is_file() or run.results.is_file()):
        raise UserError(f"the trial in {trial} is not inside a run: name its samples.npz")
    return run


def _samples(run: RunFolder, trial: str | None) -> Path:
    """The samples of one trial of a run; `None`: of the only one that has any."""
    record = _record(run, trial)
    folder = run.trial(record.id)
    if "samples" not in record.artifacts:
        raise UserError(f"trial {record.id} left no samples: it ended {record.status}: {record.reason}")
    path = file_in(folder, record.artifacts["samples"])
    if not path.is_file():
        raise UserError(f"there is no file {path}: the trial's samples were removed; run it again")
    return path


def _record(run: RunFolder, trial: str | None) -> TrialRecord:
    if trial is not None:
        # A trial that a later plan left behind is in no list of results, and still has its record.
        record = run.read_trial(trial)
        if record is not None:
            return record
    return trial_of(run.read(), trial)
