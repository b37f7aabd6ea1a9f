"""The evaluator as the harness sees it: samples in, quality records out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.quality.availability import scoring_unavailable
from bench.quality.record import Quality
from bench.quality.score import LARGEST_N

RUN_LOG = "evaluator.log"

EVALUATOR = "bench.quality.evaluator"
"""The module that the process runs."""


class ScoringFailedError(Exception):
    """Scores could have been computed here, and were not; the text says why."""


class Evaluator:
    """One PyTorch process for the whole run, started when first needed and again if it should die."""

    def __init__(
        self,
        folder: Path,
        extractors: tuple[str, ...],
        inception_weights: str | None,
        device: str,
        threads: int,
        interpreter: str | None = None,
        evaluator: str = EVALUATOR,
    ) -> None:
        self._log = folder / RUN_LOG
        self._module = evaluator
        self._interpreter = interpreter
        self._settings = {
            "extractors": extractors,
            "inception_weights": inception_weights,
            "device": device,
            "threads": threads,
        }
        self._helper: Helper | None = None
        self._asked = 0
        # Another interpreter is asked by what it has installed, when it is started.
        self.unavailable = scoring_unavailable() if interpreter is None else None

    def score(
        self, dataset: str, data: str | None, folder: Path, measured: dict[str, Any], timeout_seconds: float
    ) -> dict[str, Any]:
        """The scores of a trial's samples and checkpoints, as fields of its record.

        `data` is the fingerprint that the data set must have, if any. `measured` names the files; the checkpoints'
        samples are removed once they are scored. What this machine cannot score is absent, with the reason. Raises
        `ScoringFailedError` when it should have been scored.
        """
        if self.unavailable:
            return unscored(folder, measured, self.unavailable)
        self._asked += 1
        request = {
            "id": self._asked,
            "task": "score",
            "samples": str(folder / measured["samples"]),
            "dataset": dataset,
            "data": data,
            "n": LARGEST_N,
            "curve": [{"path": str(folder / point["samples"]), "n": point["n"]} for point in measured["curve"]],
            **self._settings,
        }
        try:
            answer = self._ask(request, time.monotonic() + timeout_seconds)
        except HelperDiedError as error:
            raise ScoringFailedError(f"the evaluator died: {error}") from None
        except HelperTimeoutError:
            raise ScoringFailedError(f"the evaluator did not answer within {timeout_seconds:g} s") from None
        if not answer["ok"]:
            raise ScoringFailedError(f"scoring failed: {answer['error']}")
        return _scored(measured, answer, folder)

    def _ask(self, request: dict[str, Any], deadline: float) -> dict[str, Any]:
        if self._helper is None or not self._helper.is_alive:
            self.kill()
            self._helper = Helper(self._module, log=self._log, interpreter=self._interpreter)
        self._helper.send(request)
        return self._helper.receive(deadline)

    def close(self) -> None:
        """Let the process end."""
        if self._helper is not None:
            self._helper.close()

    def kill(self) -> None:
        """End the process at once."""
        if self._helper is not None:
            self._helper.kill()


def _scored(measured: dict[str, Any], answer: dict[str, Any], folder: Path) -> dict[str, Any]:
    qualities = {kind: Quality.model_validate(quality) for kind, quality in answer["quality_by_extractor"].items()}
    curve, absent = [], {}
    for point, score in zip(measured["curve"], answer["curve"], strict=True):
        curve.append({**_without_samples(point), **{key: score[key] for key in ("n", "fd", "extractor", "reference")}})
        if score["fd"] is None:
            absent["curve.fd"] = score["absent"]["fd"]
    _remove_samples(folder, measured)
    return {
        "quality": next(iter(qualities.values())),
        "quality_by_extractor": {quality.extractor: quality for quality in qualities.values()},
        "evaluation_seconds": answer["seconds"],
        "curve": curve,
        "absent": absent,
    }


def unscored(folder: Path, measured: dict[str, Any], reason: str) -> dict[str, Any]:
    """What stands in a record in the place of scores, for one reason; the checkpoints' samples are removed."""
    _remove_samples(folder, measured)
    return {
        "curve": [{**_without_samples(point), "fd": None} for point in measured["curve"]],
        "absent": dict.fromkeys(("quality", "quality_by_extractor", "evaluation_seconds", "curve.fd"), reason),
    }


def _remove_samples(folder: Path, measured: dict[str, Any]) -> None:
    for point in measured["curve"]:
        (folder / point["samples"]).unlink()


def _without_samples(point: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in point.items() if key != "samples"}
