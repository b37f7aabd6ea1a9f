"""The words of an answer: one short sentence, how sure it is, the numbers behind, and what to type for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.models.titles import called, short
from bench.numbers import significant
from bench.statistics.decision import LEAST_SEEDS
from bench.statistics.power import POWER_IN_WORDS
from bench.verdict.advice import MOST_ADVISED, answer_command
from bench.verdict.cases import Case, Recipe
from bench.verdict.criteria import Asked
from bench.verdict.declared import LEAST_STEPS, Contest
from bench.verdict.record import Criterion, Tested, Verdict
from bench.verdict.sides import NOT_OVER
from bench.verdict.words import clause, counted, listed, sentences

DECIDE = {"distance": "nearer to real ones", "variety": "more varied"}
"""The criteria that decide together, and what the pictures of their winner are: memorising is near, and noise is
varied, so neither does alone."""


@dataclass(frozen=True)
class Entry:
    """A contest in one case, measured."""

    case: Case
    contest: Contest
    a: Recipe
    b: Recipe
    asked: list[Asked]


@dataclass(frozen=True)
class Told:
    """What is said of an answer."""

    sentence: str
    confidence: str
    reason: str
    command: str | None


def decisive(found: Sequence[Criterion]) -> tuple[Criterion, Criterion]:
    """The two criteria that decide together."""
    distance, variety = (next(criterion for criterion in found if criterion.id == name) for name in DECIDE)
    return distance, variety


def tell(entry: Entry, found: Sequence[Criterion], verdict: Verdict, winner: str | None) -> Told:
    """Sentence, confidence, reason and command of an answer; `found` is empty where nothing is compared."""
    if verdict == "not tested":
        return _untested(entry, found)
    pair = decisive(found)
    reason = sentences(*(_numbers(criterion) for criterion in pair))
    where = _where(entry.case)
    lacks = _Lacking.of(entry, pair)
    if verdict == "supported":
        chance = "chance alone would name a winner here in at most 5 of 100 such runs"
        sure = f"sure: {lacks.seeds} seeds of each, and {chance}"
        return Told(f"On {where}, {called(winner or '')} wins: its pictures are {_merits(pair)}.", sure, reason, None)
    if verdict == "leaning":
        sentence = f"On {where}, it leans to {called(winner or '')}: its pictures are {_merits(pair)}."
    elif all(criterion.winner for criterion in pair):
        near, varied = (called(criterion.winner or "") for criterion in pair)
        sentence = f"No single winner on {where}: {near} is nearer to real pictures, {varied} more varied."
        if all(criterion.verdict == "supported" for criterion in pair):
            return Told(sentence, "Both are shown; which one matters is for you to weigh.", reason, None)
    elif lacks.words or not entry.case.over:
        has, needs = lacks.words or (NOT_OVER, "")
        sentence = f"No answer yet for {entry.case.setting.label}: {has}{'; an answer needs ' if needs else ''}{needs}."
    else:
        names = f"{called(entry.a.name)} from {called(entry.b.name)}"
        sentence = f"No clear winner on {where}: {lacks.seeds} seeds do not tell {names}."
    return Told(sentence, lacks.confidence(verdict, pair), reason, lacks.command(entry))


def _where(case: Case) -> str:
    return f"{case.setting.label} after {case.setting.budget_words.partition(' in batches')[0]}"


def _merits(pair: Sequence[Criterion]) -> str:
    """What the pictures of the one who wins, or is leant to, are."""
    return listed([DECIDE[criterion.id] for criterion in pair if criterion.winner])


def _numbers(criterion: Criterion) -> str:
    """The means of a criterion in a sentence, or why it has none."""
    tested = criterion.decides
    if tested is None or tested.a is None or tested.b is None or tested.difference is None:
        return f"{criterion.id} was not compared: {clause(criterion.reason)}"
    title = tested.protocol.title.partition(" [")[0]
    a, b = (f"{_mean(side.mean.value)} for {short(side.recipe)}" for side in (tested.a, tested.b))
    better = f", {tested.protocol.better} is better" if tested.protocol.better else ""
    return f"{criterion.id} ({title}{better}) is {a} and {b}"


def _mean(value: float | None) -> str:
    return "n/a" if value is None else significant(value)


def _untested(entry: Entry, found: Sequence[Criterion]) -> Told:
    """Why there is no answer at all: the first reason as a headline, all of them behind it."""
    case, recipes = entry.case, (entry.a, entry.b)
    names = [recipe.name for recipe in recipes]
    if case.outside is not None:
        sentence = f"No answer for {case.setting.label}: {case.outside}."
        return Told(sentence, "Not tested.", "", answer_command(case, names, LEAST_SEEDS))
    reason = decisive(found)[0].reason
    head = f"No answer for {_where(case)}:"
    if unproved := [recipe for recipe in recipes if recipe.outside]:
        whose = "both recipes" if len(unproved) > 1 else called(unproved[0].name)
        sentence = f"{head} the TensorFlow and PyTorch halves of {whose} are not proved to be one model."
        models = ",".join(dict.fromkeys(recipe.name.partition("[")[0] for recipe in unproved))
        return Told(sentence, "Not tested.", reason, f"python -m bench verify --models {models}")
    if failed := [recipe for recipe in recipes if not recipe.finished]:
        whose = "either recipe" if len(failed) > 1 else called(failed[0].name)
        skipped = all(trial.status == "skipped" for recipe in failed for trial in recipe.trials)
        ended = "was run here" if skipped else "ended well"
        return Told(f"{head} no trial of {whose} {ended}.", "Not tested.", reason, None)
    return Told(f"{head} the pictures have no scores that can be compared.", "Not tested.", reason, None)


@dataclass(frozen=True)
class _Lacking:
    """What there is, and what a verdict lacks."""

    seeds: int
    """Of the recipe that has fewest."""
    steps: int
    over: bool
    needed: int | None
    """Seeds that would decide all that is open; None where no number in reach would, or one seed foresees nothing."""

    @classmethod
    def of(cls, entry: Entry, pair: Sequence[Criterion]) -> _Lacking:
        tested = [criterion.decides for criterion in pair if criterion.decides and criterion.decides.difference]
        still = [found.seeds_needed for found in tested if found.verdict != "supported"]
        seeds = min(map(_fewest, tested))
        # Two means without any spread need no more than the least.
        known = [LEAST_SEEDS, *(needed for needed in still if needed is not None)]
        unknown = seeds >= LEAST_SEEDS and None in still
        return cls(seeds, min(entry.a.steps, entry.b.steps), entry.case.over, None if unknown else max(known))

    @property
    def words(self) -> tuple[str, str] | None:
        """What there is and what an answer needs, in words; None where nothing that was declared is missing."""
        has, needs = [], []
        if self.steps < LEAST_STEPS:
            has.append(counted(self.steps, "step"))
            needs.append(counted(LEAST_STEPS, "step"))
        if self.seeds < LEAST_SEEDS:
            has.append(counted(self.seeds, "seed"))
            needs.append(counted(LEAST_SEEDS, "seed"))
        return (listed(has), listed(needs)) if has else None

    def confidence(self, verdict: Verdict, pair: Sequence[Criterion]) -> str:
        """How sure a leaning or an open answer is, and what would decide it."""
        if not self.over:
            return f"not sure yet: {NOT_OVER}"
        if self.words is not None and verdict == "leaning":
            has, needs = self.words
            return f"not sure: {has} so far; a verdict needs {needs}"
        if self.words is not None:
            few = "one seed says nothing of other seeds" if self.seeds == 1 else "what there is may be chance"
            more = self.needed if self.needed and self.needed > LEAST_SEEDS else None
            would = f"; at the spread seen, {more:,} seeds of each would decide it {POWER_IN_WORDS}" if more else ""
            return f"open: {few}{would}"
        unmeasured = listed([criterion.id for criterion in pair if criterion.verdict == "not tested"])
        open_ = listed([criterion.id for criterion in pair if criterion.verdict in ("undecided", "leaning")])
        head = "not sure" if verdict == "leaning" else "open"
        if unmeasured:
            return f"{head}: {unmeasured} was not measured"
        head = f"{head}: a difference in {open_} is not shown"
        if self.needed is None:
            return f"{head}, and no number of seeds in reach would show one"
        if self.needed <= self.seeds:
            return f"{head}; as many seeds would in most repetitions, so repeat with new ones"
        return f"{head}; {self.needed:,} seeds of each would decide it {POWER_IN_WORDS}"

    def command(self, entry: Entry) -> str | None:
        """What to type for an answer; None while the run is not over, or where no number of seeds in reach would do."""
        wanted = self.needed is not None and self.needed <= MOST_ADVISED
        enough = self.words is None and (not wanted or (self.needed or 0) <= self.seeds)
        if not self.over or enough:
            return None
        return answer_command(entry.case, (entry.a.name, entry.b.name), self.needed or LEAST_SEEDS)


def _fewest(found: Tested) -> int:
    return min(len(found.a.values) if found.a else 0, len(found.b.values) if found.b else 0)
