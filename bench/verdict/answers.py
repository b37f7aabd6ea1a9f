"""GAN or CVAE: the answers of a run, one for each data set, budget and arm."""

from __future__ import annotations

from collections.abc import Sequence

from bench.statistics.holm import ALPHA, Adjusted, holm
from bench.verdict import criteria
from bench.verdict.cases import Case
from bench.verdict.declared import CONTESTS, WEIGHTS, Contest
from bench.verdict.flips import flip
from bench.verdict.headlines import DECIDE, Entry, decisive, tell
from bench.verdict.recommend import recommend
from bench.verdict.record import Answer, Criterion, Family, OverallCriterion, Verdict

Concluded = Criterion | OverallCriterion


def entered(contest: Contest, found: Sequence[Case]) -> list[Entry]:
    """A contest in every case that has both recipes."""
    return [
        Entry(case, contest, a, b, criteria.measured(case, a, b))
        for case in found
        if (a := case.recipes.get(contest.a)) and (b := case.recipes.get(contest.b))
    ]


def answers(found: Sequence[Case]) -> tuple[list[Answer], list[Family]]:
    """Every answer, headline first, and the families: of each arm over all data sets, what decides, and the rest."""
    made, families = [], []
    for contest in CONTESTS:
        entries = entered(contest, found)
        # Every criterion of every data set that was planned, whether or not it came to a figure.
        p_values = {
            (number, asked.ask.id): asked.p_value
            for number, entry in enumerate(entries)
            if entry.case.outside is None
            for asked in entry.asked
        }
        adjusted: dict[tuple[int, str], Adjusted] = {}
        # What decides is a family of its own: what is asked besides must not cost a verdict its seeds.
        for name, decides in (("what decides", True), ("what stands beside it", False)):
            own = {key: p for key, p in p_values.items() if (key[1] in DECIDE) == decides}
            adjusted |= holm(own)
            tested = sum(p is not None for p in own.values())
            if own:
                title = f"GAN or CVAE, {contest.arm}: {name}"
                families.append(Family(name=title, size=len(own), tested=tested, alpha=ALPHA))
        for number, entry in enumerate(entries):
            asked_here = [] if entry.case.outside is not None else entry.asked
            concluded = [criteria.concluded(asked, adjusted[number, asked.ask.id]) for asked in asked_here]
            made.append(_answer(entry, concluded))
    return made, families


def _answer(entry: Entry, found: list[Criterion]) -> Answer:
    case, a, b = entry.case, entry.a, entry.b
    kept_out = case.outside is not None
    steady = [] if kept_out else [criteria.stability(case, a, b), criteria.control(a, b)]
    verdict, winner = together(*decisive(found)) if found else ("not tested", None)
    told = tell(entry, found, verdict, winner)
    pairs = {asked.ask.id: asked.decides for asked in entry.asked}
    pairs["stability"] = criteria.stability_pair(case, a, b)
    compared = any(pairs[name].comparison is not None for name in DECIDE)
    return Answer(
        setting=case.setting,
        arm=entry.contest.arm,
        headline=entry.contest.headline,
        a=a.name,
        b=b.name,
        sentence=told.sentence,
        verdict=verdict,
        winner=winner,
        confidence=told.confidence,
        reason=told.reason,
        command=told.command,
        steps=None if kept_out else min((recipe.steps for recipe in (a, b) if recipe.finished), default=None),
        criteria=(*found, *steady),
        # Speed and cost alone recommend nobody: the fastest pictures may be of nothing.
        recommendation=recommend(pairs, WEIGHTS, (a.name, b.name)) if compared and not kept_out else None,
        # Halves that are not one model have no mean curve either.
        flips=() if kept_out or a.outside or b.outside else (flip(a, b, "images"), flip(a, b, "seconds")),
    )


def together(distance: Concluded, variety: Concluded) -> tuple[Verdict, str | None]:
    """Verdict and winner from the two criteria that decide together.

    A winner wins on both. Where one of them is not decided it only leans, and where they point different ways it is
    undecided.
    """
    pair = (distance, variety)
    if all(criterion.verdict == "not tested" for criterion in pair):
        return "not tested", None
    named = {criterion.winner for criterion in pair if criterion.winner is not None}
    if len(named) != 1:
        return "undecided", None
    return "supported" if all(criterion.verdict == "supported" for criterion in pair) else "leaning", named.pop()
