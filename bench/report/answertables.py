"""The tables of the answer: criterion by criterion, over all data sets, the frameworks, the claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench import numbers
from bench.report.lenient import Json, member, members, number
from bench.report.table import ABSENT, NO_VALUE, Column, Footnotes, Group, Table, Value
from bench.results.groups import FRAMEWORKS, collect

FORMS: Mapping[str, numbers.Format] = {"bytes": numbers.memory}
"""Units that need more than digits."""
ENDS = {"lower": "lower is better", "higher": "higher is better"}


def criteria(caption: str, found: Sequence[tuple[Json, Json]], a: str, b: str, *, of: bool = False) -> Table:
    """A row a criterion and the measure that is tested; `of` names the measure in the row instead of the question."""
    notes = Footnotes()
    groups = []
    for criterion, tested in found:
        protocol = member(tested, "protocol")
        title = str(protocol.get("title", ""))
        # The verdict of a criterion may lack a measure: then the criterion itself says why.
        verdict = tested if of else criterion
        hint = " ".join(filter(None, [title, f"({protocol['unit']})" if protocol.get("unit") else ""]))
        better = f"{protocol['better']} is better" if protocol.get("better") else ""
        how = [str(protocol["how"])] if protocol.get("how") else []
        row: list[Value | None] = [
            _verdict(str(verdict.get("verdict", "")), str(verdict.get("winner") or "")),
            Value(hint or ABSENT, better, notes.numbers(how), kind="wrapped" if hint else "absent"),
            _mean(member(tested, "a"), notes, tested, FORMS.get(str(protocol.get("unit")), numbers.significant)),
            _mean(member(tested, "b"), notes, tested, FORMS.get(str(protocol.get("unit")), numbers.significant)),
            _interval(member(tested, "difference"), "×" if protocol.get("scale") == "log" else "", notes),
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


def over_all(caption: str, criteria: Sequence[Json], a: str, b: str) -> Table:
    """A row a criterion: interquartile means, and how likely A is better; what a row lacks stands below the table."""
    notes = Footnotes()
    groups = []
    for criterion in criteria:
        alike = collect(members(criterion, "left_out"), lambda one: str(one.get("reason")))
        out = [f"Without {', '.join(str(o.get('dataset')) for o in ones)}: {why}" for why, ones in alike.items()]
        used, reason = criterion.get("datasets"), str(criterion.get("reason") or "")
        count = len(used) if isinstance(used, list) else 0
        seeds = f"{criterion.get('seeds')} seed{'s' * (criterion.get('seeds') != 1)} each"
        winner = str(criterion.get("winner") or "")
        sets = Value(numbers.count(count), seeds, notes.numbers(out), number=count) if count else notes.absent(out)
        verdict = _verdict(str(criterion.get("verdict", "")), winner)
        row: list[Value | None] = [
            _interval(member(criterion, "a")),
            _interval(member(criterion, "b")),
            _interval(member(criterion, "improvement"), form=_whole_percent),
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


def frameworks(found: Sequence[Json]) -> Table | None:
    """A row a model and setting: whether TensorFlow and PyTorch draw alike, and which is faster."""
    if not found:
        return None
    notes = Footnotes()
    groups = []
    for one in found:
        setting = member(one, "setting")
        faster = one.get("faster")
        proved = {True: "proved", False: "pair not proved", None: "no proof"}[one.get("proved")]
        row: list[Value | None] = [
            Value(str(setting.get("label") or setting.get("dataset", "")), str(setting.get("budget_words", ""))),
            _verdict(str(one.get("verdict", "")), ""),
            _interval(member(one, "quality_ratio"), "×", notes),
            _interval(member(one, "throughput_ratio"), "×", notes),
            Value(FRAMEWORKS.get(faster, "–") if faster else "–"),
            Value(proved, str(one.get("certificate") or ""), kind="ok key" if one.get("proved") else "absent"),
            Value(_once(_without_subject(one), str(one.get("reason", ""))), kind="prose"),
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
    margin = next((one["quality_margin"] for one in found if number(one.get("quality_margin"))), None)
    within = f" up to a factor of {margin:g}, declared beforehand" if margin else ""
    line = (
        f"Equivalent: two one-sided tests show that the distances of the two halves differ by no more than a margin"
        f"{within}. In small print the confidence intervals over seeds or, of few seeds, the quartiles of one trial's "
        "timed calls, which say nothing of another day: a machine that is busy slows PyTorch more."
    )
    return Table("Is it the framework?", "Model", columns, groups, line, notes.texts)


TESTED_BY = {"measure": "Measured", "threshold": "Threshold", "test": "Test"}


def claims(found: Sequence[Json]) -> Table | None:
    """A row a claim: its verdict, why, and how it is tested."""
    if not found:
        return None
    groups = []
    for claim in found:
        row: list[Value | None] = [
            _verdict(str(claim.get("verdict", "")), str(claim.get("leans") or "")),
            Value(str(claim.get("reason", "")), kind="prose"),
            Value(
                " ".join(f"{title}: {claim[key]}." for key, title in TESTED_BY.items() if claim.get(key)), kind="prose"
            ),
            Value(str(claim["command"]), kind="command") if claim.get("command") else NO_VALUE,
        ]
        groups.append(Group(f"{claim.get('id')}. {claim.get('claim')}", [row]))
    columns = [Column(title, numeric=False) for title in ("Verdict", "Why", "How it is tested", "To decide it")]
    line = "Each claim was written down as a hypothesis, with its measure, threshold and test, before it was looked at."
    return Table("The claims, one by one", "Claim", columns, groups, line, [])


def findings(claims: Sequence[Json]) -> Table | None:
    """A row a part of a claim and data set, with the numbers behind its verdict; None without any."""
    groups = []
    for claim in claims:
        for finding in members(claim, "findings"):
            setting = member(finding, "setting")
            label = str(setting.get("label") or setting.get("dataset", ""))
            row: list[Value | None] = [
                Value(label),
                Value("; ".join(_figure(figure) for figure in members(finding, "figures")) or "–", kind="prose"),
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


def _whole_percent(value: float) -> str:
    return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def _once(sentence: str, reason: str) -> str:
    """A sentence and its reason, unless the sentence gives it."""
    return sentence if reason.rstrip(".").lower() in sentence.lower() else f"{sentence} {reason}".strip()


def _without_subject(found: Json) -> str:
    """What is said of a framework, without the model and data set that begin the sentence: its row names them."""
    sentence, label = str(found.get("sentence", "")), str(member(found, "setting").get("label") or "")
    _, subject, rest = sentence.partition(f" on {label}: ")
    return f"{rest[:1].upper()}{rest[1:]}" if subject and rest else sentence


def _figure(figure: Json) -> str:
    mean = _interval(member(member(figure, "side"), "mean"))
    against = f", against {figure['threshold']:g}" if number(figure.get("threshold")) is not None else ""
    within = f" ({mean.detail})" if mean.detail else ""
    return f"{figure.get('title', '')}: {mean.text}{within}{against}"


def _mean(side: Json, notes: Footnotes, tested: Json, form: numbers.Format) -> Value:
    if not side:
        return notes.absent([str(tested["reason"])]) if tested.get("reason") else Value(ABSENT, kind="absent")
    return _interval(member(side, "mean"), "", notes, form)


def _interval(
    found: Json, unit: str = "", notes: Footnotes | None = None, form: numbers.Format = numbers.significant
) -> Value:
    """A value with its confidence interval; where there is none, the reason, as a footnote if there are `notes`."""
    value, low, high = (number(found.get(key)) for key in ("value", "low", "high"))
    reason = str(found.get("reason") or "")
    if value is None:
        return notes.absent([reason]) if notes and reason else Value(ABSENT, reason, kind="absent")
    text = f"{form(value)} {unit}".strip()
    if low is None or high is None:
        return Value(text, number=value)
    confidence = number(found.get("confidence")) or 0.95
    # Half of what was timed within one trial is no confidence interval, though it is recorded like one.
    kind = "quartiles" if str(found.get("method", "")).startswith("quartiles") else f"{100 * confidence:g} %"
    return Value(text, f"{kind}: {numbers.span(low, high, form)}", number=value)


def _p(tested: Json) -> Value:
    raw, adjusted = (number(tested.get(key)) for key in ("p_value", "adjusted"))
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
