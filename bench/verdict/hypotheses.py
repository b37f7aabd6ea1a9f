"""Hypotheses of claims: measured first, concluded once their family is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.models.titles import short
from bench.results.folder import RunFolder
from bench.results.record import DatasetRecord, TrialRecord
from bench.statistics.decision import Evidence
from bench.statistics.estimate import Better
from bench.statistics.holm import Adjusted
from bench.verdict.cases import Case, Recipe
from bench.verdict.declared import LEAST_STEPS
from bench.verdict.measures import Factory
from bench.verdict.onesample import against, conclude
from bench.verdict.record import Figure, Finding, Side
from bench.verdict.sides import Pair, judged, pair, side

NO_CLASSES = "the data set has no classes"
TWO_SAMPLES = "the larger p of the exact permutation test and Welch's t-test over the seeds"
"""How two recipes are told apart, in words."""


@dataclass(frozen=True)
class Hypothesis:
    """A part of a claim on one data set. Without a p-value it was not tested, and counts in its family all the same."""

    p_value: float | None
    conclude: Callable[[Adjusted], Finding]


@dataclass(frozen=True)
class Evident:
    """What claims are judged by: the cases of a run, what it read, and its folder for those that need pictures.

    Which hypotheses there are is decided by what was asked for and by the data sets, never by what came of the trials:
    a family that shrinks with what failed keeps no promise.
    """

    cases: Sequence[Case]
    datasets: Mapping[str, DatasetRecord]
    folder: RunFolder
    single_classes: Sequence[Case] = ()
    """The experiments on one class of a data set, in a case for each whole set."""
    experiments: bool = False
    """Whether the study asked for the small experiments."""

    def with_both(self, first: str, second: str) -> Iterator[tuple[Case, Recipe, Recipe]]:
        """The cases in which both recipes were tried, with them."""
        for case in self.cases:
            if first in case.recipes and second in case.recipes:
                yield case, case.recipes[first], case.recipes[second]

    def dataset(self, case: Case) -> DatasetRecord | None:
        """What was read of a case's data set; None where the run does not say."""
        return self.datasets.get(case.setting.dataset)

    def classes(self, case: Case) -> int | None:
        """Classes of a case's data set, 0: it has no labels; of one that was not read, as its trials say, or None."""
        read = self.dataset(case)
        if read is not None:
            return read.classes
        return next((trial.num_classes for trial in _trials(case) if trial.num_classes is not None), None)

    def channels(self, case: Case) -> int | None:
        """Channels of a case's pictures, likewise."""
        read = self.dataset(case)
        if read is not None:
            return read.image_shape[2]
        return next((trial.image_shape[2] for trial in _trials(case) if trial.image_shape is not None), None)


class Limit(NamedTuple):
    """What a measure is held against."""

    value: float
    words: str
    deviation: float = 0.0
    """Of one real picture, where it was measured on real pictures: over n of them its standard error is this / √n."""


def of_share(share: float, words: str, times: float = 1.0) -> Limit:
    """A multiple of a share of real pictures: each of them has what is counted or has it not."""
    return Limit(times * share, words, times * math.sqrt(share * (1 - share)))


def _trials(case: Case) -> Iterator[TrialRecord]:
    return (trial for recipe in case.recipes.values() for trial in recipe.trials)


@dataclass(frozen=True)
class Claimed:
    """A claim as a hypothesis; each file of `bench/verdict/claims/` declares one as `CLAIM`."""

    id: int
    claim: str
    measure: str
    direction: str
    threshold: str
    test: str
    models: tuple[str, ...]
    """What a run must have for it."""
    hypotheses: Callable[[Evident], Iterable[Hypothesis]]
    otherwise: str = "the run has no trial that it needs"
    """Why it is not tested, where there is no hypothesis."""
    datasets: str | None = None
    """What to type for `--datasets` to test it; None: those of the run."""
    experiments: bool = False
    """Whether a run must be asked for the small experiments (`--experiments`) to test all of it."""


