"""What the page opens with where a run has an answer: verdicts, numbers and doubts out of `answer.json`.

The file is read for what it holds: what an older or a younger suite left out is shown as absent, not as an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench import numbers
from bench.models.titles import titled
from bench.report.table import ABSENT, Column, Footnotes, Group, Table, Value
from bench.results.folder import RunFolder
from bench.results.groups import FRAMEWORKS, collect

FILE = "answer.json"
SIGHTS = {"distance": "Distance to real pictures", "variety": "Variety of pictures"}
"""The criteria that decide together, as a card has them."""
WORDS = {"supported": "A winner", "leaning": "A leaning", "undecided": "Open", "not tested": "Not compared"}
FORMS: Mapping[str, numbers.Format] = {"bytes": numbers.memory}
"""Units that need more than digits."""
ENDS = {"lower": "lower is better", "higher": "higher is better"}
Json = Mapping[str, Any]


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
        read = json.loads((folder.path / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(read, dict):
        return None
    short = {full: label for label, full in names.items()}
    answers = sorted(_list(read, "answers"), key=lambda found: not found.get("headline"))
    declared = _dict(read, "declared")
    return AnswerPart(
        over=bool(read.get("over", True)),
        declared=_declared(declared),
        cases=[_case(found, short) for found in answers],
        overall=_overall(_list(read, "overall")),
        weights=_weights(answers, _dict(declared, "weights")),
        frameworks=_frameworks(_list(read, "frameworks")),
        claims=_claims(_list(read, "claims")),
        findings=_findings(_list(read, "claims")),
        data={
            "answers": [
                {
                    "a": _called(found.get("a")),
                    "b": _called(found.get("b")),
                    "shares": {str(c.get("id")): c.get("share") for c in _list(found, "criteria")},
                }
                for found in answers
            ]
        },
    )


def _case(found: Json, short: Mapping[str, str]) -> Case:
    setting = _dict(found, "setting")
    dataset = str(setting.get("dataset", ""))
    a, b = str(found.get("a")), str(found.get("b"))
    criteria = _list(found, "criteria")
    recommendation = _dict(found, "recommendation")
    decided = [tested for c in criteria if (tested := _dict(c, "decides"))]
    sides = [side for tested in decided for key in ("a", "b") if (side := _dict(tested, key))]
    commands = {str(side.get("recipe")): str(side["command"]) for side in sides if side.get("command")}
    label = str(setting.get("label") or dataset)
    words = str(setting.get("budget_words") or _dict(setting, "budget").get("name", ""))
    beside = [(c, tested) for c in criteria for tested in _list(c, "beside")]
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
        criteria=_criteria(
            f"{shown}: one measure decides each criterion", [(c, _dict(c, "decides")) for c in criteria], a, b
        ),
        beside=_criteria(f"{shown}: measures shown beside them", beside, a, b, of=True) if beside else None,
        doubts=_doubts(found, criteria),
        recommended=_called(recommendation.get("recipe")) if recommendation.get("recipe") else "",
        score=_number(recommendation.get("score")),
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
    tested = _dict(criterion, "decides")
    protocol, a, b = _dict(tested, "protocol"), _dict(tested, "a"), _dict(tested, "b")
    means = [_number(_dict(side, "mean").get("value")) for side in (a, b)]
    if means[0] is None or means[1] is None:
        return None
    hint = [str(protocol.get("title", "")).partition(" [")[0], ENDS.get(str(protocol.get("better")), "")]
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
    left_out = [f"{out.get('dataset')}: {out.get('reason')}" for out in _list(found, "left_out")]
    criteria = _list(found, "criteria")
    return Overall(
        title=title,
        sentence=str(found.get("sentence", "")),
        reason=str(found.get("reason", "")),
        left_out=left_out,
        table=_over_all(f"Over all data sets: {title}", criteria, a, b) if criteria else None,
    )


def _over_all(caption: str, criteria: Sequence[Json], a: str, b: str) -> Table:
    """A row a criterion: interquartile means, and how likely A is better; what a row lacks stands below the table."""
    notes = Footnotes()
    groups = []
    for criterion in criteria:
        alike = collect(_list(criterion, "left_out"), lambda one: str(one.get("reason")))
        out = [f"Without {', '.join(str(o.get('dataset')) for o in ones)}: {why}" for why, ones in alike.items()]
        used, reason = criterion.get("datasets"), str(criterion.get("reason") or "")
        count = len(used) if isinstance(used, list) else 0
        seeds = f"{criterion.get('seeds')} seed{'s' * (criterion.get('seeds') != 1)} each"
        winner = str(criterion.get("winner") or "")
        sets = Value(numbers.count(count), seeds, notes.numbers(out), number=count) if count else notes.absent(out)
        verdict = _verdict(str(criterion.get("verdict", "")), winner)
        row: list[Value | None] = [
            _interval(_dict(criterion, "a")),
            _interval(_dict(criterion, "b")),
            _interval(_dict(criterion, "improvement"), form=_whole_percent),
            sets,
            replace(verdict, notes=notes.numbers([reason])) if reason else verdict,
        ]
        scale = ", ".join(filter(None, [str(criterion.get("score", "")), ENDS.get(str(criterion.get("better")), "")]))
        groups.append(Group(str(criterion.get("title", "")), [row], scale))
    columns = [
        Column(a, "interquartile mean"),
        Column(b, "interquartile mean"),
        Column("Probability", f"that a seed of {a} is better"),
        Column("Data sets"),
        Column("Verdict", numeric=False),
    ]
    line = (
        "In small print the 95 % intervals: of the means by the stratified bootstrap of the seeds, of the probability "
        "by Wilson’s score. Seeds are resampled, data sets are not: this speaks of these data sets alone."
    )
    return Table(caption, "Criterion", columns, groups, line, notes.texts)


def _whole_percent(value: float) -> str:
    return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def _criteria(caption: str, found: Sequence[tuple[Json, Json]], a: str, b: str, *, of: bool = False) -> Table:
    """A row a criterion and the measure that is tested; `of` names the measure in the row instead of the question."""
    notes = Footnotes()
    groups = []
    for criterion, tested in found:
        protocol = _dict(tested, "protocol")
        title = str(protocol.get("title", ""))
        # The verdict of a criterion may lack a measure: then the criterion itself says why.
        verdict = tested if of else criterion
        hint = " ".join(filter(None, [title, f"({protocol['unit']})" if protocol.get("unit") else ""]))
        better = f"{protocol['better']} is better" if protocol.get("better") else ""
        how = [str(protocol["how"])] if protocol.get("how") else []
        row: list[Value | None] = [
            _verdict(str(verdict.get("verdict", "")), str(verdict.get("winner") or "")),
            Value(hint or ABSENT, better, notes.numbers(how), kind="wrapped" if hint else "absent"),
            _mean(_dict(tested, "a"), notes, tested, FORMS.get(str(protocol.get("unit")), numbers.significant)),
            _mean(_dict(tested, "b"), notes, tested, FORMS.get(str(protocol.get("unit")), numbers.significant)),
            _interval(_dict(tested, "difference"), "×" if protocol.get("scale") == "log" else "", notes),
            _p(tested),
            Value(str(verdict.get("reason", "")), kind="prose"),
        ]
        groups.append(Group(str(criterion.get("title", "")), [row], "" if of else str(criterion.get("asks", ""))))
    columns = [
        Column("Verdict", numeric=False),
        Column("Measure", numeric=False),
        Column(a, "mean over seeds"),
        Column(b, "mean over seeds"),
        Column("Difference", "A − B, or × for A / B"),
        Column("p", "after Holm’s correction"),
        Column("In words", numeric=False),
    ]
    line = (
        f"A is {a}, B is {b}. The seed is the unit: both frameworks are averaged within it. In small print the "
        "confidence interval. p counts chance alone; a verdict also needs the declared number of seeds and steps."
    )
    return Table(caption, "Criterion", columns, groups, line, notes.texts)


def _doubts(found: Json, criteria: Sequence[Json]) -> list[str]:
    """What speaks against being sure: flips over time and under resampling, seeds that are missing or needed."""
    doubts = [str(flip["reason"]) for flip in _list(found, "flips") if flip.get("reason")]
    share = _number(_dict(found, "recommendation").get("flips"))
    if share is not None:
        doubts.append(
            f"Drawn anew from the same seeds, {numbers.percent(share)} of runs would recommend another recipe. With "
            "few seeds this number is too small."
        )
    for criterion in criteria:
        tested = _dict(criterion, "decides")
        if tested.get("seeds_needed") is not None:
            doubts.append(f"{criterion.get('title')}: {tested['seeds_needed']} seeds of each would decide it.")
        for side in (_dict(tested, "a"), _dict(tested, "b")):
            doubts += [f"{_called(side.get('recipe'))}: {reason}" for reason in side.get("missing") or ()]
    return list(dict.fromkeys(doubts))


def _weights(answers: Sequence[Json], declared: Json) -> list[Weight]:
    """Each criterion that counts somewhere, with its declared weight."""
    known = {str(c.get("id")): c for found in answers for c in _list(found, "criteria")}
    return [
        Weight(id, str(c.get("title", id)), str(c.get("asks", "")), float(declared.get(id, c.get("weight")) or 0.0))
        for id, c in known.items()  # noqa: A001
        if any(_number(o.get("share")) is not None for f in answers for o in _list(f, "criteria") if o.get("id") == id)
    ]


def _declared(declared: Json) -> str:
    parts = []
    if declared.get("least_seeds"):
        parts.append(f"a verdict needs {declared['least_seeds']} seeds of each recipe")
    if declared.get("least_steps"):
        parts.append(f"{numbers.count(declared['least_steps'])} optimiser steps")
    families = [
        f"{family.get('name')} ({family.get('tested')} of {family.get('size')})"
        for family in _list(declared, "families")
        if family.get("tested")
    ]
    if declared.get("least_datasets"):
        parts.append(f"over all data sets also {declared['least_datasets']} of these")
    told = f"Declared before anything was looked at: {', '.join(parts)}." if parts else ""
    if families:
        told += " Hypotheses that are tested together are corrected together, by Holm’s method, so that chance names a"
        told += f" false winner in at most 5 of 100 such runs; tested were, of each family: {'; '.join(families)}."
    return told.strip()


def _frameworks(found: Sequence[Json]) -> Table | None:
    if not found:
        return None
    groups = []
    for one in found:
        setting = _dict(one, "setting")
        faster = one.get("faster")
        proved = {True: "proved", False: "pair not proved", None: "no proof"}[one.get("proved")]
        row: list[Value | None] = [
            Value(str(setting.get("label") or setting.get("dataset", "")), str(setting.get("budget_words", ""))),
            _verdict(str(one.get("verdict", "")), ""),
            _interval(_dict(one, "quality_ratio"), "×"),
            _interval(_dict(one, "throughput_ratio"), "×"),
            Value(FRAMEWORKS.get(faster, "–") if faster else "–"),
            Value(proved, str(one.get("certificate") or ""), kind="ok key" if one.get("proved") else "absent"),
            Value(_once(str(one.get("sentence", "")), str(one.get("reason", ""))), kind="prose"),
        ]
        model = str(one.get("model", ""))
        groups.append(Group(model, [row], model=model, dataset=str(setting.get("label") or "")))
    columns = [
        Column("Data set", numeric=False),
        Column("Quality", numeric=False),
        Column("Distance", "PyTorch / TensorFlow"),
        Column("Throughput", "PyTorch / TensorFlow"),
        Column("Faster", numeric=False),
        Column("Pair", numeric=False),
        Column("In words", numeric=False),
    ]
    margin = next((one["quality_margin"] for one in found if _number(one.get("quality_margin"))), None)
    within = f" up to a factor of {margin:g}, declared beforehand" if margin else ""
    line = (
        f"Equivalent: two one-sided tests show that the distances of the two halves differ by no more than a margin"
        f"{within}. In small print the confidence intervals; the seed is the unit."
    )
    return Table("Is it the framework?", "Model", columns, groups, line, [])


def _once(sentence: str, reason: str) -> str:
    """A sentence and its reason, unless the sentence gives it."""
    return sentence if reason.rstrip(".").lower() in sentence.lower() else f"{sentence} {reason}".strip()


def _claims(found: Sequence[Json]) -> Table | None:
    if not found:
        return None
    groups = []
    for claim in found:
        row: list[Value | None] = [
            _verdict(str(claim.get("verdict", "")), str(claim.get("leans") or "")),
            Value(str(claim.get("reason", "")), kind="prose"),
            Value(f"{claim.get('measure', '')}; {claim.get('threshold', '')}; {claim.get('test', '')}", kind="prose"),
            Value(str(claim["command"]), kind="command") if claim.get("command") else Value("–"),
        ]
        groups.append(Group(f"{claim.get('id')}. {claim.get('claim')}", [row]))
    columns = [Column(title, numeric=False) for title in ("Verdict", "Why", "How it is tested", "To decide it")]
    line = "Each claim was written down as a hypothesis, with its measure, threshold and test, before it was looked at."
    return Table("The claims, one by one", "Claim", columns, groups, line, [])


def _findings(claims: Sequence[Json]) -> Table | None:
    groups = []
    for claim in claims:
        for finding in _list(claim, "findings"):
            setting = _dict(finding, "setting")
            label = str(setting.get("label") or setting.get("dataset", ""))
            row: list[Value | None] = [
                Value(label),
                Value("; ".join(_figure(figure) for figure in _list(finding, "figures")) or "–", kind="prose"),
                _p(finding),
                _verdict(str(finding.get("verdict", "")), str(finding.get("leans") or "")),
                Value(str(finding.get("reason", "")), kind="prose"),
            ]
            groups.append(Group(f"{claim.get('id')}. {finding.get('part', '')}", [row], dataset=label))
    if not groups:
        return None
    columns = [
        Column("Data set", numeric=False),
        Column("Numbers", numeric=False),
        Column("p", "after Holm’s correction"),
        Column("Verdict", numeric=False),
        Column("In words", numeric=False),
    ]
    line = "Means over seeds, with their confidence intervals in brackets."
    return Table("The numbers behind the claims", "Part of a claim", columns, groups, line, [])


def _figure(figure: Json) -> str:
    mean = _interval(_dict(_dict(figure, "side"), "mean"))
    against = f", against {figure['threshold']:g}" if _number(figure.get("threshold")) is not None else ""
    within = f" ({mean.detail})" if mean.detail else ""
    return f"{figure.get('title', '')}: {mean.text}{within}{against}"


def _mean(side: Json, notes: Footnotes, tested: Json, form: numbers.Format) -> Value:
    if not side:
        return notes.absent([str(tested["reason"])]) if tested.get("reason") else Value(ABSENT, kind="absent")
    return _interval(_dict(side, "mean"), "", notes, form)


def _interval(
    found: Json, unit: str = "", notes: Footnotes | None = None, form: numbers.Format = numbers.significant
) -> Value:
    """A value with its confidence interval; where there is none, the reason, as a footnote if there are `notes`."""
    value, low, high = (_number(found.get(key)) for key in ("value", "low", "high"))
    reason = str(found.get("reason") or "")
    if value is None:
        return notes.absent([reason]) if notes and reason else Value(ABSENT, reason, kind="absent")
    text = f"{form(value)} {unit}".strip()
    if low is None or high is None:
        return Value(text, number=value)
    confidence = _number(found.get("confidence")) or 0.95
    return Value(text, f"{100 * confidence:g} %: {numbers.span(low, high, form)}", number=value)


def _p(tested: Json) -> Value:
    raw, adjusted = (_number(tested.get(key)) for key in ("p_value", "adjusted"))
    if raw is None and adjusted is None:
        return Value(ABSENT, kind="absent")
    shown = raw if adjusted is None else adjusted
    alone = f"alone {_chance(raw)}" if raw is not None and adjusted is not None else "not corrected"
    return Value(_chance(shown or 0.0), alone, number=shown)


def _chance(value: float) -> str:
    return numbers.p_value(value).removeprefix("p ").removeprefix("= ")


def _verdict(verdict: str, winner: str) -> Value:
    known = {"supported", "refuted", "leaning", "undecided", "equivalent", "different"}
    return Value(verdict or ABSENT, winner, kind=f"verdict {verdict if verdict in known else 'untested'}")


def _sentence(text: str) -> str:
    """A clause with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _dict(found: Json, key: str) -> Json:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _list(found: Json, key: str) -> list[Json]:
    value = found.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
