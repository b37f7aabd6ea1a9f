"""The record of a trial and of a run: what `trial.json` and `results.json` hold, and their JSON Schema.

Units stand in the names. What was not measured is null, and `absent` says why; a zero is a measured zero.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bench.quality.curve import TimeToQuality
from bench.quality.latent import FixedNoiseRecord, WalkRecord
from bench.quality.record import Quality

SCHEMA_VERSION: Literal[1] = 1

Framework = Literal["torch", "tensorflow"]
Status = Literal["ok", "skipped", "failed", "diverged"]


class Record(BaseModel):
    """Base of all records: frozen, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)

    def to_json(self) -> str:
        """The record as it is written to files, by the names that JSON has for its fields (`is`, `schema`)."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


class BudgetRecord(Record):
    """What a trial was allowed: exactly one of `images` and `seconds` is its limit."""

    name: str = Field(description="preset (smoke, quick, standard, notebook) or 'images' or 'seconds'")
    images: int | None = Field(description="training images, with repetition, rounded down to whole batches")
    seconds: float | None = Field(description="seconds on the training clock")
    batch_size: int
    verdicts: bool = Field(description="False: kept out of verdicts (each recipe has its own budget)")


class CurvePoint(Record):
    """Quality at one checkpoint; the training clock was stopped while it was taken."""

    steps: int
    images: int = Field(description="training images seen so far")
    seconds: float = Field(description="training clock so far, first step excluded")
    n: int = Field(description="generated images that were scored")
    fd: float | None = Field(description="Fréchet distance of the primary extractor at this n; null: see absent")
    kid: float | None = Field(
        default=None, description="kernel inception distance by the same extractor; null: see absent"
    )
    extractor: str | None = Field(default=None, description="which scored it; null: it was not scored")
    reference: str | None = Field(default=None, description="the real images, in words")
    grid: str | None = Field(description="path, relative to the trial's folder, of the grid of fixed noise")
    drawing_seconds: float | None = Field(
        default=None, description="wall time in which the pictures were drawn and kept, the training clock stopped"
    )
    evaluation_seconds: float | None = Field(
        default=None, description="wall time that the score took, after the training"
    )


class PairRecord(Record):
    """Whether the two halves of a trial's model were proved to be one model, for this precision, mode and device."""

    certificate: str = Field(description="key of the certificate: code, versions, machine, device, precision, mode")
    proved: bool
    reason: str | None = Field(description="why it is not proved; null when it is")
    deviations: dict[str, float] = Field(
        description="quantity -> largest deviation of the halves in float64 (see bench/proof/tolerances.py)"
    )


class BoundRecord(Record):
    """The bound of an autoencoder on test images, in nats an image: means over the images.

    Of grey pixels it is the training objective, not a normalised likelihood; never set beside binarised nats.
    """

    n: int = Field(description="test images")
    elbo: float = Field(description="reconstruction − kl, from one posterior sample an image")
    reconstruction: float = Field(description="log-likelihood of the pixels given a posterior sample")
    kl: float = Field(description="KL divergence of posterior from prior, in closed form")
    iwae: float | None = Field(
        description="the tighter bound of Burda et al. (2016), over the first iwae_n images; null: see absent"
    )
    iwae_n: int | None
    iwae_samples: int | None = Field(description="k: posterior samples an image")
    pixels: Literal["binary", "grey"] = Field(description="what the likelihood saw")


