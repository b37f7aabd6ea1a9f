"""From a study to its trials, in the order in which they run."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

from bench import datasets, models
from bench.code import code_hash
from bench.datasets import Source
from bench.errors import UserError
from bench.models import Choice
from bench.models.geometry import check_image_shape
from bench.paths import extractors_folder
from bench.quality.cards import card_for, cards
from bench.results.record import BudgetRecord, Framework, TrialRecord
from bench.study import FRAMEWORKS, Study
from bench.training.pictures import GRID_SIDE, columns_for


@dataclass(frozen=True)
class Trial:
    """One model, one framework, one data set, one seed, one budget."""

    id: str
    choice: Choice
    framework: Framework
    dataset: str
    seed: int
    budget: BudgetRecord
    samples: int
    curve_samples: int
    checkpoints: int
    iwae: bool
    device: str
    precision: str
    mode: str
    threads: int
    extractors: tuple[str, ...]
    image_shape: tuple[int, int, int] | None
    """Height, width, channels; None where it is not known because the images are not here."""
    versions: Mapping[str, str]
    skip: str | None
    """Why it will not run; None when it will."""
    classifier: str | None = None
    """Name of the extractor that scores as `domain`, whose weights' hash it holds; None: random features do.

    The user may train one at any time: trials that it would score are others than those that it did not.
    """
    data: str | None = None
    """Fingerprint of the images where the name does not fix them, as that of a folder does not; else None."""
    experiments: bool = False
    """Whether the trial also makes the small experiments that its model and its data set allow."""
    train_images: int = 0
    """Training images of the data set; 0 where it is not known."""
    first: bool = False
    """Whether it is the first of the plan to be scored against its data set."""

    @property
    def title(self) -> str:
        """For people: `cvae[equal] on mnist-mini, torch, seed 0`."""
        return f"{self.choice.text} on {self.dataset}, {self.framework}, seed {self.seed}"

    @property
    def command(self) -> str:
        """What to type to run this trial again (with the seeds before it, which come first)."""
        words = ["python", "-m", "bench", "run", "--models", self.choice.text, "--frameworks", self.framework]
        words += ["--datasets", self.dataset, "--seeds", str(self.seed + 1)]
        if self.budget.name not in ("images", "seconds"):
            words += ["--budget", self.budget.name]
        elif self.budget.images is not None:
            words += ["--images", str(self.budget.images)]
        else:
            words += ["--seconds", str(self.budget.seconds)]
        words += ["--batch-size", str(self.budget.batch_size), "--device", self.device]
        words += ["--precision", self.precision, "--mode", self.mode, "--threads", str(self.threads)]
        words += ["--extractor", ",".join(self.extractors), *(["--experiments"] if self.experiments else [])]
        return shlex.join(words)

    def record(self, **measured: Any) -> TrialRecord:
        """The trial's record, from what is known beforehand and what was measured."""
        known = {
            "id": self.id,
            "model": self.choice.text,
            "config": self.choice.settings,
            "config_hash": self.choice.config_hash,
            "framework": self.framework,
            "dataset": self.dataset,
            "seed": self.seed,
            "budget": self.budget,
            "device": self.device,
            "precision": self.precision,
            "mode": self.mode,
            "command": self.command,
            "versions": dict(self.versions),
        }
        return TrialRecord.model_validate({**known, **measured})


@dataclass(frozen=True)
class Host:
    """What a plan needs to know of the machine that will run it."""

    device: str
    threads: int
    extractors: tuple[str, ...]
    fingerprint: str
    """Of what makes times comparable."""
    versions: Mapping[Framework, Mapping[str, str] | None]
    """Framework -> versions of the packages that it runs on; None where it is not installed."""


def plan(study: Study, host: Host) -> list[Trial]:
    """Every trial of a study in running order.

    The seeds of a cell (model x data set) and framework follow one another, then the cell's other framework; which
    framework comes first alternates from cell to cell, so that a machine that warms up or slows down favours neither.
    """
    frameworks = study.frameworks or FRAMEWORKS
    trials: list[Trial] = []
    cell = 0
    for name in study.datasets:
        source = datasets.find(name)
        for written in study.models:
            order = frameworks if cell % 2 == 0 else tuple(reversed(frameworks))
            cell += 1
            for framework in order:
                trials.extend(_trials(study, host, source, models.choose(written), framework))
    return first_marked(trials)


