"""GAN or CVAE: the answers of a run, one for each data set, budget and arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.numbers import significant
from bench.statistics.decision import LEAST_SEEDS
from bench.statistics.holm import ALPHA, holm
from bench.verdict import criteria
from bench.verdict.cases import Case, Recipe
from bench.verdict.criteria import Asked
from bench.verdict.declared import CONTESTS, LEAST_STEPS, WEIGHTS, Contest
from bench.verdict.flips import flip
from bench.verdict.recommend import recommend
from bench.verdict.record import Answer, Criterion, Family, Tested, Verdict
from bench.verdict.sides import NOT_OVER

DECIDE = ("distance", "variety")
"""The criteria that decide together: memorising is near, and noise is varied, so neither does alone."""


@dataclass(frozen=True)
class _Entry:
    """A contest in one case, measured."""

    case: Case
    contest: Contest
    a: Recipe
    b: Recipe
    asked: list[Asked]


def answers(found: Sequence[Case]) -> tuple[list[Answer], list[Family]]:
    """Every answer, headline first, and the families: an arm over all data sets is one."""
    made, families = [], []
    for contest in CONTESTS:
        entries = [
            _Entry(case, contest, a, b, criteria.measured(case, a, b))
            for case in found
            if (a := case.recipes.get(contest.a)) and (b := case.recipes.get(contest.b))
        ]
        # Every criterion of every data set that was planned, whether or not it came to a figure.
        p_values = {
            f"{number} {asked.ask.id}": asked.p_value
            for number, entry in enumerate(entries)
            if entry.case.outside is None
            for asked in entry.asked
        }
        adjusted = holm(p_values)
        tested = sum(p is not None for p in p_values.values())
        if p_values:
            families.append(Family(name=f"GAN or CVAE, {contest.arm}", size=len(p_values), tested=tested, alpha=ALPHA))
        for number, entry in enumerate(entries):
            if entry.case.outside is not None:
                made.append(_kept_out(entry))
                continue
            found_criteria = [criteria.concluded(asked, adjusted[f"{number} {asked.ask.id}"]) for asked in entry.asked]
            made.append(_answer(entry, found_criteria))
    return made, families


def _answer(entry: _Entry, found: list[Criterion]) -> Answer:
    case, a, b = entry.case, entry.a, entry.b
    steady = criteria.stability(case, a, b)
    verdict, winner, reason = together(*(next(c for c in found if c.id == name) for name in DECIDE))
    pairs = {asked.ask.id: asked.decides for asked in entry.asked}
    pairs["stability"] = criteria.stability_pair(case, a, b)
    weighed = recommend(pairs, WEIGHTS, (a.name, b.name))
    return Answer(
        setting=case.setting,
        arm=entry.contest.arm,
        headline=entry.contest.headline,
        a=a.name,
        b=b.name,
        sentence=sentence(case, found, verdict, winner, reason),
        verdict=verdict,
        winner=winner,
        reason=reason,
        steps=min((recipe.steps for recipe in (a, b) if recipe.finished), default=None),
        criteria=(*found, steady, criteria.control(a, b)),
        recommendation=weighed,
        # Halves that are not one model have no mean curve either.
        flips=() if a.outside or b.outside else (flip(a, b, "images"), flip(a, b, "seconds")),
    )


def _kept_out(entry: _Entry) -> Answer:
    reason = entry.case.outside or ""
    return Answer(
        setting=entry.case.setting,
        arm=entry.contest.arm,
        headline=entry.contest.headline,
        a=entry.a.name,
        b=entry.b.name,
        sentence=f"For {entry.case.setting.label}: no answer: {reason}.",
        verdict="not tested",
        winner=None,
        reason=reason,
        steps=None,
        criteria=(),
        recommendation=None,
        flips=(),
    )


def together(distance: Criterion, variety: Criterion) -> tuple[Verdict, str | None, str]:
    """Verdict, winner and reason from the two criteria that decide together.

    A winner wins on both. Where one of them is not decided it only leans, and where they point different ways it is
    undecided.
    """
    pair = (distance, variety)
    if all(criterion.verdict == "not tested" for criterion in pair):
        return "not tested", None, distance.reason
    named = {criterion.winner for criterion in pair if criterion.winner is not None}
    if not named:
        return "undecided", None, "; ".join(f"{criterion.title}: {criterion.reason}" for criterion in pair)
    if len(named) > 1:
        return "undecided", None, f"{distance.winner} is nearer to the data, but {variety.winner} is more varied"
    winner = named.pop()
    if all(criterion.verdict == "supported" for criterion in pair):
        return "supported", winner, f"{winner} is nearer to the data and more varied"
    sure = [criterion.title for criterion in pair if criterion.verdict == "supported"]
    leans = [criterion.title for criterion in pair if criterion.verdict == "leaning"]
    open_ = [f"{criterion.id} is {criterion.verdict}" for criterion in pair if criterion.winner is None]
    parts = [f"{winner} is {' and '.join(sure)}"] if sure else []
    parts += [f"it leans to {winner} as {' and '.join(leans)}"] if leans else []
    return "leaning", winner, ", ".join((*parts, *open_))


def sentence(case: Case, found: Sequence[Criterion], verdict: Verdict, winner: str | None, reason: str) -> str:
    """The straight answer for one data set."""
    where = f"For {case.setting.label} at {case.setting.budget_words.partition(' in batches')[0]}"
    if verdict == "not tested":
        return f"{where}: no answer: {reason}."
    by_id = {criterion.id: criterion for criterion in found}
    pair = [by_id[name] for name in DECIDE]
    seen = [text for criterion in pair if (text := _seen(criterion, winner))]
    numbers = " and ".join(seen)
    if verdict == "supported":
        return f"{where}: {winner} wins: {numbers}."
    would = _what_would(case, pair)
    if verdict == "leaning":
        return f"{where}: leaning towards {winner}: {numbers}{would}."
    split = {criterion.winner for criterion in pair if criterion.winner is not None}
    if len(split) > 1:
        return f"{where}: undecided: {reason} ({numbers})."
    return f"{where}: undecided: neither recipe is shown to be better ({numbers}){would}."


def _seen(criterion: Criterion, winner: str | None) -> str:
    """A criterion's means, the winner's first: "nearer to the data (FD 76 against 93, 3 seeds)"."""
    tested = criterion.decides
    if tested is None or tested.a is None or tested.b is None or tested.difference is None:
        return ""
    first, second = (tested.b, tested.a) if winner == tested.b.recipe else (tested.a, tested.b)
    title = tested.protocol.title.partition(" [")[0]
    means = f"{_mean(first.mean.value)} against {_mean(second.mean.value)}"
    seeds = f"{min(len(first.values), len(second.values))} seeds".replace("1 seeds", "1 seed")
    if winner is None:
        return f"{title} of {first.recipe} {means} of {second.recipe}, {seeds}"
    aside = "" if criterion.winner == winner else "not shown to be "
    return f"{aside}{criterion.title} ({title} {means}, {seeds})"


def _what_would(case: Case, pair: Sequence[Criterion]) -> str:
    """Seeds and steps that would decide it; empty where only new seeds would."""
    if not case.over:
        return f"; {NOT_OVER}"
    tested = [criterion.decides for criterion in pair if criterion.decides and criterion.decides.difference]
    still = [found for found in tested if found.verdict != "supported"]
    seeds = max([LEAST_SEEDS, *(found.seeds_needed or 0 for found in still)])
    steps = min(_steps(case, tested), default=0)
    few = any(_fewest(found) < seeds for found in still)
    parts = [f"{seeds} seeds"] * few + [f"{LEAST_STEPS:,} steps"] * (steps < LEAST_STEPS)
    if not parts:
        return ""
    # One seed has no spread to foresee anything by; without any spread among several, the least seeds do.
    known = all(found.seeds_needed or (found.effect is None and _fewest(found) > 1) for found in still)
    wanted = " and ".join(parts)
    return f"; {wanted} would decide" if known else f"; at least {wanted} would be needed to decide"


def _steps(case: Case, tested: Sequence[Tested]) -> list[int]:
    sides = [side for found in tested for side in (found.a, found.b) if side is not None]
    return [case.recipes[side.recipe].steps for side in sides]


def _fewest(found: Tested) -> int:
    return min(len(found.a.values) if found.a else 0, len(found.b.values) if found.b else 0)


def _mean(value: float | None) -> str:
    return "n/a" if value is None else significant(value)