def threshold(
    case: Case,
    recipe: Recipe,
    factory: Factory,
    part: str,
    limit: Callable[[Side], Limit | str],
    holds: Better,
    beside: Sequence[Figure] = (),
    *,
    pictures: int | None = None,
) -> Hypothesis:
    """A recipe on one measure against a threshold: `limit` gives it, or the reason why there is none.

    `holds`: on which side of it the claim does. `pictures`: how many real ones it was measured on, if on any; None: as
    many as the protocol of the measure says.
    """
    measure = factory(recipe.finished)
    if (outside := case.outside or recipe.outside) is not None:
        return untested(case, part, outside, beside)
    found = side(recipe, measure)
    if isinstance(found, str):
        return untested(case, part, f"{short(recipe.name)}: {found}", beside)
    value = limit(found)
    figure = Figure(title=f"{part}: {recipe.name}", setting=case.setting, protocol=measure.protocol, side=found)
    if isinstance(value, str):
        return untested(case, part, value, (figure, *beside))
    figure = figure.model_copy(update={"threshold": value.value, "threshold_words": value.words})
    positive = measure.protocol.scale == "log" and min(*found.values, value.value) > 0
    error = value.deviation / math.sqrt(pictures or measure.protocol.n or math.inf)
    judged_by = against(found.values, value.value, holds, "log" if positive else "linear", error)
    evidence = Evidence(recipe.steps, LEAST_STEPS)

    def concluded(adjusted: Adjusted) -> Finding:
        verdict, leans, reason, needed = conclude(judged_by, adjusted, evidence, case.over)
        return Finding(
            setting=case.setting,
            part=part,
            verdict=verdict,
            leans=leans,
            reason=reason,
            p_value=judged_by.p_value,
            adjusted=adjusted.adjusted,
            seeds_needed=needed,
            figures=(figure, *beside),
        )

    return Hypothesis(judged_by.p_value, concluded)


def contest(case: Case, a: Recipe, b: Recipe, factory: Factory, part: str) -> Hypothesis:
    """A claim that recipe A is better than B on one measure: refuted where B is."""
    return against_each_other(case, pair(case, a, b, factory), part)


def against_each_other(case: Case, found: Pair, part: str) -> Hypothesis:
    """The same of two sides that are at hand."""
    figures = tuple(
        Figure(title=f"{part}: {own.recipe}", setting=case.setting, protocol=found.protocol, side=own)
        for own in found.sides
        if own is not None
    )

    def concluded(adjusted: Adjusted) -> Finding:
        tested = judged(found, adjusted)
        holds = tested.winner == found.names[0]
        told = {"supported": "supported" if holds else "refuted"}.get(tested.verdict, tested.verdict)
        return Finding.model_validate(
            {
                "setting": case.setting,
                "part": part,
                "verdict": told,
                "leans": ("supported" if holds else "refuted") if told == "leaning" else None,
                "reason": tested.reason,
                "p_value": tested.p_value,
                "adjusted": tested.adjusted if tested.p_value is not None else None,
                "seeds_needed": tested.seeds_needed,
                "difference": tested.difference,
                "figures": figures,
            }
        )

    return Hypothesis(None if found.comparison is None else found.comparison.p_value, concluded)


def untested(case: Case, part: str, reason: str, figures: Sequence[Figure] = ()) -> Hypothesis:
    """A hypothesis that cannot be tested here, and why."""
    finding = Finding(
        setting=case.setting,
        part=part,
        verdict="not tested",
        leans=None,
        reason=reason,
        p_value=None,
        adjusted=None,
        seeds_needed=None,
        figures=tuple(figures),
    )
    return Hypothesis(None, lambda _: finding)


def beside(case: Case, recipe: Recipe | None, factory: Factory, title: str) -> tuple[Figure, ...]:
    """A figure that is shown with a hypothesis, where it was measured."""
    if recipe is None:
        return ()
    measure = factory(recipe.finished)
    found = side(recipe, measure)
    if isinstance(found, str):
        return ()
    return (Figure(title=f"{title}: {recipe.name}", setting=case.setting, protocol=measure.protocol, side=found),)
