"""The tables of the page, one function each: trials in, a `Table` out."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.quality.record import Quality
from bench.report import numbers
from bench.report.groups import FRAMEWORKS, Cell, Protocol, Setting, cells
from bench.report.pairs import MARK, marked, noted, unproved
from bench.report.table import ABSENT, Column, Footnotes, Group, Table, Value
from bench.results.record import TrialRecord

Getter = Callable[[TrialRecord], tuple[float | None, str | None]]
"""Takes a figure from a trial, and the reason where it is absent."""


@dataclass(frozen=True)
class Score:
    """A column of scores: the field's name in JSON, its title, what its small print says, its format."""

    field: str
    title: str
    hint: str
    form: numbers.Format
    always: bool = False


SCORES = (
    Score("fd", "FD", "lower is better", numbers.significant, always=True),
    Score("is", "IS", "higher is better", numbers.significant, always=True),
    Score("kid", "KID", "lower is better", numbers.significant),
    Score("precision", "Precision", "fidelity, up to 1", numbers.share),
    Score("recall", "Recall", "variety, up to 1", numbers.share),
    Score("density", "Density", "fidelity", numbers.share),
    Score("coverage", "Coverage", "variety, up to 1", numbers.share),
    Score("copied", "Copied", "share of images", numbers.share),
    Score("label_accuracy", "Label accuracy", "of the class asked for", numbers.share),
    Score("ambiguous", "Ambiguous", "share between classes", numbers.share),
)
"""FD and IS always have a column; another score has one where any trial has the figure."""

FLOORS = {"fd": "floor", "is": "is_real", "kid": "kid_floor"}
CEILINGS = {"fd": "ceiling", "kid": "kid_ceiling"}
"""Score -> the figure that real images, or noise, have of it."""

NO_COLD_TRIAL = "no finished trial here was the first of its worker process"
"""Why a row has no first step."""

NOT_REACHED = Value(ABSENT, kind="absent")


def throughput(setting: Setting, trials: Sequence[TrialRecord]) -> Table:
    """TensorFlow against PyTorch in one setting: speed, first step, sampling, memory, size."""
    notes = Footnotes()
    groups = []
    for (model, batch_size), pair in cells(trials).items():
        ratios: list[Value | None] = [_ratio(pair, notes), None]
        rows = [_throughput_row(cell, ratio, notes) for cell, ratio in zip(pair, ratios, strict=False)]
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    columns = [
        Column("Framework", numeric=False),
        Column("Training", "images/s"),
        Column("Ratio", "TensorFlow / PyTorch"),
        Column("First step", "in a fresh process"),
        Column("Sampling", "images/s"),
        Column("Peak memory", _memory_of(setting)),
        Column("Parameters"),
        Column("Seeds"),
    ]
    protocol = (
        f"{setting.device}, {setting.precision}, asked for: {setting.mode}{_threads(trials)}. "
        "Training: the median over a trial's timed calls in steady state, then the median over seeds; "
        "in small print the slowest and the fastest seed, and the quartiles of a trial's calls "
        "(their medians over seeds). Ratio: of the two medians. "
        "Only the training clock counts: no evaluation, no sampling, no first step. "
        "First step: the first seed of each worker process, the median where there were several; later seeds "
        "trace again, but find the framework's kernels loaded. "
        f"{_seeds(trials)}."
    )
    caption = f"Throughput on {setting.dataset}, {setting.device}, {setting.precision}, asked for: {setting.mode}"
    return Table(caption, "Model", columns, groups, protocol, notes.texts)


def quality(protocol: Protocol, trials: Sequence[TrialRecord], scored: dict[str, Quality]) -> Table:
    """The scores of one extractor on one data set, with real images and noise as the scale.

    `scored` maps a trial's id to its score under this protocol.
    """
    notes = Footnotes()
    shown = [s for s in SCORES if s.always or any(figure(q, s.field) is not None for q in scored.values())]
    columns = [
        Column("Framework", numeric=False),
        *(Column(protocol.title if s.field == "fd" else s.title, s.hint, numeric=True) for s in shown),
        Column("Trained on", "images"),
        Column("Seeds"),
    ]
    groups = [
        _scale_row("Real images", "floor: real against real", FLOORS, shown, scored, notes),
    ]
    for (model, batch_size), pair in cells(trials).items():
        rows = [_quality_row(cell, scored, shown, notes) for cell in pair]
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    groups.append(_scale_row("Uniform noise", "for reference", CEILINGS, shown, scored, notes))
    line = (
        f"Extractor {protocol.extractor}; N = {numbers.count(protocol.n)} generated images of each trial "
        f"and as many real ones: {protocol.reference}; mean over seeds, in small print the lowest and the "
        f"highest seed. {_seeds(trials)}."
    )
    caption = f"{protocol.title} and other scores on {protocol.dataset}, N = {numbers.count(protocol.n)}"
    return Table(caption, "Images from", columns, groups, line, notes.texts)


