"""The run folder: OUT/NAME with study.json, trials/ID/..., results.json and report.html."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from bench.errors import UserError
from bench.paths import write_atomically
from bench.results.record import RunHeader, RunRecord, TrialRecord

LOCK = ".lock"
"""File of a run's folder that is locked while something writes there; it stays, the lock does not."""


class RunFolder:
    """Paths and files of one run. Every file in it is written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """The run's name: that of its folder."""
        return self.path.name

    @property
    def header(self) -> Path:
        """What stands before the first trial: study, machine, versions, git, command, time."""
        return self.path / "study.json"

    @property
    def results(self) -> Path:
        """Everything measured, assembled from the trials."""
        return self.path / "results.json"

    @property
    def answer(self) -> Path:
        """What the run answers, judged from the results."""
        return self.path / "answer.json"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"

    def trial(self, trial_id: str) -> Path:
        """The folder of one trial."""
        return self.path / "trials" / trial_id

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and keep every other process that asks for the same out of it.

        A folder that cannot be written to, that holds something else than a run, or in which another run is at work is
        refused. The lock ends with the process at the latest.
        """
        try:
            # Judged before anything is written: `.lock` alone is what a start leaves that was refused later.
            if self.path.exists() and not self.header.exists() and any(p.name != LOCK for p in self.path.iterdir()):
                raise UserError(f"{self.path} exists and holds no run: choose another --name")
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / LOCK).open("wb")
        except OSError as error:
            raise UserError(f"cannot write to {self.path}: {error.strerror}; choose another place with --out") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UserError(
                    f"another run is at work in {self.path}: wait for it, or choose another --name"
                ) from None
            yield

    def clear(self) -> None:
        """Remove the run that is here; the lock stays in place, because it may be held.

        The header goes last: without it, what is left when this is broken off would be nobody's.
        """
        for path in sorted(self.path.iterdir(), key=lambda path: path == self.header):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != LOCK:
                path.unlink()

    def write_trial(self, record: TrialRecord) -> None:
        """Write a trial's record; it is then finished."""
        write_atomically(self.trial(record.id) / "trial.json", record.to_json())

    def read_trial(self, trial_id: str) -> TrialRecord | None:
        """The record of a finished trial, or None where there is none (or none that can be read)."""
        path = self.trial(trial_id) / "trial.json"
        try:
            return TrialRecord.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def finished(self) -> set[str]:
        """The ids of all trials that have a record here, also of those that no plan asks for any more."""
        return {path.parent.name for path in self.path.glob("trials/*/trial.json")}

    def write_header(self, header: RunHeader) -> None:
        """Write what is known before the first trial."""
        write_atomically(self.header, header.to_json())

    def read_header(self) -> RunHeader | None:
        """What was known before the first trial, or None where no run was ever started here."""
        try:
            return RunHeader.model_validate_json(self.header.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            raise UserError(
                f"{self.header} is damaged or not of a run: choose another --name, or remove the folder by hand"
            ) from None

    def assemble(
        self, planned: Iterable[str], experiments: Iterable[str] = (), waiting: Collection[str] = ()
    ) -> RunRecord:
        """Put `results.json` together from the trials and experiments of the plan that are finished, in its order.

        Trials that are `waiting` count as still to come, whatever an earlier attempt left of them.
        """
        header = self.read_header()
        if header is None:
            raise UserError(f"{self.path} holds no run: study.json is missing")
        ids, extra = list(planned), list(experiments)
        run = RunRecord(
            **dict(header),
            trials=self._finished(trial for trial in ids if trial not in waiting),
            experiments=self._finished(trial for trial in extra if trial not in waiting),
            planned=len(ids),
            experiments_planned=len(extra),
        )
        write_atomically(self.results, run.to_json())
        return run

    def _finished(self, ids: Iterable[str]) -> tuple[TrialRecord, ...]:
        return tuple(record for record in map(self.read_trial, ids) if record is not None)

    def read(self) -> RunRecord:
        """The run as last assembled."""
        try:
            return RunRecord.model_validate_json(self.results.read_bytes())
        except FileNotFoundError:
            raise UserError(f"no run in {self.path}: `python -m bench list runs` shows what there is") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise UserError(f"{self.results} is damaged or of another version: {where}: {first['msg']}") from None


def find_run(run: str, out: Path) -> RunFolder:
    """The run that RUN names: a path to its folder, or the name of a folder in OUT."""
    for candidate in (Path(run), out / run):
        if (candidate / "results.json").is_file():
            return RunFolder(candidate)
    raise UserError(
        f"no run '{run}' here or in {out}: `python -m bench list runs` shows what there is (--out names another folder)"
    )


def runs(out: Path) -> list[RunFolder]:
    """Every run in OUT, by name."""
    return [RunFolder(path.parent) for path in sorted(out.glob("*/results.json"))]
