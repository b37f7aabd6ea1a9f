"""Two recipes on one measure: their seeds, the comparison, and the verdict once the family is known."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from bench.models.titles import short
from bench.results.groups import FRAMEWORKS
from bench.statistics.comparison import Comparison, compare
from bench.statistics.decision import Decision, Evidence, decide
from bench.statistics.estimate import Estimate, Scale
from bench.statistics.holm import Adjusted
from bench.statistics.means import mean
from bench.statistics.seeds import one_value_per_seed
from bench.verdict.cases import Case, Recipe
from bench.verdict.declared import LEAST_STEPS
from bench.verdict.halves import NONE_IN_COMMON, in_common
from bench.verdict.measures import Factory, Getter, Measure
from bench.verdict.record import Interval, Protocol, Side, Tested

NOT_OVER = "trials are still to come"
SHOWN = "shown beside it, without a verdict of its own"


@dataclass(frozen=True)
class Pair:
    """Two sides of one measure; what cannot be compared has its reason."""

    protocol: Protocol
    sides: tuple[Side | None, Side | None]
    comparison: Comparison | None
    lacking: str
    """Why there is no comparison; empty where there is one."""
    evidence: Evidence
    over: bool
    alike: float

    @property
    def names(self) -> tuple[str, str]:
        """The recipes; empty where a side has no value."""
        a, b = self.sides
        return a.recipe if a else "", b.recipe if b else ""

    @property
    def called(self) -> tuple[str, str]:
        """What they are called in sentences."""
        first, second = self.names
        return short(first), short(second)


def pair(case: Case, a: Recipe, b: Recipe, factory: Factory) -> Pair:
    """Compare two recipes of a case, as far as it may be and can be."""
    measure = factory((*a.finished, *b.finished))
    alike: tuple[Recipe, Recipe] | None = (a, b)
    if measure.halves_differ:
        alike = in_common(a, b, lambda trial: measure.get(trial)[0] is not None)
    sides = (NONE_IN_COMMON, NONE_IN_COMMON) if alike is None else (side(alike[0], measure), side(alike[1], measure))
    protocol = _scaled(measure.protocol, *(found for found in sides if isinstance(found, Side)))
    lacking = case.outside or _lacking((a, b), sides)
    first, second = (found if isinstance(found, Side) else None for found in sides)
    comparison = None
    if not lacking and first is not None and second is not None and protocol.better is not None:
        comparison = compare(first.values, second.values, protocol.better, protocol.scale)
    evidence = Evidence(min(a.steps, b.steps), LEAST_STEPS)
    return Pair(protocol, (first, second), comparison, lacking, evidence, case.over, measure.alike)


def _lacking(recipes: tuple[Recipe, Recipe], sides: tuple[Side | str, Side | str]) -> str:
    """Why two sides are not compared, a reason that both share once; empty where they may be."""
    outside = [recipe.outside for recipe in recipes if recipe.outside]
    if outside:
        return "; ".join(outside)
    first, second = sides
    if isinstance(first, str) and first == second:
        return first
    found = zip(recipes, sides, strict=True)
    return "; ".join(f"{short(recipe.name)}: {own}" for recipe, own in found if isinstance(own, str))


def side(recipe: Recipe, measure: Measure) -> Side | str:
    """The seeds of a recipe on a measure, or why there is none."""
    found = {(trial.seed, trial.framework): (trial, *measure.get(trial)) for trial in recipe.finished}
    reasons = [
        f"{FRAMEWORKS[t.framework]}, seed {t.seed}: {reason}" for t, value, reason in found.values() if value is None
    ]
    missing = (*recipe.endings, *reasons)
    seeds = one_value_per_seed({key: value for key, (_, value, _) in found.items()}, len(recipe.frameworks))
    if not seeds.values:
        # Told once, where all trials lack it for the same reason.
        told = dict.fromkeys(reason for _, value, reason in found.values() if value is None)
        return "; ".join(told) or recipe.ended or "no trial"
    scale: Scale = measure.protocol.scale if min(seeds.values) > 0 else "linear"
    return Side(
        recipe=recipe.name,
        seeds=seeds.seeds,
        values=seeds.values,
        mean=interval(mean(seeds.values, scale=scale)),
        tried=len(recipe.trials),
        ended_ok=len(recipe.finished),
        missing=missing,
        note=seeds.note,
        real=_end(recipe, measure.real),
        noise=_end(recipe, measure.noise),
        command=recipe.finished[0].command,
    )


def shown(pair: Pair) -> Tested:
    """A comparison that is no hypothesis of the family."""
    return _tested(pair, None, "not tested", None, pair.lacking or SHOWN, None)


def judged(pair: Pair, adjusted: Adjusted) -> Tested:
    """The verdict on a comparison from its place in its family; none before the run is over."""
    if pair.comparison is None:
        return _tested(pair, adjusted.adjusted, "not tested", None, pair.lacking, None)
    decision = decide(pair.comparison, adjusted, pair.evidence, pair.called)
    if decision.verdict == "supported" and not pair.over:
        decision = dataclasses.replace(decision, verdict="leaning", reason=f"{decision.reason}; but {NOT_OVER}")
    return _tested(pair, adjusted.adjusted, decision.verdict, winner(pair, decision), decision.reason, decision)


def winner(pair: Pair, decision: Decision) -> str | None:
    """Who wins, by name."""
    return None if decision.winner is None else pair.names[decision.winner == "b"]


def interval(estimate: Estimate) -> Interval:
    """An estimate as it is written down."""
    return Interval(**dataclasses.asdict(estimate))


def _tested(
    pair: Pair, adjusted: float | None, verdict: str, who: str | None, reason: str, decision: Decision | None
) -> Tested:
    found = pair.comparison
    return Tested.model_validate(
        {
            "protocol": pair.protocol,
            "a": pair.sides[0],
            "b": pair.sides[1],
            "difference": interval(found.difference) if found else None,
            "improvement": interval(found.improvement) if found else None,
            "effect": found.merit if found else None,
            "p_value": found.p_value if found else None,
            "adjusted": adjusted,
            "verdict": verdict,
            "winner": who,
            "reason": reason,
            "seeds_needed": decision.seeds_needed if decision else None,
        }
    )


def _scaled(protocol: Protocol, *sides: Side) -> Protocol:
    """The protocol on a scale that its values have: a ratio needs positive ones."""
    positive = all(value > 0 for side in sides for value in side.values)
    return protocol if positive else protocol.model_copy(update={"scale": "linear"})


def _end(recipe: Recipe, get: Getter | None) -> float | None:
    if get is None:
        return None
    values = [value for value, _ in map(get, recipe.finished) if value is not None]
    return math.fsum(values) / len(values) if values else None
