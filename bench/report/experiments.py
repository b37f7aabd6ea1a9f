"""The table of the experiments: extra trials on one class of a data set, beside the whole set's of the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench import numbers
from bench.datasets.class_source import whole_and_classes
from bench.quality.record import Quality
from bench.report.table import NOT_REACHED, Column, Footnotes, Group, Table, Value
from bench.results.groups import FRAMEWORKS
from bench.results.record import RunRecord, TrialRecord
from bench.statistics.aggregate import position


def experiments(run: RunRecord, names: Mapping[str, str]) -> Table | None:
    """A row each; None without any. The arguments are as `bench.report.imagesets.labelled` returns them."""
    if not run.experiments:
        return None
    notes = Footnotes()
    short = {full: label for label, full in names.items()}
    groups = []
    for trial in run.experiments:
        whole, classes = _parts(trial, run, names)
        whole = short.get(whole, whole)
        row = [Value(", ".join(classes)), *_figures(trial, _counterpart(run, trial, whole), notes)]
        # A group each, because tables are sorted by groups.
        groups.append(Group(whole, [row], detail=trial.model, model=trial.model, dataset=whole))
    columns = [
        Column("Class", numeric=False),
        Column("Framework", numeric=False),
        Column("Seed"),
        Column("KID", "and its scale"),
        Column("Position", "on this class"),
        Column("All classes", "position, same seed"),
        Column("Status", numeric=False),
        Column("Again", numeric=False),
    ]
    return Table("Experiments: one class by itself", "Data set", columns, groups, _protocol(run), notes.texts)


def _parts(trial: TrialRecord, run: RunRecord, names: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """The whole set, by its full name, and the classes as they are called."""
    full = names.get(trial.dataset, trial.dataset)
    whole, classes = whole_and_classes(full) or (full, ())
    read = run.datasets.get(trial.dataset)
    return whole, (read.class_names if read else None) or classes


def _counterpart(run: RunRecord, trial: TrialRecord, whole: str) -> TrialRecord | None:
    """The trial of the whole set that is like the experiment in all else."""
    same = ("model", "framework", "seed", "budget", "device", "precision", "mode")
    alike = (
        other
        for other in run.trials
        if other.dataset == whole and all(getattr(other, name) == getattr(trial, name) for name in same)
    )
    return next(alike, None)


def _figures(trial: TrialRecord, whole: TrialRecord | None, notes: Footnotes) -> list[Value | None]:
    found = _position(trial.quality)
    return [
        Value(FRAMEWORKS[trial.framework], kind=trial.framework),
        Value(str(trial.seed), number=trial.seed),
        _kid(trial, notes),
        _absent(trial, "no KID with a floor and a ceiling", notes) if found is None else _placed(found),
        _beside(trial, whole, notes),
        Value(trial.status, trial.reason or "", kind=trial.status),
        Value(trial.command, kind="command"),
    ]


def _kid(trial: TrialRecord, notes: Footnotes) -> Value:
    """The distance, and in small print those of real training images (the floor) and of noise (the ceiling)."""
    quality = trial.quality
    if quality is None or quality.kid is None:
        return _absent(trial, quality.absent.get("kid") if quality else trial.absent.get("quality"), notes)
    ends = {"real": quality.kid_floor, "noise": quality.kid_ceiling}
    scale = [f"{name} {numbers.significant(end)}" for name, end in ends.items() if end is not None]
    return Value(numbers.significant(quality.kid), ", ".join(scale), number=quality.kid)


def _beside(trial: TrialRecord, whole: TrialRecord | None, notes: Footnotes) -> Value:
    """The position of the whole set's trial, by the same extractor."""
    if whole is None or whole.quality is None:
        return notes.absent(["the trial on all classes has no score" if whole else "no trial on all classes has ended"])
    if trial.quality is not None and trial.quality.extractor != whole.quality.extractor:
        return notes.absent([f"not comparable: all classes were scored by {whole.quality.extractor}"])
    found = _position(whole.quality)
    return notes.absent(["the trial on all classes has no KID"]) if found is None else _placed(found)


def _position(quality: Quality | None) -> float | None:
    return None if quality is None else position(quality.kid, noise=quality.kid_ceiling, real=quality.kid_floor)


def _placed(found: float) -> Value:
    return Value(numbers.minus(f"{found:.3f}"), bar=min(max(found, 0.0), 1.0), number=found)


def _absent(trial: TrialRecord, reason: str | None, notes: Footnotes) -> Value:
    return notes.absent([reason or "not measured"]) if trial.status == "ok" else NOT_REACHED


def _protocol(run: RunRecord) -> str:
    scored = [trial.quality for trial in run.experiments if trial.quality is not None]
    extractors = " and ".join(dict.fromkeys(quality.extractor for quality in scored))
    counts = sorted({quality.n for quality in scored})
    by = f"Extractor {extractors}; N = {numbers.span(counts[0], counts[-1], numbers.count)}. " if counts else ""
    return (
        f"{by}All images of a row are of its class alone, but for the last position, which is the whole set’s. KID: "
        "lower is better; in small print its floor, what real training images score, and its ceiling, what uniform "
        "noise does. Position: (ceiling − KID) / (ceiling − floor), so 0 is as far as noise and 1 as near as real "
        "images; it may lie outside."
    )