class TrialRecord(Record):
    """One model, one framework, one data set, one seed, one budget: what happened and what was measured."""

    id: str
    model: str = Field(description="as it is written in a study, e.g. cvae[equal]")
    config: dict[str, Any]
    config_hash: str
    framework: Framework
    dataset: str
    seed: int
    budget: BudgetRecord
    image_shape: tuple[int, int, int] | None = Field(default=None, description="height, width, channels")
    num_classes: int | None = Field(default=None, description="of the data set; 0: it has no labels")
    pair: PairRecord | None = Field(default=None, description="null: see absent; then frameworks are not compared")
    device: str
    precision: str
    mode: str
    mode_detail: str | None = Field(default=None, description="what the mode meant in this framework")
    threads: int | None = Field(default=None, description="threads within an operation, alike in both frameworks")
    status: Status
    reason: str | None = Field(default=None, description="why it did not end ok; null when it did")
    command: str = Field(description="what to type to run this trial again")
    versions: dict[str, str] = Field(default_factory=dict, description="of the packages that the trial ran on")

    images_seen: int | None = None
    steps: int | None = None
    train_seconds: float | None = Field(
        default=None, description="training clock: optimiser steps only, without the first step"
    )
    images_per_second: float | None = Field(
        default=None, description="steady state: median over the timed calls of several steps each"
    )
    images_per_second_quartiles: tuple[float, float] | None = Field(
        default=None, description="first and third quartile over the same calls"
    )
    first_step_seconds: float | None = Field(
        default=None, description="the first optimiser step alone: tracing, compiling, allocating"
    )
    cold_start: bool | None = Field(
        default=None,
        description="first trial of its worker process: only its first step includes loading the framework's kernels",
    )
    sample_images_per_second: float | None = Field(
        default=None, description="median throughput of drawing pictures, after a warm-up"
    )
    peak_memory_bytes: int | None = Field(
        default=None,
        description="device: peak allocated; CPU: peak resident size of the worker process; of cold starts alone",
    )
    energy_joules: float | None = None
    flops_per_image: float | None = None
    fraction_of_peak: float | None = None
    parameters: int | None = Field(default=None, description="trainable parameters of all networks")
    final_losses: dict[str, float] | None = Field(default=None, description="mean over the last call's steps")

    bound: BoundRecord | None = Field(default=None, description="of autoencoders, on test images")

    quality: Quality | None = Field(default=None, description="by the primary extractor")
    quality_by_extractor: dict[str, Quality] = Field(default_factory=dict)
    evaluation_seconds: float | None = Field(default=None, description="spent on scoring, outside the clock")
    curve: tuple[CurvePoint, ...] = ()
    time_to_quality: TimeToQuality | None = Field(
        default=None, description="what the curve says of how soon the trial got how good"
    )
    walks: WalkRecord | None = Field(
        default=None, description="of unconditional autoencoders, on sets of three classes and more; null: see absent"
    )
    fixed_noise: FixedNoiseRecord | None = Field(
        default=None, description="what the same noise shows at the last checkpoints; null: see absent"
    )
    absent: dict[str, str] = Field(default_factory=dict, description="field that is null -> why")
    artifacts: dict[str, str] = Field(
        default_factory=dict,
        description="grid, samples, weights, log, nearest, nearest_pixels, walks (between test pictures), and of the "
        "first seed interpolation (a row for each walk through latent space, a column for each of its frames) and, "
        "where the latent size is 2 and no class is asked for, plane (20 x 20 quantiles of the prior) -> path relative "
        "to the trial's folder",
    )


class SkippedFile(Record):
    """A file of a folder of pictures that is not in the data set."""

    file: str = Field(description="relative to the folder")
    reason: str


class DatasetRecord(Record):
    """What a data set of a run was: the same images under another path have the same fingerprint."""

    label: str = Field(description="short name for people; the key of this record is what can be typed again")
    title: str
    origin: str
    licence: str
    path: str | None = Field(description="file or folder that was read")
    fingerprint: str = Field(description="SHA-256 (hex) of images and labels, with their types and shapes")
    part_of: str | None = Field(
        default=None, description="fingerprint of the set that these are some classes of; null: it is a whole one"
    )
    grid: str | None = Field(default=None, description="path, relative to the run's folder, of a grid of test images")
    train: int = Field(description="training images")
    test: int = Field(description="test images")
    image_shape: tuple[int, int, int] = Field(description="height, width, channels")
    classes: int = Field(description="0: without labels")
    class_names: tuple[str, ...] | None
    split: str = Field(description="how training and test images were parted")
    near_duplicate_groups: int | None = Field(
        description="groups of two or more images that are nearly the same; null: not looked for"
    )
    straddling_groups: int | None = Field(description="of those, how many have images on both sides")
    made: str | None = Field(description="how files became pictures; null: they were ready")
    skipped: tuple[SkippedFile, ...] = Field(description="files that were left out, and why")


class RunHeader(Record):
    """What is known of a run before its first trial: what `study.json` holds."""

    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, alias="schema")
    name: str
    created: str = Field(description="ISO 8601, UTC")
    command: str
    study: dict[str, Any]
    machine: dict[str, Any]
    versions: dict[str, str]
    git: dict[str, Any] | None = Field(description="commit and whether the tree was clean; null outside git")
    datasets: dict[str, DatasetRecord] = Field(
        default_factory=dict, description="name, as trials have it -> what was read; without those that are not here"
    )


class RunRecord(RunHeader):
    """A whole run: what `results.json` holds."""

    trials: tuple[TrialRecord, ...]
    experiments: tuple[TrialRecord, ...] = Field(description="extra trials that only serve a claim")
    planned: int = Field(description="trials in the plan; fewer under `trials` means that the run is not over")
    experiments_planned: int = Field(
        default=0, description="the same of the extra trials: fewer under `experiments` means that the run is not over"
    )

    @property
    def over(self) -> bool:
        """Whether every trial has ended, however it ended, and every experiment."""
        return len(self.trials) >= self.planned and len(self.experiments) >= self.experiments_planned


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `results.json`, as committed in docs/results.schema.json."""
    return RunRecord.model_json_schema(by_alias=True, mode="serialization")
