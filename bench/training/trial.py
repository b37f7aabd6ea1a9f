"""One trial, from the request that describes it to the measurements that answer it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from safetensors.numpy import save

from bench import datasets, models
from bench.paths import write_atomically
from bench.training.clock import Clock
from bench.training.contract import Array, Autoencoder, Model
from bench.training.frameworks import make_model
from bench.training.latent_pictures import LARGEST_SIDE, write_latent_pictures
from bench.training.loop import Diverged, Progress, train
from bench.training.pictures import GRID_SIDE, columns_for, tile, write_png, write_samples
from bench.training.schedule import Schedule
from bench.training.streams import Streams, initial_parameters
from bench.training.walks import take_walks, why_none

Send = Callable[[dict[str, Any]], None]

REPORT_EVERY_SECONDS = 1.0
SAMPLED_AT_A_TIME = 500
SAMPLING_REPEATS, SAMPLING_LEAST, SAMPLING_SECONDS = 5, 3, 1.0
"""How often sampling is timed: five times, or three where that takes longer than a second."""
IWAE_IMAGES, IWAE_SAMPLES = 500, 100
"""Test images of the importance-weighted bound, and posterior samples of each: k."""
IWAE_AT_ONCE = 10
"""Samples in one call: more would make TensorFlow trace as many decoders."""


class TrialRequest(BaseModel):
    """What a worker is asked to do. Paths are absolute; `model` is written as in a study."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    folder: Path
    model: str
    framework: Literal["torch", "tensorflow"]
    dataset: str
    seed: int
    batch_size: int
    images: int | None
    seconds: float | None
    samples: int
    """Pictures to draw at the end, for the scores."""
    curve_samples: int
    """Pictures to draw at each checkpoint."""
    checkpoints: int
    iwae: bool = False
    """Whether to take the importance-weighted bound of autoencoders."""
    experiments: bool = False
    """Whether to walk through the latent space, where that can be done."""
    device: Literal["cpu", "cuda"]
    precision: str
    mode: Literal["compiled", "eager"]
    threads: int
    data: str | None = None
    """Fingerprint that the images must have; None: whichever the data set's name stands for."""


def run_trial(request: TrialRequest, send: Send, *, cold_start: bool = True) -> dict[str, Any]:
    """Train, draw, measure, and write pictures and weights into the trial's folder.

    Sends progress on the way. `cold_start` says that this is the first trial of its process: peak memory is that of a
    process, and would be that of all trials before, so it is measured then alone. Returns the measured fields of the
    trial's record, and `samples`, `curve` and `walks` with the files that are still to be scored.
    """
    images = datasets.load(request.dataset, request.data)
    choice = models.choose(request.model)
    model = make_model(
        choice.description,
        request.framework,
        choice.config,
        images.image_shape,
        images.num_classes,
        device=request.device,
        precision=request.precision,
        compiled=request.mode == "compiled",
        seed=request.seed,
    )
    parameters = model.parameters()
    dtype = next(iter(parameters.values())).dtype
    model.load(initial_parameters(parameters, request.seed))
    model.stage(in_memory(images.train_images), images.train_labels)
    streams = Streams(request.seed, len(images.train_images), request.batch_size, choice.config.noise, dtype)
    latent = streams.latent(request.samples, choice.config.latent)
    asked = asked_labels(request.samples, images.num_classes) if choice.description.needs_labels else None
    schedule = Schedule(
        None if request.images is None else request.images // request.batch_size,
        request.seconds or 0.0,
        request.checkpoints,
    )
    album = Album(request, model, latent, asked)
    progress = Progress()
    outcome: dict[str, Any] = {"status": "ok", "reason": None}
    try:
        train(model, streams, schedule, request.batch_size, album.checkpoint, reporter(request, send), progress)
    except Diverged as reason:
        outcome = {"status": "diverged", "reason": str(reason)}
    measured = {
        **outcome,
        **timings(progress.clock),
        "steps": progress.step,
        "images_seen": progress.step * request.batch_size,
        "peak_memory_bytes": model.memory() if cold_start else None,
        "cold_start": cold_start,
        "image_shape": images.image_shape,
        "num_classes": images.num_classes,
        "parameters": int(sum(array.size for array in parameters.values())),
        "mode_detail": model.mode_detail,
        "threads": request.threads,
        "final_losses": None,
        "curve": album.points,
    }
    if outcome["status"] == "ok":
        measured["final_losses"] = {name: float(np.mean(values)) for name, values in progress.losses.items()}
        measured["sample_images_per_second"] = sampling_rate(model, latent, asked)
        measured["samples"] = album.finish(progress.step)
        measured["bound"], measured["no_bound"] = None, "only autoencoders have one"
        if choice.description.family == "autoencoder":
            bound = test_bound(cast(Autoencoder, model), choice, images, streams, request.samples, request.iwae)
            finite = {name: value for name, value in bound.items() if isinstance(value, float)}
            infinite = [name for name, value in finite.items() if not math.isfinite(value)]
            if infinite:
                measured["no_bound"] = f"{infinite[0]} is not a finite number on the test images"
            else:
                measured["bound"] = bound
        if request.experiments:
            measured["no_walks"] = why_none(choice.description, images)
            if measured["no_walks"] is None:
                measured["walks"] = take_walks(cast(Autoencoder, model), images, request.seed, request.folder)
    return measured