def first_marked(trials: list[Trial]) -> list[Trial]:
    """The trials, of which the first that is scored against each data set knows that it is."""
    seen: set[str] = set()
    marked = []
    for trial in trials:
        marked.append(replace(trial, first=trial.skip is None and trial.dataset not in seen))
        if trial.skip is None:
            seen.add(trial.dataset)
    return marked


def groups(trials: list[Trial]) -> Iterator[list[Trial]]:
    """Trials that share a worker: the seeds of one cell in one framework, in running order."""
    group: list[Trial] = []
    for trial in trials:
        if group and _worker_key(group[-1]) != _worker_key(trial):
            yield group
            group = []
        group.append(trial)
    if group:
        yield group


def _worker_key(trial: Trial) -> tuple[str, str, str]:
    return trial.dataset, trial.choice.text, trial.framework


def _trials(study: Study, host: Host, source: Source, choice: Choice, framework: Framework) -> Iterator[Trial]:
    budget = study.resolved_budget()
    versions = host.versions[framework]
    sizes, data, _ = _known(source)
    skip = _reason_to_skip(choice, source, sizes, framework, versions)
    if f"{choice.text} on {source.name}" in study.without:
        skip = f"left out: `--models {choice.text} --datasets {source.name}` runs it"
    classifier = _classifier(source) if "domain" in host.extractors else None
    train_images, test_images = (sizes.train, sizes.test) if sizes else (0, 0)
    pixels = sizes.image_shape[0] * sizes.image_shape[1] if sizes else 0
    record = BudgetRecord(
        name=budget.name,
        images=budget.images_for(choice.description, train_images, pixels) if sizes or budget.images else None,
        seconds=budget.seconds,
        batch_size=budget.batch_size_for(choice.description),
        verdicts=budget.verdicts,
    )
    # As many as a grid shows, however few there are to score: pictures are then all the evidence there is.
    shown = GRID_SIDE * columns_for(sizes.classes if sizes and choice.description.needs_labels else 0)
    for seed in range(study.seeds or budget.seeds_for(choice.description, pixels)):
        facts: dict[str, Any] = {
            "choice": choice,
            "framework": framework,
            "dataset": source.name,
            "seed": seed,
            "budget": record,
            "samples": max(shown, min(budget.samples, train_images, test_images)),
            "curve_samples": max(shown, min(budget.curve_samples, train_images, test_images)),
            "checkpoints": budget.checkpoints_for(choice.description, pixels),
            "iwae": budget.iwae,
            "device": host.device,
            "precision": study.precision,
            "mode": study.mode,
            "threads": host.threads,
            "extractors": host.extractors,
            "image_shape": sizes.image_shape if sizes else None,
            "versions": dict(versions or {}),
            "classifier": classifier,
            "data": data,
            "experiments": study.experiments,
        }
        name = _trial_id(facts, source.label, host.fingerprint)
        yield Trial(id=name, skip=skip, train_images=train_images, **facts)


class _Known(NamedTuple):
    """What is known of a data set before anything runs."""

    sizes: datasets.Sizes | None
    """None if it is not here."""
    data: str | None = None
    """The fingerprint of the images, where sizes were read from them because nobody knows these beforehand."""
    part_of: str | None = None
    """Likewise that of the whole set, of one that is some classes."""


@functools.cache
def _known(source: Source) -> _Known:
    if source.sizes is not None or source.where() is None:
        return _Known(source.sizes)
    images = source.load()
    counts = len(images.train_images), len(images.test_images)
    sizes = datasets.Sizes(*counts, images.image_shape, images.num_classes)
    return _Known(sizes, images.fingerprint, images.part_of)


def _classifier(source: Source) -> str | None:
    """The name of the trained extractor of a data set's images, or None."""
    sizes, data, part_of = _known(source)
    if sizes is None or source.where() is None:
        return None
    if data is None and source.domain is None and cards(extractors_folder()):
        data = _fingerprint(source)
    kept = card_for(source.domain, sizes.image_shape, data, part_of=part_of)
    return kept.card.name if kept else None


@functools.cache
def _fingerprint(source: Source) -> str:
    return source.load().fingerprint


