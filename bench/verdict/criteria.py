"""What a reader may care for: each criterion with the one measure that decides it, and those that stand beside it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.models.titles import called, short
from bench.results.record import TrialRecord
from bench.statistics.decision import MOST_AGREE
from bench.statistics.holm import Adjusted
from bench.verdict import curves, measures
from bench.verdict.cases import Case, Recipe
from bench.verdict.declared import WEIGHTS
from bench.verdict.measures import Factory, Measure
from bench.verdict.recommend import share_of
from bench.verdict.record import Criterion, Side, Tested, Verdict
from bench.verdict.sides import Pair, judged, pair, shown, side
from bench.verdict.words import counted, sentences


@dataclass(frozen=True)
class Ask:
    """A criterion before anything is measured."""

    id: str
    title: str
    asks: str
    decides: Factory
    beside: tuple[Factory, ...] = ()
    veto: bool = False
    """Whether the measures beside it are of the same thing, so that a winner must win on them too, or at least not
    lose nine pairs of seeds in ten."""


ASKS = (
    # After equal images, and whoever wins must not lose after equal seconds.
    Ask(
        "distance",
        "nearer to the data",
        "whose pictures are nearer to real ones?",
        measures.distance,
        (curves.distance_at_equal_seconds,),
        veto=True,
    ),
    Ask(
        "variety",
        "more varied",
        "whose pictures show more of what there is?",
        measures.share("coverage"),
        (measures.share("recall"),),
        veto=True,
    ),
    # Density decides, because uniform noise can have a fair precision.
    Ask(
        "sharpness",
        "sharper",
        "whose pictures look more like single real ones?",
        measures.share("density"),
        (measures.share("precision"),),
        veto=True,
    ),
    Ask("speed", "sooner good", "who comes to a preset distance in fewer seconds?", curves.time_to_target),
    Ask(
        "cost",
        "cheaper to train",
        "who trains on a picture in less time?",
        measures.training,
        (measures.memory, measures.energy),
    ),
    Ask("sampling", "faster to draw from", "who draws pictures faster?", measures.sampling),
)
"""The hypotheses of an answer, in this order; `stability` and `control` are added to them without a test."""


@dataclass(frozen=True)
class Asked:
    """A criterion that has been measured, and waits for its family."""

    ask: Ask
    decides: Pair
    beside: tuple[Pair, ...]

    @property
    def p_value(self) -> float | None:
        """What the family is corrected over; None where it could not be tested."""
        return None if self.decides.comparison is None else self.decides.comparison.p_value


def measured(case: Case, a: Recipe, b: Recipe) -> list[Asked]:
    """Every criterion of a contest, in the order of `ASKS`."""
    return [
        Asked(ask, pair(case, a, b, ask.decides), tuple(pair(case, a, b, other) for other in ask.beside))
        for ask in ASKS
    ]


def concluded(asked: Asked, adjusted: Adjusted) -> Criterion:
    """A criterion with its verdict."""
    tested = judged(asked.decides, adjusted)
    verdict, winner, reason = tested.verdict, tested.winner, tested.reason
    against = [other for other in asked.beside if asked.ask.veto and winner and _clear(other) not in (None, winner)]
    if against:
        verdict, winner = "undecided", None
        titles = f"{tested.protocol.title} and {against[0].protocol.title}"
        reason = sentences(f"the measures {titles} point different ways", reason)
    return _criterion(asked.ask, verdict, winner, reason, asked.decides, tested, asked.beside)


def stability(case: Case, a: Recipe, b: Recipe) -> Criterion:
    """How far seeds end from each other. Without a test: six seeds say little of a spread, so it only leans."""
    ask = Ask("stability", "steadier", "whose seeds end alike?", measures.distance)
    found = stability_pair(case, a, b)
    who = _clear(found)
    tested = shown(found)
    few = found.comparison is None or min(found.comparison.n_a, found.comparison.n_b) < found.evidence.least_seeds
    ended = "; ".join(
        f"{len(recipe.trials) - len(recipe.finished)} of {counted(len(recipe.trials), 'trial')} of "
        f"{short(recipe.name)} did not end ok"
        for recipe in (a, b)
        if len(recipe.finished) < len(recipe.trials)
    )
    verdict: Verdict
    if found.comparison is None:
        verdict, who, reason = "not tested", None, found.lacking
    elif who is None or few:
        verdict, who, reason = "undecided", None, "so few seeds do not show whose end nearer to each other"
    else:
        verdict, reason = "leaning", f"the seeds of {short(who)} end nearer to each other in nearly all pairs"
    reason = sentences(reason, ended)
    return _criterion(ask, verdict, who, reason, found, tested, ())


def stability_pair(case: Case, a: Recipe, b: Recipe) -> Pair:
    """The spreads of two recipes over their seeds."""
    return pair(case, a, b, lambda _: _deviation(a, b))


def control(a: Recipe, b: Recipe) -> Criterion:
    """Whether a class can be asked for: neither recipe of a contest is told one."""
    alone = called("cond_vae")
    reason = (
        f"neither {short(a.name)} nor {short(b.name)} is told a class. {alone[:1].upper()}{alone[1:]} is, but "
        "it is given labels and stands in no contest with them: see claim 11"
    )
    return Criterion(
        id="control",
        title="gives what is asked for",
        asks="can a class be asked for?",
        verdict="not tested",
        winner=None,
        reason=reason,
        weight=0.0,
        share=None,
        decides=None,
        beside=(),
    )


def _criterion(
    ask: Ask, verdict: Verdict, winner: str | None, reason: str, decides: Pair, tested: Tested, beside: Sequence[Pair]
) -> Criterion:
    return Criterion(
        id=ask.id,
        title=ask.title,
        asks=ask.asks,
        verdict=verdict,
        winner=winner,
        reason=reason,
        weight=WEIGHTS[ask.id],
        share=share_of(decides),
        decides=tested,
        beside=tuple(map(shown, beside)),
    )


def _clear(found: Pair) -> str | None:
    """Who is better in nearly all pairs of seeds; None where nobody is."""
    comparison = found.comparison
    if comparison is None or comparison.leader is None or comparison.agreement < MOST_AGREE:
        return None
    return found.names[comparison.leader == "b"]


def _deviation(a: Recipe, b: Recipe) -> Measure:
    """How far a seed's distance is from the median seed of its recipe, as a share (Brown & Forsythe 1974)."""
    base = measures.distance((*a.finished, *b.finished))
    ratio = base.protocol.scale == "log"
    deviations: dict[tuple[str, int], float] = {}
    for recipe in (a, b):
        found = side(recipe, base)
        if isinstance(found, Side) and len(found.values) > 2:
            middle = statistics.median(found.values)
            for seed, value in zip(found.seeds, found.values, strict=True):
                apart = math.log(value / middle) if ratio and min(value, middle) > 0 else value - middle
                deviations[recipe.name, seed] = abs(apart)

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        value = deviations.get((trial.model, trial.seed))
        return value, "a spread over seeds needs three of them" if value is None else ""

    how = (
        f"{base.protocol.title}: how far from its recipe's median seed, {'as a share' if ratio else 'as a difference'}"
    )
    changes = {"measure": "deviation", "title": "spread over seeds", "scale": "linear", "how": how}
    return Measure(base.protocol.model_copy(update=changes), get)
