"""GAN or CVAE over all data sets of a budget: interquartile means and the probability of improvement.

After Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice". It is said of the
data sets of the run, each of which weighs the same, and of no others: seeds are resampled, data sets are not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.models.titles import called, short
from bench.numbers import p_value
from bench.results.groups import collect
from bench.statistics.aggregate import interquartile_mean
from bench.statistics.decision import LEAST_SEEDS, MOST_AGREE
from bench.statistics.estimate import Better, sign_of
from bench.statistics.holm import ALPHA, Adjusted, holm
from bench.statistics.improvement import no_improvement_p, over_data_sets
from bench.verdict import measures
from bench.verdict.answers import entered, together
from bench.verdict.cases import Case
from bench.verdict.criteria import ASKS, Ask
from bench.verdict.declared import CONTESTS, LEAST_DATASETS, LEAST_STEPS, Contest
from bench.verdict.headlines import DECIDE, Entry
from bench.verdict.record import Family, LeftOut, Overall, OverallCriterion, Protocol, Setting, Verdict
from bench.verdict.sides import NOT_OVER, Pair, interval, pair
from bench.verdict.words import clause, counted, listed, sentences

Sides = Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]
"""Data set -> the seeds of A and of B."""
RELATIVE = "as a multiple of the geometric mean of both recipes"
NO_RATIO = "a time from 0 s on has no ratio that data sets could share"


@dataclass(frozen=True)
class _Scores:
    """The seeds of A and of B on one data set, on the scale that data sets share."""

    label: str
    a: tuple[float, ...]
    b: tuple[float, ...]
    kind: tuple[str, str]
    """What must be alike to be averaged: the figure, and the kind of extractor."""
    better: Better


@dataclass(frozen=True)
class _Summed:
    """A criterion over data sets, before its family is known."""

    ask: Ask
    scores: Sequence[_Scores]
    left_out: tuple[LeftOut, ...]
    how: str
    beside: Sequence[tuple[str, Better, Sides]] = ()
    """Measures of the same thing that may veto: title, which way is better, and both sides on each data set."""

    @property
    def p_value(self) -> float | None:
        return None if len(self.scores) < 2 else no_improvement_p(self.sides, self.scores[0].better)

    @property
    def sides(self) -> Sides:
        return {f"{place}": (own.a, own.b) for place, own in enumerate(self.scores)}

    @property
    def seeds(self) -> int | None:
        """Of the recipe that has fewest on any data set."""
        return min((min(len(own.a), len(own.b)) for own in self.scores), default=None)

    @property
    def few(self) -> str:
        """What a verdict needs of data sets and seeds, where there is less; empty where there is enough."""
        sets, seeds = len(self.scores), self.seeds or 0
        if sets >= LEAST_DATASETS and seeds >= LEAST_SEEDS:
            return ""
        needs = f"{LEAST_DATASETS} data sets with {LEAST_SEEDS} seeds of each recipe"
        return f"a verdict needs {needs}, there are {counted(sets, 'data set')} with {counted(seeds, 'seed')}"


def summaries(found: Sequence[Case]) -> tuple[list[Overall], list[Family]]:
    """What each arm says over the data sets of each budget, headline first, and the families: an arm is one."""
    made, families = [], []
    for contest in CONTESTS:
        entries = [entry for entry in entered(contest, found) if entry.case.outside is None]
        groups = list(collect(entries, lambda entry: _budget(entry.case.setting)).values())
        summed = [_summed(group) if len(group) > 1 else [] for group in groups]
        p_values = {f"{number} {own.ask.id}": own.p_value for number, criteria in enumerate(summed) for own in criteria}
        adjusted = holm(p_values)
        if p_values:
            name = f"over all data sets, {contest.arm}"
            tested = sum(p is not None for p in p_values.values())
            families.append(Family(name=name, size=len(p_values), tested=tested, alpha=ALPHA))
        for number, (group, criteria) in enumerate(zip(groups, summed, strict=True)):
            lacking = _lacking(group)
            concluded = [_concluded(own, group[0], adjusted[f"{number} {own.ask.id}"], lacking) for own in criteria]
            made.append(_overall(contest, group, found, concluded))
    return made, families


def _budget(setting: Setting) -> Setting:
    """All of a setting but its data set."""
    return setting.model_copy(update={"dataset": "", "label": ""})


def _summed(group: Sequence[Entry]) -> list[_Summed]:
    return [_criterion(ask, group) for ask in ASKS]


def _criterion(ask: Ask, group: Sequence[Entry]) -> _Summed:
    found = {entry.case.setting.label: _pair(ask, entry) for entry in group}
    scores, left_out = {}, {}
    for label, own in found.items():
        if own.comparison is None:
            left_out[label] = own.lacking
        elif own.protocol.unit is not None and own.protocol.scale == "linear":
            left_out[label] = NO_RATIO
        else:
            scores[label] = _scores(label, own)
    kinds = Counter(own.kind for own in scores.values())
    kind = max(kinds, key=lambda it: kinds[it], default=None)
    for label, score in scores.items():
        if score.kind != kind:
            left_out[label] = f"measured as {' by the '.join(score.kind)}, unlike the others"
    kept = [score for label, score in scores.items() if label not in left_out]
    how = next((_how(found[own.label].protocol) for own in kept), "not measured")
    named = tuple(LeftOut(dataset=label, reason=reason) for label, reason in left_out.items())
    beside = _beside(ask, [entry for entry in group if entry.case.setting.label not in left_out])
    return _Summed(ask, kept, named, how, beside)


def _beside(ask: Ask, group: Sequence[Entry]) -> list[tuple[str, Better, Sides]]:
    """The measures beside a criterion that has a veto, on the data sets where both recipes have them."""
    if not ask.veto:
        return []
    asked = [next(asked for asked in entry.asked if asked.ask.id == ask.id) for entry in group]
    found: list[tuple[str, Better, Sides]] = []
    for place in range(len(ask.beside)):
        pairs = [own.beside[place] for own in asked if own.beside[place].comparison is not None]
        if pairs:
            sides = {
                str(number): (own.sides[0].values, own.sides[1].values)
                for number, own in enumerate(pairs)
                if own.sides[0] is not None and own.sides[1] is not None
            }
            title = pairs[0].protocol.title.partition(" [")[0]
            found.append((title, pairs[0].protocol.better or "higher", sides))
    return found


def _vetoed(own: _Summed, ahead: bool) -> str:
    """The measure on which whoever is ahead loses nearly all pairs of seeds; empty where there is none."""
    for title, better, sides in own.beside:
        share = over_data_sets(sides, better).value or 0.0
        if (share if ahead else 1 - share) <= 1 - MOST_AGREE:
            return title
    return ""


def _pair(ask: Ask, entry: Entry) -> Pair:
    """The criterion's own comparison; of the distance, that of its position, because data sets differ in scale."""
    if ask.id == "distance":
        return pair(entry.case, entry.a, entry.b, measures.position)
    return next(asked.decides for asked in entry.asked if asked.ask.id == ask.id)