def _reason_to_skip(
    choice: Choice,
    source: Source,
    sizes: datasets.Sizes | None,
    framework: Framework,
    versions: Mapping[str, str] | None,
) -> str | None:
    if versions is None:
        return f"{framework} is not installed"
    if sizes is None or source.where() is None:
        return f"{source.name} is not here: {source.how_to_get}"
    try:
        check_image_shape(sizes.image_shape)
    except UserError as error:
        return str(error)
    if choice.description.needs_labels and not sizes.classes:
        return f"{choice.description.name} is told the class of each picture, and {source.name} has no labels"
    return None


def of_other_images(
    trial: Trial, label: str, fingerprint: str, *, skip: str | None, train_images: int, **changes: Any
) -> Trial:
    """The trial as it would be of other images: under an identity of its own, that of a plan which names them.

    `label` is the data set's short name, `fingerprint` the machine's; the others are fields of the trial.
    """
    facts = {field.name: getattr(trial, field.name) for field in fields(Trial) if field.name not in _NO_PART}
    facts |= changes
    return Trial(id=_trial_id(facts, label, fingerprint), skip=skip, train_images=train_images, **facts)


_NO_PART = ("id", "skip", "train_images", "first")
"""Fields of a trial that have no part in its identity."""


def _trial_id(facts: Mapping[str, Any], label: str, fingerprint: str) -> str:
    """A readable name with a hash of everything that the result depends on: facts, machine, versions, code."""
    choice, framework = facts["choice"], facts["framework"]
    identity = {
        **facts,
        "choice": [choice.text, choice.config_hash],
        "budget": facts["budget"].model_dump(),
        "machine": fingerprint,
        "code": _code_hash(framework),
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:8]
    readable = f"{choice.text}.{label[:48]}.{framework}.seed{facts['seed']}"
    return f"{re.sub(r'[^A-Za-z0-9.=-]+', '-', readable).strip('-')[:120]}.{digest}"


def _code_hash(framework: str) -> str:
    half = {"torch": "models_torch", "tensorflow": "models_tf"}[framework]
    return code_hash("bench/datasets", "bench/models", "bench/training", "bench/quality", half)


def expected_seconds(trial: Trial) -> float:
    """A rough guess of a trial's wall time, for the plan and for what counts as hanging.

    From what two server cores of the 2020s did with pictures of 28x28: about 1,700 a second in training `gan`.
    """
    if trial.skip is not None:
        return 0.0
    work = (trial.budget.images or 0) * trial.choice.description.cost
    if trial.budget.seconds is not None:
        training = trial.budget.seconds
    elif trial.device == "cpu":
        training = work * _pictures_of_28x28(trial) / (850.0 * trial.threads)
    else:
        training = work / 30_000.0
    once = first_time_seconds(trial) if trial.first else 0.0
    return training + expected_scoring_seconds(trial) + once + 3.0


def expected_scoring_seconds(trial: Trial) -> float:
    """A rough guess of how long a trial's pictures take to score, without what is taken once (`first_time_seconds`).

    The domain extractor reads about 2,500 pictures of 28x28 a second; Inception-2015 takes 0.22 core-seconds for one.
    """
    curve = trial.checkpoints * trial.curve_samples
    seconds = 0.0
    for place, extractor in enumerate(trial.extractors):
        images = trial.samples + (curve if place == 0 else 0)
        seconds += images * _seconds_of_a_picture(trial, extractor)
    return seconds


def first_time_seconds(trial: Trial) -> float:
    """A rough guess of what the first score against a data set takes more than those after it.

    Kept from then on are the features of all training images, of as many test images as are scored, of as many training
    images for the floor, and of as much noise; of Inception-2015 on a CPU without the first, which would take hours.
    """
    seconds = 0.0
    for extractor in trial.extractors:
        train = 0 if extractor == "inception" and trial.device == "cpu" else trial.train_images
        seconds += (train + 3 * trial.samples) * _seconds_of_a_picture(trial, extractor)
    return seconds


def _seconds_of_a_picture(trial: Trial, extractor: str) -> float:
    cost = 0.22 / trial.threads if extractor == "inception" else _pictures_of_28x28(trial) / 2_500.0
    return cost / (20.0 if trial.device == "cuda" else 1.0)


def _pictures_of_28x28(trial: Trial) -> float:
    """How many pictures of 28x28 make one of this trial's."""
    height, width, _ = trial.image_shape or (28, 28, 1)
    return height * width / 28**2