def in_memory(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The images themselves, or a copy of those that are mapped from a file: no page is to be read on the clock."""
    return images if images.flags.writeable else np.array(images)


def asked_labels(count: int, num_classes: int) -> NDArray[np.int64]:
    """The classes [count] that a conditional model is asked for: each in turn, so that all are asked for alike."""
    return np.arange(count, dtype=np.int64) % num_classes


def timings(clock: Clock) -> dict[str, Any]:
    """What the training clock says, as fields of the record."""
    rate = clock.images_per_second()
    return {
        "train_seconds": clock.train_seconds,
        "first_step_seconds": clock.first_step_seconds,
        "images_per_second": rate[0] if rate else None,
        "images_per_second_quartiles": rate[1] if rate else None,
    }


def sampling_rate(model: Model, latent: Array, labels: NDArray[np.int64] | None) -> float:
    """Pictures a second that the model draws: the median of some repeats, after one that warms up."""
    noise = latent[:SAMPLED_AT_A_TIME]
    asked = None if labels is None else labels[:SAMPLED_AT_A_TIME]
    model.sample(noise, asked)
    seconds: list[float] = []
    while len(seconds) < SAMPLING_LEAST or (len(seconds) < SAMPLING_REPEATS and sum(seconds) < SAMPLING_SECONDS):
        start = time.perf_counter()
        model.sample(noise, asked)
        seconds.append(time.perf_counter() - start)
    return len(noise) / statistics.median(seconds)


def test_bound(
    model: Autoencoder, choice: models.Choice, images: datasets.ImageSet, streams: Streams, count: int, iwae: bool
) -> dict[str, Any]:
    """The bound on the first `count` test images, as `bench.results.record.BoundRecord` has it.

    One posterior sample an image for the ELBO; `IWAE_SAMPLES` for the importance-weighted bound, where it is wanted, on
    the first `IWAE_IMAGES` test images.
    """
    pictures, labels = in_memory(images.test_images[:count]), images.test_labels
    terms = model.bound(
        pictures,
        streams.latent(len(pictures), choice.config.latent)[np.newaxis],
        None if labels is None else labels[: len(pictures)],
    )
    few = in_memory(images.test_images[:IWAE_IMAGES])
    reconstruction, kl = float(np.mean(terms["reconstruction"])), float(np.mean(terms["kl"]))
    return {
        "n": len(pictures),
        "elbo": reconstruction - kl,
        "reconstruction": reconstruction,
        "kl": kl,
        "iwae": importance_weighted(model, choice, few, labels, streams) if iwae else None,
        "iwae_n": len(few) if iwae else None,
        "iwae_samples": IWAE_SAMPLES if iwae else None,
        "pixels": "binary" if model.binarises else "grey",
    }


def importance_weighted(
    model: Autoencoder,
    choice: models.Choice,
    pictures: NDArray[np.uint8],
    labels: NDArray[np.int64] | None,
    streams: Streams,
) -> float:
    """The bound of Burda et al. (2016) with `IWAE_SAMPLES` samples a picture, a mean over the pictures, in nats.

    Each call gives log(1/m Σ w) over its m samples of a picture; the mean of these weights over calls is that over all.
    """
    calls = IWAE_SAMPLES // IWAE_AT_ONCE
    draws = streams.latent(IWAE_SAMPLES * len(pictures), choice.config.latent)
    given = None if labels is None else labels[: len(pictures)]
    parts = [
        np.asarray(model.bound(pictures, part, given)["iwae"], np.float64)
        for part in draws.reshape(calls, IWAE_AT_ONCE, len(pictures), -1)
    ]
    return float(np.mean(np.logaddexp.reduce(parts, axis=0) - math.log(calls)))


def reporter(request: TrialRequest, send: Send) -> Callable[[Progress], None]:
    """A function that tells the harness how far the training is, about once a second."""
    last = time.monotonic()

    def report(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last < REPORT_EVERY_SECONDS:
            return
        last = time.monotonic()
        if request.images is not None:
            done = progress.step * request.batch_size / request.images
        else:
            done = progress.clock.train_seconds / (request.seconds or 1.0)
        send({"event": "progress", "id": request.id, "fraction": min(1.0, done)})

    return report


class Album:
    """The pictures of a trial: the same fixed noise at every checkpoint and at the end."""

    def __init__(
        self, request: TrialRequest, model: Model, latent: Array, labels: NDArray[np.int64] | None = None
    ) -> None:
        self._request = request
        self._model = model
        self._latent = latent
        self._labels = labels
        self._last: tuple[int, NDArray[np.uint8]] | None = None
        """Steps and pictures of the last checkpoint."""
        self.points: list[dict[str, Any]] = []

    def checkpoint(self, progress: Progress) -> None:
        """Draw, and keep a grid to look at and samples to score; the training clock stands still, this one runs."""
        start = time.perf_counter()
        images = self._draw(self._request.curve_samples)
        name = f"checkpoints/{progress.step:07d}"
        self._write_grid(f"{name}.png", images)
        # Read once and removed: packing them would take longer than scoring them.
        write_samples(self._request.folder / f"{name}.npz", images, compressed=False)
        self._last = progress.step, images
        self.points.append(
            {
                "steps": progress.step,
                "images": progress.step * self._request.batch_size,
                "seconds": progress.clock.train_seconds,
                "n": len(images),
                "grid": f"{name}.png",
                "samples": f"{name}.npz",
                "drawing_seconds": time.perf_counter() - start,
            }
        )

    def finish(self, steps: int) -> str:
        """Draw for the scores, and keep the samples, their grid and the weights; returns the samples' file.

        A checkpoint after the last of the `steps` may have drawn them already. Of the first seed, whose pictures the
        page shows, its latent space is drawn as well.
        """
        if self._last is not None and self._last[0] == steps and len(self._last[1]) == len(self._latent):
            images = self._last[1]
        else:
            images = self._draw(len(self._latent))
        write_samples(self._request.folder / "samples.npz", images, self._labels)
        self._write_grid("grid.png", images)
        if self._request.seed == 0 and max(images.shape[1:3]) <= LARGEST_SIDE:
            size, dtype = self._latent.shape[1], self._latent.dtype
            write_latent_pictures(self._request.folder, self._model, 0, size, dtype, self._classes)
        write_atomically(self._request.folder / "weights.safetensors", save(self._model.parameters()))
        return "samples.npz"

    @property
    def _classes(self) -> int:
        return 0 if self._labels is None else int(self._labels.max()) + 1

    def _draw(self, count: int) -> NDArray[np.uint8]:
        return self._model.sample(self._latent[:count], None if self._labels is None else self._labels[:count])

    def _write_grid(self, name: str, images: Array) -> None:
        columns = columns_for(self._classes)
        write_png(self._request.folder / name, tile(images[: GRID_SIDE * columns], columns))