def every_trial(trials: Sequence[TrialRecord]) -> Table:
    """Each trial with its status, and the reason where it did not end ok."""
    notes = Footnotes()
    groups = [Group(trial.model, [_trial_row(trial, notes)]) for trial in trials]
    columns = [
        Column("Framework", numeric=False),
        Column("Data set", numeric=False),
        Column("Seed"),
        Column("Status", numeric=False),
        Column("Trained on", "images"),
        Column("Training", "clock"),
        Column("Speed", "images/s"),
        Column("Distance", "see Quality"),
        Column("Again", numeric=False),
    ]
    protocol = (
        "The distance is that of each trial's primary extractor, at the N that stands under Quality. "
        "Distances of different data sets have different scales."
    )
    return Table("Every trial", "Model", columns, groups, protocol, notes.texts)


def figure(quality: Quality, field: str) -> float | None:
    """A score by its name in JSON ("is" is not a name that Python allows)."""
    value: float | None = getattr(quality, "inception_score" if field == "is" else field)
    return value


def _trial_row(trial: TrialRecord, notes: Footnotes) -> list[Value | None]:
    def value(measured: float | None, form: numbers.Format, reason: str | None) -> Value:
        if measured is not None:
            return Value(form(measured))
        # A trial that did not end ok has its reason in the same row.
        return notes.absent([reason or "not measured"]) if trial.status == "ok" else NOT_REACHED

    scored = trial.quality
    why_no_fd = scored.absent.get("fd") if scored else trial.absent.get("quality")
    return [
        Value(FRAMEWORKS[trial.framework], kind=trial.framework),
        Value(trial.dataset),
        Value(str(trial.seed)),
        Value(trial.status, trial.reason or "", kind=trial.status),
        value(trial.images_seen, numbers.count, trial.absent.get("images_seen")),
        value(trial.train_seconds, numbers.duration, trial.absent.get("train_seconds")),
        value(trial.images_per_second, numbers.significant, trial.absent.get("images_per_second")),
        value(scored.fd if scored else None, numbers.significant, why_no_fd),
        Value(trial.command, kind="command"),
    ]


def _throughput_row(cell: Cell, ratio: Value | None, notes: Footnotes) -> list[Value | None]:
    """`ratio` is None in the second row of a pair: the first row's cell spans both."""

    def spread(field: str, form: numbers.Format) -> Value:
        values, reasons = _measured(cell, lambda trial: (getattr(trial, field), trial.absent.get(field)))
        return notes.spread(values, reasons, form, median=True)

    speed = spread("images_per_second", numbers.significant)
    quartiles = [t.images_per_second_quartiles for t in cell.finished if t.images_per_second_quartiles]
    if quartiles:
        low, high = (statistics.median(side) for side in zip(*quartiles, strict=True))
        details = [f"seeds {speed.detail}"] if speed.detail else []
        detail = "\n".join([*details, f"quartiles {numbers.span(low, high)}"])
        speed = Value(speed.text, detail, speed.notes, kind=speed.kind)
    return [
        Value(FRAMEWORKS[cell.framework], _mode(cell), kind=cell.framework),
        speed,
        ratio,
        _first_step(cell, notes),
        spread("sample_images_per_second", numbers.significant),
        spread("peak_memory_bytes", numbers.memory),
        spread("parameters", numbers.count),
        Value(cell.seeds, notes=notes.numbers(cell.reasons)),
    ]


def _first_step(cell: Cell, notes: Footnotes) -> Value:
    """The first step of the trials that began a worker process: later ones find the kernels loaded."""
    cold = tuple(trial for trial in cell.finished if trial.cold_start)
    if cell.finished and not cold:
        return notes.absent([NO_COLD_TRIAL])
    first = dataclasses.replace(cell, trials=cold or cell.trials)
    values, reasons = _measured(first, lambda t: (t.first_step_seconds, t.absent.get("first_step_seconds")))
    return notes.spread(values, reasons, numbers.duration, median=True)


