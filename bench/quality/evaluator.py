"""The evaluator's process: `python -m bench.quality.evaluator` scores samples until its input ends.

One JSON object a line, each answered by one:

    {"id": 1, "task": "score", "samples": "samples.npz", "dataset": "mnist-mini", "data": null,
     "classifier": "mnist-c9d32e29", "extractors": ["domain"], "inception_weights": null, "n": 10000, "threads": 2,
     "device": "cpu", "curve": [{"path": "checkpoint.npz", "n": 2000}],
     "pairs": "folder", "walks": "walks.npz", "fixed_noise": true}
    {"id": 1, "ok": true, "quality_by_extractor": {"domain": {...}}, "curve": [{...}],
     "walks": {...}, "fixed_noise": "why there is none", "seconds": 2.3}
    {"id": 2, "ok": false, "error": "one line"}

Samples lie in .npz files under the key `images`, uint8 [N, H, W, C]; of conditional models with the classes that were
asked for under `labels`, integers [N]. The first extractor is the primary one and scores the curve. A request that
fails is answered and logged; the next one is served. A small experiment that fails is absent, with the reason, and
leaves the scores as they are.
"""

from __future__ import annotations

import logging
import sys
import time
import zipfile
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.datasets import ImageSet, load
from bench.errors import UserError
from bench.jsonlines import Channel
from bench.quality.extractors import load_extractor
from bench.quality.features import Extractor, Images, NoExtractorError, checked_images
from bench.quality.fixed_noise import CHECKPOINTS, over_time
from bench.quality.pair_pictures import draw_pairs
from bench.quality.record import CurvePoint, Quality
from bench.quality.score import CURVE_N, LARGEST_N, Checkpoint, checkpoint, score, unscored, unscored_point
from bench.quality.walks import judge_walks, why_no_classifier

log = logging.getLogger(__name__)


class CurveSamples(BaseModel):
    """The samples of one checkpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    n: int = Field(CURVE_N, ge=1)


class ScoreRequest(BaseModel):
    """What the harness asks; see the module for the meaning. An unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int | str
    task: Literal["score"]
    samples: Path
    dataset: str
    data: str | None = None
    """Fingerprint that the images must have; None: whichever the data set's name stands for."""
    classifier: str | None = None
    """Name that the extractor of kind `domain` must have; None: whichever is at hand."""
    extractors: tuple[str, ...] = Field(("domain",), min_length=1)
    inception_weights: Path | None = None
    n: int = Field(LARGEST_N, ge=1)
    threads: int = Field(1, ge=1)
    device: Literal["cpu", "cuda"] = "cpu"
    curve: tuple[CurveSamples, ...] = ()
    pairs: Path | None = None
    """Folder to which the nearest pairs of the primary extractor's score are drawn; None: they are not."""
    walks: Path | None = None
    """Walks through a latent space (`bench.training.walks`), for the first extractor that tells the classes apart."""
    fixed_noise: bool = False
    """Whether the last checkpoints of the curve, all of the same noise, are looked at together."""


def answer(message: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request, whatever happens: an error becomes one line and a traceback in the log."""
    try:
        return _scored(_request(message))
    except UserError as error:
        text = str(error)
    except Exception as error:  # the process outlives every request
        log.exception("request %s failed", message.get("id"))
        text = f"{type(error).__name__}: {error}"
    return {"id": message.get("id"), "ok": False, "error": " ".join(text.split())}


def read_images(path: Path) -> Images:
    """The images uint8 [N, H, W, C] of an .npz file's key `images`; anything else is a UserError."""
    images, _ = read_samples(path)
    return images


def read_samples(path: Path) -> tuple[Images, NDArray[np.generic] | None]:
    """The images of `read_images`, and what the file has under `labels`, as it is, or None."""
    try:
        # Opened here, because numpy leaves the file open where it is no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return checked_images(arrays["images"]), arrays.get("labels")
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except (OSError, EOFError, KeyError, ValueError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path} is not an .npz file with a key 'images': {error}") from error


def _request(message: dict[str, Any]) -> ScoreRequest:
    try:
        return ScoreRequest.model_validate(message)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"bad request: {where}: {first['msg']}") from error


