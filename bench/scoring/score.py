"""A score of anybody's images: what `python -m bench score` does, as plain functions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import datasets, machine
from bench.datasets import ImageSet
from bench.errors import UserError, unknown
from bench.execution.evaluation import EVALUATOR, Evaluator, ScoringFailedError
from bench.quality.availability import scoring_advice
from bench.quality.cards import card_for, card_named, training_command, why_random_features
from bench.quality.extractors import kinds
from bench.quality.inception_file import find_inception_weights, read_inception_weights
from bench.quality.record import Quality
from bench.quality.score import LARGEST_N, reference, sample_size
from bench.quality.selection import occurs_in
from bench.scoring.named import find_images, trial_beside
from bench.scoring.position import position
from bench.scoring.sample import Sample, read_sample

PATIENCE_SECONDS = 6 * 3600.0
"""Inception-2015 takes hours for 40,000 images on one core, and whoever waits can end it."""


@dataclass(frozen=True)
class ScoreOrder:
    """What to score, against what, and how."""

    images: str
    """A folder of pictures, an .npz file, a run or a trial's folder."""
    against: str
    """A data set, whose test images are the reference."""
    trial: str | None = None
    """Id of the trial, where `images` is a run."""
    extractor: str = "domain"
    inception_weights: Path | None = None
    n: int = LARGEST_N
    """Images to score at most."""
    device: str = "auto"
    threads: int | None = None
    """None: one a core."""
    interpreter: str | None = None
    """Python that has PyTorch, if not this one."""
    out: Path = Path("reports")
    """Folder of all runs."""


@dataclass(frozen=True)
class Scored:
    """What came of it."""

    quality: Quality
    sample: Sample
    path: Path
    """The folder or file that was read."""
    position: str
    """Where it stands on the ladder, in words."""


def score_images(order: ScoreOrder, notify: Callable[[str], None], evaluator: str = EVALUATOR) -> Scored:
    """Score images as those of a trial are scored, in the evaluator's process.

    `notify` gets a line for each file that is left out, where images are reference images, why random features score,
    and before what takes long. Raises `UserError` for whatever is missing or does not fit; too few images are no error,
    but figures without a value, with the reason.
    """
    if order.extractor not in kinds():
        raise unknown("extractor", order.extractor, kinds())
    if order.interpreter is None and (advice := scoring_advice()):
        raise UserError(advice)
    path = find_images(order.images, order.trial, order.out)
    against = _reference(order.against)
    if order.extractor == "inception" or order.inception_weights is not None:
        read_inception_weights(find_inception_weights(order.inception_weights))
    if order.extractor == "domain":
        _tell_random_features(against, notify)
    trial = trial_beside(path)
    sample = read_sample(path, against, lambda count: sample_size(order.n, count, against), first=trial is not None)
    if trial is not None and sample.labels is not None and not _same_classes(trial.dataset, against):
        notify(f"the trial was asked for classes of {trial.dataset}, which are not those of {against.name}: not used")
        sample = replace(sample, labels=None)
    for skipped in sample.skipped:
        notify(f"left out {skipped}")
    n = sample_size(order.n, len(sample.images), against)
    same = int(occurs_in(sample.images, against.test_images).sum())
    if same:
        notify(
            f"{same:,} of them are test images of {against.name}, byte for byte: against themselves they score too well"
        )
    device = choose_device(order.device, order.interpreter)
    notify(f"scoring {n:,} images against {reference(against, n)}, on {device} ...")
    quality = _scored(order, against, sample, n, device, evaluator)
    return Scored(quality, sample, path, position(quality, card_named(quality.extractor), against))


def _tell_random_features(against: ImageSet, notify: Callable[[str], None]) -> None:
    if card_for(against.domain, against.image_shape, against.fingerprint, part_of=against.part_of) is not None:
        return
    notify(f"{why_random_features(against.name, against.fingerprint)}.")
    if against.num_classes > 1:
        notify(f"to train a classifier of them: {training_command(against.name)}")


def _same_classes(dataset: str, against: ImageSet) -> bool:
    """Whether the classes of a data set are those of the reference: of one set, or of one domain."""
    if dataset == against.name:
        return True
    try:
        return against.domain is not None and datasets.find(dataset).domain == against.domain
    except UserError:  # a folder that has gone
        return False


def _reference(name: str) -> ImageSet:
    source = datasets.find(name)
    if source.where() is None:
        raise UserError(f"{source.name} is not here: {source.how_to_get}")
    return source.load()


def choose_device(asked: str, interpreter: str | None) -> str:
    """Either cpu or cuda: a GPU where there is one that PyTorch sees; one that was asked for is used or refused."""
    device = machine.resolve_device("cuda" if asked == "gpu" else asked, "fp32")
    if device == "cuda" and not machine.sees_gpu("torch", interpreter):
        if asked != "auto":
            raise UserError("--device cuda: PyTorch cannot use the GPU; install a build with CUDA, or use --device cpu")
        return "cpu"
    return device


def _scored(order: ScoreOrder, against: ImageSet, sample: Sample, n: int, device: str, module: str) -> Quality:
    with tempfile.TemporaryDirectory(prefix="pairbench-") as name:
        folder = Path(name)
        if sample.labels is None:
            np.savez(folder / "samples.npz", images=sample.images)
        else:
            np.savez(folder / "samples.npz", images=sample.images, labels=sample.labels)
        weights = None if order.inception_weights is None else str(order.inception_weights.absolute())
        threads = order.threads or machine.usable_cores()
        evaluator = Evaluator(folder, (order.extractor,), weights, device, threads, order.interpreter, module)
        try:
            found = evaluator.qualities(against.name, against.fingerprint, folder / "samples.npz", n, PATIENCE_SECONDS)
            evaluator.close()
        except ScoringFailedError as error:
            raise UserError(str(error)) from None
        finally:
            # Ctrl-C reaches this process alone.
            evaluator.kill()
    return found[order.extractor]
