"""What the page opens with where a run has an answer: verdicts, numbers and doubts out of `answer.json`.

The file is read for what it holds: what an older or a younger suite left out is shown as absent, not as an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench import numbers
from bench.models.titles import titled
from bench.report import answertables
from bench.report.lenient import Json, member, members, number
from bench.report.table import Table
from bench.results.folder import RunFolder
from bench.results.groups import collect

SIGHTS = {"distance": "Distance to real pictures", "variety": "Variety of pictures"}
"""The criteria that decide together, as a card has them."""
WORDS = {"supported": "A winner", "leaning": "A leaning", "undecided": "Open", "not tested": "Not compared"}


@dataclass(frozen=True)
class Sight:
    """A number at first sight: what it is of, and each recipe's."""

    title: str
    hint: str
    a: str
    b: str
    winner: str
    """"a" or "b" where one is shown to be better or leans to be."""


@dataclass(frozen=True)
class Case:
    """The answer for one data set, budget and arm."""

    title: str
    place: str
    """Data set and budget, for its card."""
    a_called: str
    b_called: str
    """The recipes, by name and identifier."""
    word: str
    """The verdict in a word or two."""
    confidence: str
    command: str
    sights: Sequence[Sight]
    dataset: str
    arm: str
    headline: bool
    a: str
    b: str
    sentence: str
    verdict: str
    winner: str
    reason: str
    criteria: Table
    beside: Table | None
    doubts: Sequence[str]
    recommended: str
    score: float | None
    why_recommended: str
    commands: Mapping[str, str]


@dataclass(frozen=True)
class Weight:
    """A criterion that a reader may weigh, and its declared share of all weights."""

    id: str
    title: str
    asks: str
    weight: float


@dataclass(frozen=True)
class Overall:
    """The answer over all data sets of one budget and arm."""

    arm: str
    headline: bool
    title: str
    sentence: str
    reason: str
    left_out: Sequence[str]
    table: Table | None


@dataclass(frozen=True)
class AnswerPart:
    """All that a run answers."""

    over: bool
    declared: str
    cases: Sequence[Case]
    overall: Sequence[Overall]
    weights: Sequence[Weight]
    frameworks: Table | None
    claims: Table | None
    findings: Table | None
    data: Mapping[str, Any]
    """What the page's script weighs anew."""

    @property
    def arms(self) -> Mapping[str, Sequence[tuple[int, Case]]]:
        """The cases by arm, in their order, each with its place among all."""
        return collect(enumerate(self.cases), lambda found: found[1].arm)