def _scores(label: str, found: Pair) -> _Scores:
    a, b = (side.values if side else () for side in found.sides)
    if found.protocol.scale == "log":
        middle = math.exp(sum(math.fsum(map(math.log, side)) / len(side) for side in (a, b)) / 2)
        a, b = (tuple(value / middle for value in side) for side in (a, b))
    return _Scores(label, a, b, _kind(found.protocol), found.protocol.better or "higher")


def _kind(protocol: Protocol) -> tuple[str, str]:
    """Figures of different extractors' kinds are never averaged; each data set has a domain extractor of its own."""
    name = protocol.extractor or ""
    kind = "random" if name.startswith("random") else "Inception" if name.startswith("Inception") else "domain"
    title = protocol.how.partition(" between ")[0] if protocol.measure == "position" else protocol.title
    return title.partition(" [")[0], f"{kind} extractor" if name else "training clock"


def _how(protocol: Protocol) -> str:
    title = protocol.how.partition(" [")[0] if protocol.measure == "position" else protocol.title
    if protocol.measure == "position":
        return f"{title.partition(' between ')[0]} between uniform noise (0) and real pictures (1)"
    return f"{title}, {RELATIVE}" if protocol.scale == "log" else f"{title}, as it is"


def _lacking(group: Sequence[Entry]) -> str:
    """What a verdict over the data sets of a group needs beside seeds; empty where nothing."""
    if not all(entry.case.over for entry in group):
        return NOT_OVER
    recipes = [recipe for entry in group for recipe in (entry.a, entry.b) if recipe.finished]
    steps = min((recipe.steps for recipe in recipes), default=0)
    few = steps < LEAST_STEPS
    return f"a verdict needs {counted(LEAST_STEPS, 'step')}, there are {steps:,}" if few else ""


def _concluded(own: _Summed, entry: Entry, adjusted: Adjusted, lacking: str) -> OverallCriterion:
    """A criterion with its numbers, and its verdict where there is enough of everything."""
    a, b = entry.a.name, entry.b.name
    several = len(own.scores) > 1
    means = [interquartile_mean({key: sides[place] for key, sides in own.sides.items()}) for place in (0, 1) if several]
    improvement = over_data_sets(own.sides, own.scores[0].better) if several else None
    verdict: Verdict = "undecided"
    winner = None
    if improvement is None:
        verdict = "not tested"
        one = f"{counted(len(own.scores), 'data set')} of {len(own.scores) + len(own.left_out)} has values that can"
        reason = f"{one} be averaged, and two are needed" if own.scores else "no data set has values of both recipes"
    elif few := "; ".join(filter(None, (own.few, lacking))):
        reason = f"numbers without a verdict: {few}"
    else:
        p = f"{p_value(adjusted.adjusted)} after Holm's correction over {adjusted.family} hypotheses"
        ahead = (improvement.value or 0.0) > 0.5
        gap = ((means[0].value or 0.0) - (means[1].value or 0.0)) * sign_of(own.scores[0].better)
        if adjusted.rejected and (title := _vetoed(own, ahead)):
            reason = f"measures of the same thing point different ways: {title} is against it ({p})"
        elif adjusted.rejected and (gap > 0) == ahead and gap:
            verdict, winner = "supported", a if ahead else b
            reason = f"{short(winner)} is better in most pairs of seeds ({p})"
        elif adjusted.rejected:
            reason = f"means and pairs of seeds point different ways ({p})"
        else:
            reason = f"neither is shown to be better ({p})"
    return OverallCriterion(
        id=own.ask.id,
        title=own.ask.title,
        score=own.how,
        better=own.scores[0].better if own.scores else None,
        a=interval(means[0]) if means else None,
        b=interval(means[1]) if means else None,
        improvement=interval(improvement) if improvement else None,
        datasets=tuple(found.label for found in own.scores),
        seeds=own.seeds,
        left_out=own.left_out,
        p_value=own.p_value,
        adjusted=adjusted.adjusted if own.p_value is not None else None,
        verdict=verdict,
        winner=winner,
        reason=reason,
    )