def _ratio(pair: Sequence[Cell], notes: Footnotes) -> Value:
    """TensorFlow's median speed over PyTorch's, or why there is no such ratio; marked where the pair is not proved."""
    medians = {}
    for cell in pair:
        speeds = [t.images_per_second for t in cell.finished if t.images_per_second is not None]
        if speeds:
            medians[cell.framework] = statistics.median(speeds)
    missing = [f"no speed of {name}: nothing to compare" for key, name in FRAMEWORKS.items() if key not in medians]
    if missing:
        absent = notes.absent(missing)
        return Value(absent.text, notes=absent.notes, rows=len(pair), kind=absent.kind)
    text = numbers.ratio(medians["tensorflow"] / medians["torch"])
    reason = unproved(trial for cell in pair for trial in cell.trials)
    if reason is None:
        return Value(text, rows=len(pair), kind="ratio")
    return Value(text, MARK, notes.numbers([noted(reason)]), len(pair), "ratio unproved")


def _quality_row(
    cell: Cell, scored: dict[str, Quality], shown: Sequence[Score], notes: Footnotes
) -> list[Value | None]:
    row: list[Value | None] = [Value(FRAMEWORKS[cell.framework], kind=cell.framework)]
    for score in shown:
        values, reasons = _measured(cell, _score_of(scored, score.field))
        row.append(notes.spread(values, reasons, score.form, median=False))
    images, reasons = _measured(cell, lambda trial: (trial.images_seen, trial.absent.get("images_seen")))
    row.append(notes.spread(images, reasons, numbers.count, median=True))
    row.append(Value(cell.seeds, notes=notes.numbers(cell.reasons)))
    return row


def _score_of(scored: dict[str, Quality], field: str) -> Getter:
    """How to take one score from a trial."""

    def get(trial: TrialRecord) -> tuple[float | None, str | None]:
        quality = scored.get(trial.id)
        if quality is None:
            return None, trial.absent.get("quality", "not scored under this protocol")
        return figure(quality, field), quality.absent.get(field)

    return get


def _scale_row(
    header: str,
    detail: str,
    fields: dict[str, str],
    shown: Sequence[Score],
    scored: dict[str, Quality],
    notes: Footnotes,
) -> Group:
    """What real images or noise score under the same protocol; `fields` maps a score to where that stands."""
    row: list[Value | None] = [Value("")]
    for score in shown:
        field = fields.get(score.field)
        if field is None:
            row.append(Value("–"))
            continue
        values = [value for quality in scored.values() if (value := figure(quality, field)) is not None]
        reasons = [quality.absent[field] for quality in scored.values() if field in quality.absent]
        row.append(notes.spread(values, reasons, score.form, median=False))
    return Group(header, [[*row, Value("–"), Value("–")]], detail, scale=True)


def _measured(cell: Cell, get: Getter) -> tuple[list[float], list[str]]:
    """The figures of a cell's finished trials, and the reasons of those that are absent.

    Without a finished trial the reasons are how the trials ended.
    """
    values, reasons = [], []
    for trial in cell.finished:
        value, reason = get(trial)
        if value is None:
            reasons.append(reason or "not measured")
        else:
            values.append(float(value))
    return values, reasons if cell.finished else list(cell.reasons)


def _mode(cell: Cell) -> str:
    """What really ran: what the mode came to in this framework."""
    return "; ".join(dict.fromkeys(trial.mode_detail for trial in cell.trials if trial.mode_detail))


def _threads(trials: Sequence[TrialRecord]) -> str:
    found = sorted({trial.threads for trial in trials if trial.threads is not None})
    return f", {' or '.join(map(str, found))} {'thread' if found == [1] else 'threads'}" if found else ""


def _seeds(trials: Sequence[TrialRecord]) -> str:
    seeds = sorted({trial.seed for trial in trials if trial.status == "ok"})
    return f"Seeds: {', '.join(map(str, seeds))}" if seeds else "No seed ended ok"


def _memory_of(setting: Setting) -> str:
    return "worker process" if setting.device == "cpu" else "on the device"
