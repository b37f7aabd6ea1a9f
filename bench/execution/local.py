"""Trials on this machine: one at a time, each in a worker process, nothing beside them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.budget import NO_IWAE
from bench.execution import latent
from bench.execution.evaluation import Evaluator, ScoringFailedError, unscored
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.plan import Trial, expected_scoring_seconds, expected_seconds, first_time_seconds
from bench.quality import random_weights
from bench.quality.record import PAIR_PICTURES
from bench.results.folder import RunFolder
from bench.results.record import Framework, PairRecord, TrialRecord
from bench.training.latent_pictures import LATENT_PICTURES
from bench.training.worker import LOG

Notify = Callable[[Trial, float], None]
"""Called with a trial and the fraction of its budget that is done."""

SLOWEST = 10.0
"""A trial is ended when it takes this many times as long as expected ..."""
PATIENCE_SECONDS = 600.0
"""... and this much longer: a slow machine is no failure, a hanging one is."""

NOT_MEASURED = {
    "energy_joules": "no energy counter is read yet",
    "flops_per_image": "not counted yet",
    "fraction_of_peak": "needs flops_per_image and the machine's peak",
}
WORKER = "bench.training.worker"
"""The module that a worker runs."""
RATES = ("images_per_second", "images_per_second_quartiles")
AFTER_TRAINING = ("sample_images_per_second", "final_losses")


class LocalExecutor:
    """Runs trials in worker processes of their framework; the trials of one call share a worker.

    To be entered: however it is left, by Ctrl-C as well, no worker outlives it. With `keep_workers` the trials of all
    calls share workers, one for each framework. `pairs` says of each model, by its text, whether its halves were proved
    equal.
    """

    def __init__(
        self,
        folder: RunFolder,
        evaluator: Evaluator,
        interpreters: Mapping[Framework, str],
        timeout_seconds: float | None = None,
        worker: str = WORKER,
        pairs: Mapping[str, PairRecord] | None = None,
        *,
        keep_workers: bool = False,
    ) -> None:
        self._folder = folder
        self._evaluator = evaluator
        self._interpreters = interpreters
        self._timeout_seconds = timeout_seconds
        self._module = worker
        self._pairs = pairs or {}
        self._keep_workers = keep_workers
        self._workers: dict[Framework, Helper] = {}

    def run(self, trials: list[Trial], notify: Notify, finished: Callable[[TrialRecord], None]) -> None:
        """Run trials of one framework one after the other.

        `finished` gets each record once it is written. A trial that fails, or whose worker dies, is a record as well,
        and the next one goes on, in a fresh worker if need be.
        """
        for trial in trials:
            record = self._run_one(trial, notify)
            self._folder.write_trial(record)
            finished(record)
        if not self._keep_workers:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.kill()

    def close(self) -> None:
        """Let the workers end."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()

    def kill(self) -> None:
        """End the workers at once."""
        for worker in self._workers.values():
            worker.kill()
        self._workers.clear()

    def _run_one(self, trial: Trial, notify: Notify) -> TrialRecord:
        if trial.skip is not None:
            return trial.record(status="skipped", reason=trial.skip, absent=_all_absent("skipped"))
        folder = self._folder.trial(trial.id)
        if folder.exists():  # what an attempt left that was broken off
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        try:
            measured = self._train(trial, folder, notify)
        except (HelperDiedError, _FailedError) as error:
            return self._failed(trial, folder, str(error))
        except HelperTimeoutError:
            return self._failed(trial, folder, f"ended after {self._limit(trial):g} s without a result")
        return self._measured(trial, folder, measured)

    def _train(self, trial: Trial, folder: Path, notify: Notify) -> dict[str, Any]:
        deadline = time.monotonic() + self._limit(trial)
        worker = self._living_worker(trial, folder / LOG)
        worker.send(_request(trial, folder))
        while True:
            answer = worker.receive(deadline)
            if answer["event"] == "finished":
                measured: dict[str, Any] = answer["measured"]
                return measured
            if answer["event"] == "failed":
                raise _FailedError(answer["reason"])
            notify(trial, answer["fraction"])

    def _living_worker(self, trial: Trial, log: Path) -> Helper:
        """The worker of an earlier trial, or a fresh one; each trial has a log of its own."""
        worker = self._workers.get(trial.framework)
        if worker is not None:
            if worker.is_alive:
                worker.log = log
                return worker
            worker.kill()  # what it started may have outlived it
        self._workers[trial.framework] = Helper(
            self._module,
            trial.framework,
            str(trial.threads),
            log=log,
            interpreter=self._interpreters.get(trial.framework),
        )
        return self._workers[trial.framework]

    def _limit(self, trial: Trial) -> float:
        return self._timeout_seconds or SLOWEST * expected_seconds(trial) + PATIENCE_SECONDS

    def _failed(self, trial: Trial, folder: Path, reason: str) -> TrialRecord:
        log = {"log": LOG} if (folder / LOG).exists() else {}
        return trial.record(status="failed", reason=reason, absent=_all_absent("failed"), artifacts=log)

    def _measured(self, trial: Trial, folder: Path, measured: dict[str, Any]) -> TrialRecord:
        artifacts = {"log": LOG}
        absent = dict(NOT_MEASURED)
        if measured["status"] == "ok":
            artifacts |= {"samples": measured["samples"], "grid": "grid.png", "weights": "weights.safetensors"}
            artifacts |= latent.picture(measured)
            artifacts |= _pictures(folder, LATENT_PICTURES)
            try:
                scores = self._evaluator.score(
                    trial.dataset,
                    trial.data,
                    folder,
                    measured,
                    # Of any trial: those before it may have failed before anything was scored.
                    SLOWEST * (expected_scoring_seconds(trial) + first_time_seconds(trial)) + PATIENCE_SECONDS,
                    classifier=trial.classifier or random_weights.NAME,
                    experiments=trial.experiments,
                )
                artifacts |= _pictures(folder, PAIR_PICTURES)
            except ScoringFailedError as error:
                measured |= {"status": "failed", "reason": str(error)}
                scores = unscored(folder, measured, str(error))
        else:
            scores = unscored(folder, measured, f"the trial {measured['status']}")
            absent |= dict.fromkeys(AFTER_TRAINING, f"the trial {measured['status']}")
        absent |= latent.absent(measured, scores, experiments=trial.experiments)
        if trial.choice.text not in self._pairs:
            absent["pair"] = "only one half of the pair runs, so there is no pair to prove"
        if measured.get("bound") is None:
            absent["bound"] = measured.get("no_bound") or f"the trial {measured['status']}"
        elif measured["bound"]["iwae"] is None:
            absent["bound.iwae"] = NO_IWAE
        if measured["peak_memory_bytes"] is None:
            absent["peak_memory_bytes"] = "the worker had run another trial before, whose peak it would be"
        if measured["images_per_second"] is None:
            absent |= dict.fromkeys(RATES, "no call of several steps was timed")
        passing = ("samples", "curve", "no_bound", "walks", "no_walks")
        fields = {key: value for key, value in measured.items() if key not in passing}
        return trial.record(
            **{**fields, **scores, "absent": {**absent, **scores["absent"]}},
            pair=self._pairs.get(trial.choice.text),
            artifacts=artifacts,
        )


class _FailedError(Exception):
    """The worker answered that the trial failed."""


def _request(trial: Trial, folder: Path) -> dict[str, Any]:
    return {
        "id": trial.id,
        "folder": str(folder.absolute()),
        "model": trial.choice.text,
        "framework": trial.framework,
        "dataset": trial.dataset,
        "seed": trial.seed,
        "batch_size": trial.budget.batch_size,
        "images": trial.budget.images,
        "seconds": trial.budget.seconds,
        "samples": trial.samples,
        "curve_samples": trial.curve_samples,
        "checkpoints": trial.checkpoints,
        "iwae": trial.iwae,
        "experiments": trial.experiments,
        "device": trial.device,
        "precision": trial.precision,
        "mode": trial.mode,
        "threads": trial.threads,
        "data": trial.data,
    }


def _pictures(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Those pictures of a trial that were drawn, as artifacts."""
    return {name: f"{name}.png" for name in names if (folder / f"{name}.png").exists()}


def _all_absent(status: str) -> dict[str, str]:
    measurable = [name for name, field in TrialRecord.model_fields.items() if field.default is None]
    return dict.fromkeys([name for name in measurable if name != "reason"], f"the trial was {status}")
