"""Measures: how a number is taken from a trial, by which protocol, and what it is compared as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.quality.record import Quality
from bench.results.record import TrialRecord
from bench.statistics import aggregate
from bench.statistics.estimate import Better, Scale
from bench.verdict.declared import ALIKE, ALIKE_SHARES
from bench.verdict.record import Protocol

Getter = Callable[[TrialRecord], tuple[float | None, str]]
"""Takes the figure from a trial that ended ok, or None and the reason."""


@dataclass(frozen=True)
class Measure:
    """A protocol, and how its figure is taken from a trial; `real` and `noise` are the ends of its scale."""

    protocol: Protocol
    get: Getter
    alike: float = 0.0
    """Differences (on the log scale: ratios) up to this do not matter in the recommendation."""
    real: Getter | None = None
    noise: Getter | None = None
    halves_differ: bool = False
    """Whether it depends on the framework, as times do: then recipes are compared in the same frameworks."""


Factory = Callable[[Sequence[TrialRecord]], Measure]
"""Makes a measure of the finished trials that it is for: they share one protocol, or are left out with the reason."""

SHARES = {
    "density": "how many real pictures' neighbourhoods hold a generated one, scaled (5 neighbours; Naeem et al. 2020)",
    "coverage": "share of real pictures' neighbourhoods that hold a generated one (5 neighbours; Naeem et al. 2020)",
    "precision": "share of generated pictures inside the real manifold (3 neighbours; Kynkäänniemi et al. 2019)",
    "recall": "share of real pictures inside the generated manifold (3 neighbours; Kynkäänniemi et al. 2019)",
    "ambiguous": "share of pictures between classes: entropy above the 95th percentile of real pictures'",
    "label_accuracy": "share of pictures that the classifier puts into the class that was asked for",
    "copied": "share of pictures whose features copy a training picture's",
}
LOWER = ("ambiguous", "copied")


def share(name: str) -> Factory:
    """A share of pictures by the primary extractor, by its name in a score."""

    def make(trials: Sequence[TrialRecord]) -> Measure:
        better: Better = "lower" if name in LOWER else "higher"
        return _of_quality(name, trials, name.replace("_", " "), SHARES[name], better, "linear", ALIKE_SHARES)

    return make


def distance(trials: Sequence[TrialRecord]) -> Measure:
    """The Fréchet distance at the end of the budget, or KID where there are too few pictures for one."""
    if any(trial.quality and trial.quality.fd is not None for trial in trials) or not _has_kid(trials):
        return fd(trials)
    return kid(trials)


def fd(trials: Sequence[TrialRecord]) -> Measure:
    """The Fréchet distance at the end of the budget."""
    head = common(trials)
    how = "Fréchet distance of features, generated to real pictures, at the end of the budget"
    return _of_quality("fd", trials, head.title if head else "FD", how, "lower", "log", ALIKE, "floor", "ceiling")


def kid(trials: Sequence[TrialRecord]) -> Measure:
    """The kernel inception distance at the end of the budget; it may be negative."""
    how = "kernel inception distance of features, generated to real pictures, at the end of the budget"
    return _of_quality("kid", trials, "KID", how, "lower", "linear", 0.0, "kid_floor", "kid_ceiling")


def position(trials: Sequence[TrialRecord]) -> Measure:
    """Where the distance stands between uniform noise (0) and real training pictures (1)."""
    return _position(distance(trials))


def kid_position(trials: Sequence[TrialRecord]) -> Measure:
    """The same of KID, whose expectation does not depend on the number of pictures."""
    return _position(kid(trials))


def _position(base: Measure) -> Measure:
    def get(trial: TrialRecord) -> tuple[float | None, str]:
        value, reason = base.get(trial)
        if value is None or base.real is None or base.noise is None:
            return None, reason
        floor, ceiling = base.real(trial)[0], base.noise(trial)[0]
        if floor is None or ceiling is None or floor == ceiling:
            return None, "the distance has no floor and ceiling to stand between"
        return aggregate.position(value, noise=ceiling, real=floor), ""

    how = f"{base.protocol.title} between uniform noise (0) and real training pictures (1) at the same N"
    changes = {"measure": "position", "title": "position", "better": "higher", "scale": "linear", "how": how}
    return Measure(base.protocol.model_copy(update=changes), get)


def recorded(
    name: str, title: str, unit: str, better: Better, how: str, figure: Callable[[TrialRecord], float | None]
) -> Factory:
    """A measure of the training itself, compared as a ratio."""

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        value = figure(trial)
        return value, trial.absent.get(name, "not measured") if value is None else ""

    protocol = Protocol(measure=name, title=title, unit=unit, better=better, scale="log", how=how)
    return lambda _: Measure(protocol, get, ALIKE, halves_differ=True)


def _seconds_per_1000_images(trial: TrialRecord) -> float | None:
    if trial.train_seconds is None or not trial.images_seen:
        return None
    return 1000 * trial.train_seconds / trial.images_seen


training = recorded(
    "seconds_per_1000_images",
    "training time",
    "seconds per 1,000 images",
    "lower",
    "seconds on the training clock, evaluation and first step excluded, per 1,000 training images",
    _seconds_per_1000_images,
)
memory = recorded(
    "peak_memory_bytes",
    "peak memory",
    "bytes",
    "lower",
    "GPU: peak allocated; CPU: peak resident size of the worker process",
    lambda trial: trial.peak_memory_bytes,
)
energy = recorded(
    "energy_joules", "energy", "joules", "lower", "energy of the whole training", lambda trial: trial.energy_joules
)
sampling = recorded(
    "sample_images_per_second",
    "sampling",
    "images per second",
    "higher",
    "median throughput of drawing pictures, after a warm-up",
    lambda trial: trial.sample_images_per_second,
)


def common(trials: Sequence[TrialRecord]) -> Quality | None:
    """A score of the protocol that most trials share; None where nothing was scored."""
    scored = [trial.quality for trial in trials if trial.quality is not None]
    counts = Counter(map(_head, scored))
    return max(scored, key=lambda quality: counts[_head(quality)], default=None)


def _head(quality: Quality) -> tuple[str, int, str]:
    return quality.extractor, quality.n, quality.reference


def _has_kid(trials: Sequence[TrialRecord]) -> bool:
    return any(trial.quality and trial.quality.kid is not None for trial in trials)


def _of_quality(
    name: str,
    trials: Sequence[TrialRecord],
    title: str,
    how: str,
    better: Literal["lower", "higher"],
    scale: Scale,
    alike: float,
    real: str = "",
    noise: str = "",
) -> Measure:
    head = common(trials)

    def getter(figure: str) -> Getter:
        def get(trial: TrialRecord) -> tuple[float | None, str]:
            quality = trial.quality
            if quality is None:
                return None, trial.absent.get("quality", "not scored")
            if head is None or _head(quality) != _head(head):
                return None, f"scored by another protocol: {quality.title}, N = {quality.n:,}, {quality.reference}"
            value = getattr(quality, figure)
            return value, quality.absent.get(figure, "not measured") if value is None else ""

        return get

    protocol = Protocol(
        measure=name,
        title=title,
        unit=None,
        better=better,
        scale=scale,
        how=how,
        extractor=head.extractor if head else None,
        n=head.n if head else None,
        reference=head.reference if head else None,
    )
    real = real or (f"{name}_real" if f"{name}_real" in Quality.model_fields else "")
    return Measure(protocol, getter(name), alike, getter(real) if real else None, getter(noise) if noise else None)