def _scored(request: ScoreRequest) -> dict[str, Any]:
    import torch  # Here, because standard output is only safe once the channel has taken it.

    torch.set_num_threads(request.threads)
    started = time.perf_counter()
    against = _data_set(request.dataset, request.data)
    images, labels = read_samples(request.samples)
    # The curve first: its last pictures may be the samples, whose features are then taken once.
    curve, last = [], deque[Checkpoint](maxlen=CHECKPOINTS)
    for kept in request.curve:
        scored = _checkpoint(request.extractors[0], kept, against, request)
        curve.append(scored.point if isinstance(scored, Checkpoint) else scored)
        if request.fixed_noise and isinstance(scored, Checkpoint):
            last.append(scored)
    qualities = {kind: _quality(kind, images, labels, against, request) for kind in request.extractors}
    if request.pairs is not None:
        draw_pairs(request.pairs, qualities[request.extractors[0]], images, against.train_images)
    return {
        "id": request.id,
        "ok": True,
        "quality_by_extractor": {kind: _json(quality) for kind, quality in qualities.items()},
        "curve": [_json(point) for point in curve],
        "walks": _attempted(partial(_walks, request.walks, against, request)) if request.walks else None,
        "fixed_noise": (
            _attempted(partial(_fixed_noise, last, curve, against, request)) if request.fixed_noise else None
        ),
        "seconds": time.perf_counter() - started,
    }


def _quality(
    kind: str, images: Images, labels: NDArray[np.generic] | None, against: ImageSet, request: ScoreRequest
) -> Quality:
    try:
        return score(images, against, _extractor(kind, against, request), request.n, labels)
    except NoExtractorError as reason:
        return unscored(kind, images, against, str(reason), request.n)


def _checkpoint(kind: str, samples: CurveSamples, against: ImageSet, request: ScoreRequest) -> Checkpoint | CurvePoint:
    images = read_images(samples.path)
    try:
        return checkpoint(images, against, _extractor(kind, against, request), samples.n)
    except NoExtractorError as reason:
        return unscored_point(kind, images, against, str(reason), samples.n)


def _attempted(experiment: Callable[[], dict[str, Any] | str]) -> dict[str, Any] | str:
    """What a small experiment found, or why there is none: a fault in it must not cost a trial its scores."""
    try:
        return experiment()
    except Exception as error:
        log.exception("an experiment failed")
        return " ".join(f"it could not be judged: {type(error).__name__}: {error}".split())


def _walks(path: Path, against: ImageSet, request: ScoreRequest) -> dict[str, Any] | str:
    """The record of the walks, or why there is none."""
    reasons = []
    for kind in request.extractors:
        try:
            extractor = _extractor(kind, against, request)
        except NoExtractorError as reason:
            reasons.append(str(reason))
            continue
        why_not = why_no_classifier(extractor, against)
        if why_not is None:
            return _json(judge_walks(path, against, extractor))
        reasons.append(why_not)
    return reasons[0]


def _fixed_noise(
    last: Sequence[Checkpoint], curve: Sequence[CurvePoint], against: ImageSet, request: ScoreRequest
) -> dict[str, Any] | str:
    """Figures of the last checkpoints, or why there are none."""
    if curve and not last:
        return curve[-1].absent["fd"]
    if len(last) < CHECKPOINTS:
        return f"it takes {CHECKPOINTS} checkpoints, and there were {len(last)}"
    extractor = _extractor(request.extractors[0], against, request)
    reference = last[-1].reference
    return over_time([scored.generated for scored in last], reference, extractor, against.num_classes)


def _extractor(kind: str, against: ImageSet, request: ScoreRequest) -> Extractor:
    weights = request.inception_weights if kind == "inception" else None
    return _loaded_extractor(kind, against, weights, request.device, request.classifier if kind == "domain" else None)


def _load_extractor(kind: str, against: ImageSet, weights: Path | None, device: str, required: str | None) -> Extractor:
    extractor = load_extractor(kind, against, weights, device)
    if required not in (None, extractor.name):
        raise UserError(f"the extractor has changed since the plan ({required} then, {extractor.name} now): run again")
    return extractor


# The requests of a run follow one another on few data sets and extractors, and reading them takes seconds.
_data_set: Callable[[str, str | None], ImageSet] = lru_cache(maxsize=2)(load)
_loaded_extractor: Callable[[str, ImageSet, Path | None, str, str | None], Extractor] = lru_cache(maxsize=4)(
    _load_extractor
)


def _json(record: BaseModel) -> dict[str, Any]:
    return record.model_dump(mode="json", by_alias=True)


def main() -> None:
    """Serve requests on the standard streams until the input ends; logs go to standard error."""
    channel = Channel.on_standard_streams()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for message in channel:
        channel.send(answer(message))


if __name__ == "__main__":
    main()