def _overall(
    contest: Contest, group: Sequence[Entry], found: Sequence[Case], criteria: Sequence[OverallCriterion]
) -> Overall:
    setting = group[0].case.setting
    pair_ = [criterion for criterion in criteria if criterion.id in DECIDE]
    verdict, winner = together(pair_[0], pair_[1]) if pair_ else ("not tested", None)
    return Overall(
        arm=contest.arm,
        headline=contest.headline,
        a=contest.a,
        b=contest.b,
        device=setting.device,
        precision=setting.precision,
        mode=setting.mode,
        budget=setting.budget,
        budget_words=setting.budget_words,
        sentence=_sentence(group, pair_, verdict, winner),
        verdict=verdict,
        winner=winner,
        reason=_odds(pair_, group[0])
        or "one data set has an answer of its own already; two are needed for one over all",
        datasets=tuple(entry.case.setting.label for entry in group),
        left_out=_apart(group, found),
        criteria=tuple(criteria),
    )


def _sentence(group: Sequence[Entry], pair_: Sequence[OverallCriterion], verdict: Verdict, winner: str | None) -> str:
    amount = f"after {group[0].case.setting.budget_words.partition(' in batches')[0]}"
    if not pair_:
        return f"No answer over all data sets {amount}: {group[0].case.setting.label} is the only one."
    where = f"over {counted(len(group), 'data set')} {amount}"
    if verdict == "not tested":
        return f"No answer {where}: neither distance nor variety was measured on two of them."
    merits = listed([DECIDE[criterion.id] for criterion in pair_ if criterion.winner])
    if winner is not None:
        ends = "wins" if verdict == "supported" else "is ahead, but not in all that decides"
        return f"{where}, {called(winner)} {ends}: its pictures are {merits}."
    if merits:
        near, varied = (called(criterion.winner or "") for criterion in pair_)
        return f"No single winner {where}: {near} is nearer to real pictures, {varied} more varied."
    needs = _needs(group, pair_)
    if needs:
        return f"No verdict {where}: {needs}."
    return f"No clear winner {where}."


def _needs(group: Sequence[Entry], pair_: Sequence[OverallCriterion]) -> str:
    """What a verdict still needs of what was declared, in words; empty where nothing."""
    counted_in = [criterion for criterion in pair_ if criterion.improvement is not None]
    parts = [f"{LEAST_DATASETS} data sets"] * any(len(own.datasets) < LEAST_DATASETS for own in counted_in)
    parts += [f"{LEAST_SEEDS} seeds of each recipe"] * any((own.seeds or 0) < LEAST_SEEDS for own in counted_in)
    lacking = _lacking(group)
    if lacking == NOT_OVER:
        return NOT_OVER
    parts += [counted(LEAST_STEPS, "step")] * bool(lacking)
    return f"it needs {listed(parts)}" if parts else ""


def _odds(criteria: Sequence[OverallCriterion], entry: Entry) -> str:
    """The probability of improvement of what decides, in words; the reasons of what has none."""
    known, reasons = [], []
    for criterion in criteria:
        found = criterion.improvement
        if found is None or found.value is None or found.low is None or found.high is None:
            reasons.append(f"{criterion.id}: {clause(criterion.reason)}")
        else:
            sure = f"{found.confidence:.0%} interval: {found.low:.0%} to {found.high:.0%}"
            known.append(f"{found.value:.0%} in {criterion.id} ({sure})")
    names = f"a seed of {short(entry.a.name)} beats one of {short(entry.b.name)}"
    return sentences(f"the probability that {names} is {listed(known)}" if known else "", *reasons)


def _apart(group: Sequence[Entry], found: Sequence[Case]) -> tuple[LeftOut, ...]:
    """The run's other data sets, and why they are not in the group."""
    inside = {entry.case.setting.dataset for entry in group}
    names = {group[0].a.name, group[0].b.name}
    reasons: dict[str, str] = {}
    for case in found:
        if case.setting.dataset in inside:
            continue
        reason = f"trained otherwise: {case.setting.budget_words}, {case.setting.device}"
        if not names <= case.recipes.keys():
            reason = "not trained with both recipes"
        reasons.setdefault(case.setting.label, case.outside or reason)
    return tuple(LeftOut(dataset=label, reason=reason) for label, reason in reasons.items())
