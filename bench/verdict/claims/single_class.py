"""Claim 7: a CVAE suits data of a single class better."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from bench.results.record import TrialRecord
from bench.statistics.comparison import compare
from bench.statistics.decision import Evidence
from bench.verdict.cases import Case, Recipe
from bench.verdict.declared import LEAST_STEPS
from bench.verdict.hypotheses import TWO_SAMPLES, Claimed, Evident, Hypothesis, against_each_other
from bench.verdict.measures import Measure, kid_position
from bench.verdict.record import Side
from bench.verdict.sides import Pair, side

MODEL = "cvae"


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    """The experiments of a run, and the single classes that its study names beside the whole set."""
    for case in evident.cases:
        if MODEL not in case.recipes:
            continue
        for one in evident.single_classes:
            if one.setting.dataset == case.setting.dataset and _alike(one, case) and MODEL in one.recipes:
                yield _experiment(case, one.recipes[MODEL])
        for other in evident.cases:
            if _is_one_class_of(other, case, evident) and MODEL in other.recipes:
                yield _named(case, other)


def _experiment(case: Case, single: Recipe) -> Hypothesis:
    """Another class each seed, against the whole set's trials in the framework of the experiment."""
    whole = case.recipes[MODEL]
    own = tuple(trial for trial in whole.trials if trial.framework in single.frameworks)
    whole = dataclasses.replace(whole, trials=own)
    label, against = case.setting.label, kid_position(whole.finished)
    measures = _each_by_itself(single.finished, against.protocol.extractor), against
    found = _pair(case, (single, whole), measures, (f"one class of {label}", f"all of {label}"))
    return against_each_other(case, found, f"the CVAE is nearer to one class of {label} than to all of it")


def _named(case: Case, other: Case) -> Hypothesis:
    recipes = other.recipes[MODEL], case.recipes[MODEL]
    measures = kid_position(recipes[0].finished), kid_position(recipes[1].finished)
    label, one = case.setting.label, other.setting.label
    found = _pair(case, recipes, measures, (one, label))
    return against_each_other(case, found, f"the CVAE is nearer to {one} than to {label}")


def _alike(one: Case, whole: Case) -> bool:
    same = ("device", "precision", "mode", "budget")
    return all(getattr(one.setting, name) == getattr(whole.setting, name) for name in same)


def _is_one_class_of(one: Case, whole: Case, evident: Evident) -> bool:
    read = evident.datasets.get(one.setting.dataset)
    return (
        read is not None
        and read.classes == 1
        and one.setting.dataset.startswith(f"{whole.setting.dataset}[classes=")
        and _alike(one, whole)
    )


def _each_by_itself(trials: Sequence[TrialRecord], extractor: str | None) -> Measure:
    """`kid_position` of trials whose classes differ: each by its own protocol, but all by the extractor that is named.

    That may be done as the expectation of KID does not depend on N, and as each has a floor and a ceiling of its own.
    """

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        if extractor is not None and trial.quality is not None and trial.quality.extractor != extractor:
            return None, f"not comparable: scored by {trial.quality.extractor}, and all classes by {extractor}"
        return kid_position((trial,)).get(trial)

    return Measure(kid_position(trials).protocol, get)


def _pair(case: Case, recipes: tuple[Recipe, Recipe], measures: tuple[Measure, Measure], on: tuple[str, str]) -> Pair:
    """Single class against all: KID by one extractor, each between its own noise and its own real pictures."""
    names = [f"{recipe.name} on {what}" for recipe, what in zip(recipes, on, strict=True)]
    found = [side(recipe, measure) for recipe, measure in zip(recipes, measures, strict=True)]
    lacking = [
        reason
        for recipe, own, name in zip(recipes, found, names, strict=True)
        if (reason := case.outside or recipe.outside or (f"{name}: {own}" if isinstance(own, str) else None))
    ]
    extractors = {measure.protocol.extractor for measure in measures}
    if not lacking and len(extractors) > 1:
        lacking.append(f"not comparable: scored by different extractors ({' and '.join(map(str, extractors))})")
    first, second = (
        own.model_copy(update={"recipe": name}) if isinstance(own, Side) else None
        for own, name in zip(found, names, strict=True)
    )
    comparison = None
    if not lacking and first is not None and second is not None:
        comparison = compare(first.values, second.values, "higher")
    reference = "; ".join(f"{what}: {_reference(recipe)}" for recipe, what in zip(recipes, on, strict=True))
    protocol = measures[1].protocol.model_copy(update={"n": None, "reference": reference})
    evidence = Evidence(min(recipe.steps for recipe in recipes), LEAST_STEPS)
    return Pair(protocol, (first, second), comparison, "; ".join(lacking), evidence, case.over, 0.0)


def _reference(recipe: Recipe) -> str:
    """The real pictures that its trials were held against, in words."""
    found = dict.fromkeys(trial.quality.reference for trial in recipe.finished if trial.quality is not None)
    return ", ".join(found) or "not scored"


CLAIM = Claimed(
    id=7,
    claim="A CVAE suits data of a single class better.",
    measure="KID, which does not depend on the number of pictures, between uniform noise (0) and real pictures (1) of "
    "what it trained on: of cvae on one class of a data set, another class each seed, and on all of it",
    direction="higher on a single class",
    threshold="none: any difference",
    test=f"{TWO_SAMPLES}; both sides in one framework and by one extractor",
    models=(MODEL,),
    hypotheses=_hypotheses,
    otherwise="the run has no cvae on a single class beside the whole data set: `--experiments` makes one, and a study "
    "may name one, such as mnist-mini[classes=0]",
    datasets="mnist-mini",
    experiments=True,
)