def answer(folder: RunFolder, names: Mapping[str, str]) -> AnswerPart | None:
    """What the run's `answer.json` says; None where there is none, or none that can be read.

    `names` maps the data sets' short names, as the page has them, to those of the results.
    """
    try:
        read = json.loads(folder.answer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(read, dict):
        return None
    short = {full: label for label, full in names.items()}
    answers = sorted(members(read, "answers"), key=lambda found: not found.get("headline"))
    declared = member(read, "declared")
    return AnswerPart(
        over=bool(read.get("over", True)),
        declared=_declared(declared),
        cases=[_case(found, short) for found in answers],
        overall=_overall(members(read, "overall")),
        weights=_weights(answers, member(declared, "weights")),
        frameworks=answertables.frameworks(members(read, "frameworks")),
        claims=answertables.claims(members(read, "claims")),
        findings=answertables.findings(members(read, "claims")),
        data={
            "answers": [
                {
                    "a": _called(found.get("a")),
                    "b": _called(found.get("b")),
                    "shares": {str(c.get("id")): c.get("share") for c in members(found, "criteria")},
                }
                for found in answers
            ]
        },
    )


def _case(found: Json, short: Mapping[str, str]) -> Case:
    setting = member(found, "setting")
    dataset = str(setting.get("dataset", ""))
    a, b = str(found.get("a")), str(found.get("b"))
    criteria = members(found, "criteria")
    recommendation = member(found, "recommendation")
    decided = [tested for c in criteria if (tested := member(c, "decides"))]
    sides = [side for tested in decided for key in ("a", "b") if (side := member(tested, key))]
    commands = {str(side.get("recipe")): str(side["command"]) for side in sides if side.get("command")}
    label = str(setting.get("label") or dataset)
    words = str(setting.get("budget_words") or member(setting, "budget").get("name", ""))
    beside = [(c, tested) for c in criteria for tested in members(c, "beside")]
    shown = f"{a} against {b} on {label}"
    return Case(
        title=", ".join(filter(None, [label, words, str(found.get("arm", ""))])),
        place=" · ".join(filter(None, [label, words.partition(" in batches")[0]])),
        a_called=_called(a),
        b_called=_called(b),
        word=_word(str(found.get("verdict", "")), criteria),
        confidence=str(found.get("confidence") or ""),
        command=str(found.get("command") or ""),
        sights=[sight for c in criteria if c.get("id") in SIGHTS and (sight := _sight(c))],
        dataset=short.get(dataset, dataset),
        arm=str(found.get("arm", "")),
        headline=bool(found.get("headline")),
        a=a,
        b=b,
        sentence=str(found.get("sentence", "")),
        verdict=str(found.get("verdict", "")),
        winner=str(found.get("winner") or ""),
        reason="" if str(found.get("reason", "")) in str(found.get("sentence", "")) else str(found["reason"]),
        criteria=answertables.criteria(
            f"{shown}: one measure decides each criterion", [(c, member(c, "decides")) for c in criteria], a, b
        ),
        beside=answertables.criteria(f"{shown}: measures shown beside them", beside, a, b, of=True) if beside else None,
        doubts=_doubts(found, criteria),
        recommended=_called(recommendation.get("recipe")) if recommendation.get("recipe") else "",
        score=number(recommendation.get("score")),
        why_recommended=_sentence(str(recommendation.get("reason", ""))),
        commands=commands,
    )


def _called(recipe: Any) -> str:
    """A recipe by its name and identifier, without the article; one unknown here by its identifier alone."""
    return titled(str(recipe or ""))


def _word(verdict: str, criteria: Sequence[Json]) -> str:
    """The verdict in a word or two: split where distance and variety have different winners."""
    winners = {str(c["winner"]) for c in criteria if c.get("id") in SIGHTS and c.get("winner")}
    return "Split" if len(winners) > 1 else WORDS.get(verdict, verdict)


def _sight(criterion: Json) -> Sight | None:
    """What a card shows of a criterion; None where it has no means to show."""
    tested = member(criterion, "decides")
    protocol, a, b = member(tested, "protocol"), member(tested, "a"), member(tested, "b")
    means = [number(member(side, "mean").get("value")) for side in (a, b)]
    if means[0] is None or means[1] is None:
        return None
    hint = [str(protocol.get("title", "")).partition(" [")[0], answertables.ENDS.get(str(protocol.get("better")), "")]
    better = {str(a.get("recipe")): "a", str(b.get("recipe")): "b"}.get(str(criterion.get("winner")), "")
    first, second = map(numbers.significant, (means[0], means[1]))
    return Sight(SIGHTS[str(criterion["id"])], ", ".join(filter(None, hint)), first, second, better)


def _overall(found: Sequence[Json]) -> list[Overall]:
    """Those that have numbers; where none has, one that says why."""
    made = [_one_overall(one) for one in found]
    return [one for one in made if one.table] or made[:1]


def _one_overall(found: Json) -> Overall:
    a, b = str(found.get("a")), str(found.get("b"))
    words = str(found.get("budget_words") or "").partition(" in batches")[0]
    title = ", ".join(filter(None, [f"{_called(a)} against {_called(b)}", words]))
    left_out = [f"{out.get('dataset')}: {out.get('reason')}" for out in members(found, "left_out")]
    criteria = members(found, "criteria")
    return Overall(
        arm=str(found.get("arm", "")),
        headline=found.get("headline") is True,
        title=title,
        sentence=str(found.get("sentence", "")),
        reason=str(found.get("reason", "")),
        left_out=left_out,
        table=answertables.over_all(f"Over all data sets: {title}", criteria, a, b) if criteria else None,
    )


def _doubts(found: Json, criteria: Sequence[Json]) -> list[str]:
    """What speaks against being sure: flips over time and under resampling, seeds that are missing or needed."""
    doubts = [str(flip["reason"]) for flip in members(found, "flips") if flip.get("reason")]
    share = number(member(found, "recommendation").get("flips"))
    if share is not None:
        doubts.append(
            f"Drawn anew from the same seeds, {numbers.percent(share)} of runs would recommend another recipe. With "
            "few seeds this number is too small."
        )
    for criterion in criteria:
        tested = member(criterion, "decides")
        if tested.get("seeds_needed") is not None:
            doubts.append(f"{criterion.get('title')}: {tested['seeds_needed']} seeds of each would decide it.")
        for side in (member(tested, "a"), member(tested, "b")):
            doubts += [f"{_called(side.get('recipe'))}: {reason}" for reason in side.get("missing") or ()]
    return list(dict.fromkeys(doubts))


def _weights(answers: Sequence[Json], declared: Json) -> list[Weight]:
    """Each criterion that counts somewhere, with its declared weight."""
    known = {str(c.get("id")): c for found in answers for c in members(found, "criteria")}
    return [
        Weight(id, str(c.get("title", id)), str(c.get("asks", "")), float(declared.get(id, c.get("weight")) or 0.0))
        for id, c in known.items()  # noqa: A001
        if any(number(o.get("share")) is not None for f in answers for o in members(f, "criteria") if o.get("id") == id)
    ]


def _declared(declared: Json) -> str:
    parts = []
    if declared.get("least_seeds"):
        parts.append(f"a verdict needs {declared['least_seeds']} seeds of each recipe")
    if declared.get("least_steps"):
        parts.append(f"{numbers.count(declared['least_steps'])} optimiser steps")
    families = [
        f"{family.get('name')} ({family.get('tested')} of {family.get('size')})"
        for family in members(declared, "families")
        if family.get("tested")
    ]
    if declared.get("least_datasets"):
        parts.append(f"over all data sets also {declared['least_datasets']} of these")
    told = f"Declared before anything was looked at: {', '.join(parts)}." if parts else ""
    if families:
        told += " Hypotheses that are tested together are corrected together, by Holm’s method, so that chance names a"
        told += f" false winner in at most 5 of 100 such runs; tested were, of each family: {'; '.join(families)}."
    return told.strip()


def _sentence(text: str) -> str:
    """A clause with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""
