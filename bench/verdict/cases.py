"""Trials sorted into cases: one data set in one setting at one budget, and the recipes that were tried there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from bench.datasets.class_source import whole_and_classes
from bench.models.titles import short
from bench.results.groups import FRAMEWORKS, collect, ending
from bench.results.pairs import MARK, unproved
from bench.results.record import Framework, RunRecord, TrialRecord
from bench.verdict.record import Setting
from bench.verdict.words import counted

NO_VERDICTS = "each recipe has a budget of its own here, which keeps it out of verdicts"


@dataclass(frozen=True)
class Recipe:
    """All trials of one model in one case, however they ended."""

    name: str
    trials: tuple[TrialRecord, ...]

    @functools.cached_property
    def finished(self) -> tuple[TrialRecord, ...]:
        """The trials that ended ok: the only ones that figures are taken from."""
        return tuple(trial for trial in self.trials if trial.status == "ok")

    @property
    def endings(self) -> tuple[str, ...]:
        """How the others ended."""
        return tuple(f"{FRAMEWORKS[trial.framework]}, {ending(trial)}" for trial in self.trials if trial.status != "ok")

    @property
    def ended(self) -> str:
        """The same in one clause, a reason that several trials share told once; empty where all ended ok."""
        ways = collect((t for t in self.trials if t.status != "ok"), lambda trial: (trial.status, trial.reason))
        return "; ".join(
            f"{counted(len(trials), 'trial')} {status}: {reason or 'no reason recorded'}"
            for (status, reason), trials in ways.items()
        )

    @property
    def frameworks(self) -> tuple[Framework, ...]:
        """The frameworks that it was tried in."""
        return tuple(dict.fromkeys(trial.framework for trial in self.trials))

    @property
    def steps(self) -> int:
        """Optimiser steps of the shortest trial that ended ok; 0 without one."""
        return min((trial.steps or 0 for trial in self.finished), default=0)

    @property
    def outside(self) -> str | None:
        """Why it is kept out of verdicts: its halves are averaged, and are not proved to be one model."""
        reason = unproved(self.trials)
        return None if reason is None else f"{short(self.name)}: {MARK}: {reason}"


@dataclass(frozen=True)
class Case:
    """One data set in one setting at one budget."""

    setting: Setting
    recipes: dict[str, Recipe]
    over: bool
    """Whether every trial of the run has ended, and every experiment."""

    @property
    def outside(self) -> str | None:
        """Why nothing here is compared; None where it may be."""
        return None if self.setting.budget.verdicts else NO_VERDICTS


def cases(run: RunRecord) -> list[Case]:
    """The cases of a run, in the order of its trials."""
    return _sorted(run, run.trials, lambda trial: trial.dataset)


def single_classes(run: RunRecord) -> list[Case]:
    """The experiments of a run, each of which tries one class of a data set by itself: a case for each whole set.

    A case has the whole set's setting, so that the two can be found for one another; its seeds differ in the class.
    """
    whole = {trial.id: parts[0] for trial in run.experiments if (parts := whole_and_classes(trial.dataset))}
    return _sorted(run, (trial for trial in run.experiments if trial.id in whole), lambda trial: whole[trial.id])


def _sorted(run: RunRecord, some: Iterable[TrialRecord], dataset_of: Callable[[TrialRecord], str]) -> list[Case]:
    def key(trial: TrialRecord) -> Hashable:
        # A budget without verdicts differs from recipe to recipe: they stand together to be told so.
        budget = trial.budget if trial.budget.verdicts else trial.budget.name
        return dataset_of(trial), trial.device, trial.precision, trial.mode, budget

    found = []
    for trials in collect(some, key).values():
        models = collect(trials, lambda trial: trial.model)
        recipes = {model: Recipe(model, tuple(own)) for model, own in models.items()}
        found.append(Case(_setting(run, trials[0], dataset_of(trials[0])), recipes, run.over))
    return found


def _setting(run: RunRecord, trial: TrialRecord, dataset: str) -> Setting:
    budget, read = trial.budget, run.datasets.get(dataset)
    labels = [other.label for other in run.datasets.values()]
    label = read.label if read is not None and labels.count(read.label) == 1 else dataset
    if not budget.verdicts:
        words = f"each recipe's own budget ({budget.name})"
    elif budget.seconds is not None:
        words = f"{budget.seconds:g} s of training in batches of {budget.batch_size}"
    else:
        words = f"{budget.images or 0:,} images in batches of {budget.batch_size}"
    return Setting(
        dataset=dataset,
        label=label,
        device=trial.device,
        precision=trial.precision,
        mode=trial.mode,
        budget=budget,
        budget_words=words,
    )
