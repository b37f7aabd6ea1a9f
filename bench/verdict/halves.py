"""Two recipes in the same frameworks: times differ between the halves of a pair, where pictures do not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from bench.results.record import Framework, TrialRecord
from bench.verdict.cases import Recipe

NONE_IN_COMMON = "not comparable: no framework has figures of both, and frameworks differ in times"


def in_common(a: Recipe, b: Recipe, has: Callable[[TrialRecord], bool]) -> tuple[Recipe, Recipe] | None:
    """Both recipes in those frameworks alone that both have figures in, and without seeds that lack one of them.

    A recipe of which a half failed would otherwise be compared by the other half's times. `has` says whether a trial
    that ended ok has the figure. As they are where one of them has none at all; None where they share no framework.
    """
    figures = [{(trial.seed, trial.framework) for trial in recipe.finished if has(trial)} for recipe in (a, b)]
    if not all(figures):
        return a, b
    shared = set.intersection(*({framework for _, framework in own} for own in figures))
    if not shared:
        return None

    def kept(recipe: Recipe, own: set[tuple[int, Framework]]) -> Recipe:
        whole = {
            seed: sum((seed, framework) in own for framework in shared) in (0, len(shared))
            for seed in {trial.seed for trial in recipe.trials}
        }
        trials = (
            trial
            for trial in recipe.trials
            if trial.framework in shared and (trial.status != "ok" or whole[trial.seed])
        )
        return dataclasses.replace(recipe, trials=tuple(trials))

    return kept(a, figures[0]), kept(b, figures[1])
