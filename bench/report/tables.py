"""The tables of speed and of all trials, one function each: trials in, a `Table` out."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence

from bench import numbers
from bench.report.marks import marked, noted
from bench.report.table import NOT_REACHED, Column, Footnotes, Group, Table, Value
from bench.results.groups import FRAMEWORKS, Cell, Setting, cells, measured, seeds
from bench.results.pairs import MARK, unproved
from bench.results.record import TrialRecord

NO_COLD_TRIAL = "no finished trial here was the first of its worker process"
"""Why a row has no first step."""


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
        Column("First step", "in a fresh process", unit="s"),
        Column("Sampling", "images/s"),
        Column("Peak memory", _memory_of(setting), unit="bytes"),
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
        f"{seeds(trials)}."
    )
    caption = f"Throughput on {setting.dataset}, {setting.device}, {setting.precision}, asked for: {setting.mode}"
    return Table(caption, "Model", columns, groups, protocol, notes.texts)


def every_trial(trials: Sequence[TrialRecord]) -> Table:
    """Each trial with its status, and the reason where it did not end ok."""
    notes = Footnotes()
    groups = [
        Group(trial.model, [_trial_row(trial, notes)], model=trial.model, dataset=trial.dataset) for trial in trials
    ]
    columns = [
        Column("Framework", numeric=False),
        Column("Data set", numeric=False),
        Column("Seed"),
        Column("Status", numeric=False),
        Column("Trained on", "images"),
        Column("Training", "clock", unit="s"),
        Column("Speed", "images/s"),
        Column("Distance", "see Quality"),
        Column("Again", numeric=False),
    ]
    protocol = (
        "The distance is that of each trial's primary extractor, at the N that stands under Quality: the Fréchet "
        "distance, with its 95 % bootstrap interval over the generated images in small print, or KID, which then "
        "stands beneath it, where images are too few for one. Distances of different data sets, and of these two "
        "kinds, have different scales."
    )
    return Table("Trials of this run, one a row", "Model", columns, groups, protocol, notes.texts)


def _trial_row(trial: TrialRecord, notes: Footnotes) -> list[Value | None]:
    def value(measured: float | None, form: numbers.Format, reason: str | None) -> Value:
        if measured is not None:
            return Value(form(measured), number=measured)
        # A trial that did not end ok has its reason in the same row.
        return notes.absent([reason or "not measured"]) if trial.status == "ok" else NOT_REACHED

    scored = trial.quality
    why_no_fd = scored.absent.get("fd") if scored else trial.absent.get("quality")
    distance = value(scored.fd if scored else None, numbers.significant, why_no_fd)
    if scored and scored.fd_interval:
        distance = dataclasses.replace(distance, detail=f"95 %: {numbers.span(*scored.fd_interval)}")
    elif scored and scored.fd is None and scored.kid is not None:
        distance = Value(numbers.significant(scored.kid), "KID", number=scored.kid)
    return [
        Value(FRAMEWORKS[trial.framework], kind=trial.framework),
        Value(trial.dataset),
        Value(str(trial.seed), number=trial.seed),
        Value(trial.status, trial.reason or "", kind=trial.status),
        value(trial.images_seen, numbers.count, trial.absent.get("images_seen")),
        value(trial.train_seconds, numbers.duration, trial.absent.get("train_seconds")),
        value(trial.images_per_second, numbers.significant, trial.absent.get("images_per_second")),
        distance,
        Value(trial.command, kind="command"),
    ]


def _throughput_row(cell: Cell, ratio: Value | None, notes: Footnotes) -> list[Value | None]:
    """`ratio` is None in the second row of a pair: the first row's cell spans both."""

    def spread(field: str, form: numbers.Format) -> Value:
        values, reasons = measured(cell, lambda trial: (getattr(trial, field), trial.absent.get(field)))
        return notes.spread(values, reasons, form, median=True)

    speed = spread("images_per_second", numbers.significant)
    quartiles = [t.images_per_second_quartiles for t in cell.finished if t.images_per_second_quartiles]
    if quartiles:
        low, high = (statistics.median(side) for side in zip(*quartiles, strict=True))
        details = [f"seeds {speed.detail}"] if speed.detail else []
        detail = "\n".join([*details, f"quartiles {numbers.span(low, high)}"])
        speed = dataclasses.replace(speed, detail=detail)
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
    values, reasons = measured(first, lambda t: (t.first_step_seconds, t.absent.get("first_step_seconds")))
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
    ratio = medians["tensorflow"] / medians["torch"]
    text = numbers.ratio(ratio)
    reason = unproved(trial for cell in pair for trial in cell.trials)
    if reason is None:
        return Value(text, rows=len(pair), kind="ratio", number=ratio)
    return Value(text, MARK, notes.numbers([noted(reason)]), len(pair), "ratio unproved", number=ratio)


def _mode(cell: Cell) -> str:
    """What really ran: what the mode came to in this framework."""
    return "; ".join(dict.fromkeys(trial.mode_detail for trial in cell.trials if trial.mode_detail))


def _threads(trials: Sequence[TrialRecord]) -> str:
    found = sorted({trial.threads for trial in trials if trial.threads is not None})
    return f", {' or '.join(map(str, found))} {'thread' if found == [1] else 'threads'}" if found else ""


def _memory_of(setting: Setting) -> str:
    return "worker process" if setting.device == "cpu" else "on the device"
