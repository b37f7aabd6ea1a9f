"""The evaluator as the harness sees it: samples in, quality records out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.execution import latent
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.quality.availability import scoring_unavailable
from bench.quality.cards import card_named
from bench.quality.curve import DISTANCES, Moment, TimeToQuality, preset_target, time_to_quality
from bench.quality.record import Quality
from bench.quality.score import LARGEST_N

RUN_LOG = "evaluator.log"

EVALUATOR = "bench.quality.evaluator"
"""The module that the process runs."""
SCORED = ("n", "fd", "kid", "extractor", "reference", "evaluation_seconds")
"""What a checkpoint's record takes from its score."""
UNSCORED = (
    "quality",
    "quality_by_extractor",
    "evaluation_seconds",
    "time_to_quality",
    "curve.fd",
    "curve.kid",
    "curve.evaluation_seconds",
)
"""What is absent from a trial that was not scored."""


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
        self,
        dataset: str,
        data: str | None,
        folder: Path,
        measured: dict[str, Any],
        timeout_seconds: float,
        *,
        classifier: str | None = None,
        experiments: bool = False,
    ) -> dict[str, Any]:
        """The scores of a trial's samples and checkpoints, as fields of its record.

        `data` is the fingerprint that the data set must have, and `classifier` the name that the `domain` extractor
        must have, if any. `measured` names the files; the samples of checkpoints and walks are removed once they are
        scored. `experiments` asks for the records of `bench.execution.latent`. What this machine cannot score is
        absent, with the reason. Raises `ScoringFailedError` when it should have been scored.
        """
        if self.unavailable:
            return unscored(folder, measured, self.unavailable)
        curve = [{"path": str(folder / point["samples"]), "n": point["n"]} for point in measured["curve"]]
        answer = self._answer(
            timeout_seconds,
            dataset=dataset,
            data=data,
            classifier=classifier,
            samples=str(folder / measured["samples"]),
            n=LARGEST_N,
            curve=curve,
            pairs=str(folder),
            **latent.asked(folder, measured, experiments=experiments),
        )
        return _scored(measured, answer, folder)

    def qualities(
        self, dataset: str, data: str | None, samples: Path, n: int, timeout_seconds: float
    ) -> dict[str, Quality]:
        """The scores, by kind of extractor, of the first n images in an .npz file, whoever made it.

        `data` is the fingerprint that the data set must have, if any. Raises `ScoringFailedError`, also where this
        machine cannot score.
        """
        if self.unavailable:
            raise ScoringFailedError(self.unavailable)
        answer = self._answer(timeout_seconds, dataset=dataset, data=data, samples=str(samples), n=n, curve=[])
        return _qualities(answer)

    def _answer(self, timeout_seconds: float, **request: Any) -> dict[str, Any]:
        """What the evaluator answers to a request; everything that goes wrong is a `ScoringFailedError`."""
        self._asked += 1
        request = {"id": self._asked, "task": "score", **request, **self._settings}
        try:
            answer = self._ask(request, time.monotonic() + timeout_seconds)
        except HelperDiedError as error:
            raise ScoringFailedError(f"the evaluator died: {error}") from None
        except HelperTimeoutError:
            raise ScoringFailedError(f"the evaluator did not answer within {timeout_seconds:g} s") from None
        if not answer["ok"]:
            raise ScoringFailedError(f"scoring failed: {answer['error']}")
        return answer

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


def _qualities(answer: dict[str, Any]) -> dict[str, Quality]:
    return {kind: Quality.model_validate(quality) for kind, quality in answer["quality_by_extractor"].items()}


def _scored(measured: dict[str, Any], answer: dict[str, Any], folder: Path) -> dict[str, Any]:
    qualities = _qualities(answer)
    curve, absent = [], {}
    for point, score in zip(measured["curve"], answer["curve"], strict=True):
        curve.append({**_without_samples(point), **{key: score[key] for key in SCORED}})
        for key in ("fd", "kid", "evaluation_seconds"):
            if score[key] is None:
                absent[f"curve.{key}"] = score["absent"][key]
    quality = next(iter(qualities.values()))
    over_time = _time_to_quality(curve, quality)
    if over_time is None:
        absent["time_to_quality"] = absent.get("curve.kid", "no checkpoint was taken")
    experiments, reasons = latent.found(measured, answer)
    # Last: as long as anything can fail, what was to be scored is still there.
    _remove_samples(folder, measured)
    return {
        **experiments,
        "quality": quality,
        "quality_by_extractor": {quality.extractor: quality for quality in qualities.values()},
        "evaluation_seconds": answer["seconds"],
        "curve": curve,
        "time_to_quality": over_time,
        "absent": absent | reasons,
    }


def _time_to_quality(curve: list[dict[str, Any]], quality: Quality) -> TimeToQuality | None:
    """What a scored curve says; None where no point has a distance."""
    for figure in DISTANCES:
        points = [point for point in curve if point[figure] is not None]
        if points:
            extractor, n = points[-1]["extractor"], points[-1]["n"]
            target = preset_target(figure, n, quality, card_named(extractor))
            moments = [Moment(point["images"], point["seconds"], point[figure]) for point in points]
            return time_to_quality(figure, extractor, n, points[-1]["reference"], moments, target)
    return None


def unscored(folder: Path, measured: dict[str, Any], reason: str) -> dict[str, Any]:
    """What stands in a record in the place of scores, for one reason; the checkpoints' samples are removed."""
    _remove_samples(folder, measured)
    return {
        "curve": [{**_without_samples(point), "fd": None} for point in measured["curve"]],
        "absent": dict.fromkeys(UNSCORED, reason),
    }


def _remove_samples(folder: Path, measured: dict[str, Any]) -> None:
    for point in measured["curve"]:
        (folder / point["samples"]).unlink()
    latent.remove(folder, measured)


def _without_samples(point: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in point.items() if key != "samples"}
