"""Trials sorted into what may be compared: one data set, one setting, one extractor at one N."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.quality.curve import Distance
from bench.quality.record import Quality
from bench.results.record import Framework, TrialRecord

FRAMEWORKS: dict[Framework, str] = {"tensorflow": "TensorFlow", "torch": "PyTorch"}
"""In the order of the page, with the names that they give themselves."""

Getter = Callable[[TrialRecord], tuple[float | None, str | None]]
"""Takes a figure from a trial, and the reason where it is absent."""

Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Cell:
    """The seeds of one model in one framework, on one data set in one setting: a row of a table."""

    model: str
    framework: Framework
    trials: tuple[TrialRecord, ...]

    @property
    def finished(self) -> tuple[TrialRecord, ...]:
        """The trials that ended ok: the only ones that figures are taken from."""
        return tuple(trial for trial in self.trials if trial.status == "ok")

    @property
    def seeds(self) -> str:
        """Seeds behind the row: "3", or "2 of 3" where not all ended ok."""
        done, tried = len(self.finished), len(self.trials)
        return str(done) if done == tried else f"{done} of {tried}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why trials are missing, seed by seed."""
        return tuple(ending(trial) for trial in self.trials if trial.status != "ok")


@dataclass(frozen=True)
class Setting:
    """What must be alike for two times to be compared."""

    dataset: str
    device: str
    precision: str
    mode: str


@dataclass(frozen=True)
class Protocol:
    """What must be alike for two scores to be compared; of the scores of a curve also the kind of distance."""

    dataset: str
    title: str
    extractor: str
    n: int
    reference: str
    figure: Distance = "fd"


def ending(trial: TrialRecord) -> str:
    """How a trial that is not ok ended: "seed 2 failed: out of memory"."""
    return f"seed {trial.seed} {trial.status}: {trial.reason or 'no reason recorded'}"


def collect(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Items by key, keys and items in the order in which they came."""
    found: dict[Key, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def models(trials: Iterable[TrialRecord]) -> list[str]:
    """Every model that was tried, in the study's order."""
    return list(dict.fromkeys(trial.model for trial in trials))


def datasets(trials: Iterable[TrialRecord]) -> list[str]:
    """Every data set that was tried, in the study's order."""
    return list(dict.fromkeys(trial.dataset for trial in trials))


def settings(trials: Iterable[TrialRecord]) -> dict[Setting, list[TrialRecord]]:
    """Trials by setting."""
    return collect(trials, lambda t: Setting(t.dataset, t.device, t.precision, t.mode))


def cells(trials: Iterable[TrialRecord]) -> dict[tuple[str, int], list[Cell]]:
    """By model and batch size: the cell of each framework that was tried, TensorFlow first."""
    groups = collect(trials, lambda trial: (trial.model, trial.budget.batch_size))
    return {
        key: [
            Cell(key[0], framework, tuple(trial for trial in group if trial.framework == framework))
            for framework in FRAMEWORKS
            if any(trial.framework == framework for trial in group)
        ]
        for key, group in groups.items()
    }


def scores(trial: TrialRecord) -> list[Quality]:
    """Every score of a trial, the primary extractor's first."""
    primary = [trial.quality] if trial.quality else []
    return primary + [other for other in trial.quality_by_extractor.values() if other not in primary]


def protocol(trial: TrialRecord, quality: Quality) -> Protocol:
    """The protocol of one score."""
    return Protocol(trial.dataset, quality.title, quality.extractor, quality.n, quality.reference)


def protocols(trials: Iterable[TrialRecord]) -> dict[Protocol, dict[str, Quality]]:
    """By protocol: the score of each trial (by its id) that was scored by it."""
    found: dict[Protocol, dict[str, Quality]] = {}
    for trial in trials:
        for quality in scores(trial):
            found.setdefault(protocol(trial, quality), {})[trial.id] = quality
    return found


def measured(cell: Cell, get: Getter) -> tuple[list[float], list[str]]:
    """The figures of a cell's finished trials, and the reasons of those that are absent.

    Without a finished trial the reasons are how the trials ended.
    """
    values, reasons = [], []
    for trial in cell.finished:
        value, reason = get(trial)
        if value is None:
            reasons.append(reason or "not measured")
        else:
            values.append(float(value))
    return values, reasons if cell.finished else list(cell.reasons)


def seeds(trials: Sequence[TrialRecord]) -> str:
    """The seeds that ended ok, in words."""
    found = sorted({trial.seed for trial in trials if trial.status == "ok"})
    return f"Seeds: {', '.join(map(str, found))}" if found else "No seed ended ok"


def several_seeds(trials: Sequence[TrialRecord]) -> bool:
    """Whether some model has more than one seed that ended ok in a framework."""
    return any(len(cell.finished) > 1 for pair in cells(trials).values() for cell in pair)
