"""Two closer looks at the trials: tables of walks and of fixed noise over time, and walks to look at."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from bench import numbers
from bench.quality.latent import FixedNoiseRecord, ThirdClass, WalkRecord
from bench.report import images
from bench.report.captions import Picture, drawn
from bench.report.marks import marked
from bench.report.table import NO_VALUE, Column, Footnotes, Group, Table, Value
from bench.results.folder import RunFolder
from bench.results.groups import FRAMEWORKS, Cell, Setting, cells, collect, measured, seeds
from bench.results.record import TrialRecord

Kept = TypeVar("Kept", WalkRecord, FixedNoiseRecord)
MOST_THIRDS = 2
"""Third classes that a row names."""


def walk_tables(setting: Setting, trials: Sequence[TrialRecord]) -> list[Table]:
    """A table for each protocol by which walks were judged; empty where there were none."""
    found = collect((trial.walks for trial in trials if trial.walks is not None), _route)
    return [_walk_table(setting, records[0], trials) for records in found.values()]


def noise_tables(setting: Setting, trials: Sequence[TrialRecord]) -> list[Table]:
    """A table for each protocol by which fixed noise was looked at; empty where it was not."""
    found = collect((trial.fixed_noise for trial in trials if trial.fixed_noise is not None), _noise)
    return [_noise_table(setting, records[0], trials) for records in found.values()]


def pictures(trials: Sequence[TrialRecord], folder: RunFolder) -> list[tuple[str, Picture]]:
    """Each model, and the walks of its first seed in one framework: the other's go between the same pictures."""
    found = []
    for (model, _), pair in cells(trials).items():
        walked = [t for cell in pair for t in cell.finished if t.walks is not None and "walks" in t.artifacts]
        if not walked:
            continue
        trial = min(walked, key=lambda trial: trial.seed)
        who = f"{FRAMEWORKS[trial.framework]}, seed {trial.seed}"
        alt = f"Walks through the latent space of {model} on {trial.dataset} in {who}: a walk a row"
        caption = f"{who}. First and last in each row: the real pictures; between them the walk."
        found.append((model, drawn(model, alt, caption, functools.partial(_drawn, trial, folder))))
    return found


def _drawn(trial: TrialRecord, folder: RunFolder) -> str:
    """The data URI of a trial's walks, each between its two real pictures."""
    points = trial.walks.points if trial.walks is not None else 0
    uri = images.strip(folder.trial(trial.id), trial.artifacts["walks"], points + 2)
    return images.coarse(uri) if (trial.image_shape or (0, 0, 0))[2] == 3 else uri


def _route(record: WalkRecord) -> Hashable:
    return record.route, record.extractor, record.pairs, record.points, record.probability


def _noise(record: FixedNoiseRecord) -> Hashable:
    return record.extractor, record.n, record.images


@dataclass(frozen=True)
class _Alike(Generic[Kept]):
    """The records of one protocol: that of `like`, as `key` says it."""

    field: Literal["walks", "fixed_noise"]
    like: Kept
    key: Callable[[Kept], Hashable]

    def of(self, trial: TrialRecord) -> Kept | None:
        """A trial's record, where it is of this protocol."""
        record: Kept | None = getattr(trial, self.field)
        return record if record is not None and self.key(record) == self.key(self.like) else None

    def spread(self, cell: Cell, figure: str, form: numbers.Format, notes: Footnotes) -> Value:
        """The mean of a figure over the seeds of a cell; of one for each checkpoint, the last."""

        def get(trial: TrialRecord) -> tuple[float | None, str | None]:
            record = self.of(trial)
            if record is None:
                return None, trial.absent.get(self.field, "measured by another protocol")
            value = getattr(record, figure)
            return value[-1] if isinstance(value, tuple) else value, record.absent.get(figure)

        values, reasons = measured(cell, get)
        return notes.spread(values, reasons, form, median=False)

    def groups(
        self, trials: Sequence[TrialRecord], notes: Footnotes, figures: Callable[[Cell], list[Value]]
    ) -> list[Group]:
        """The rows of every model that has a record; `figures` are the cells between framework and command."""

        def row(cell: Cell) -> list[Value | None]:
            command = Value(cell.finished[0].command, kind="command") if cell.finished else NO_VALUE
            tried = Value(cell.seeds, notes=notes.numbers(cell.reasons))
            return [Value(FRAMEWORKS[cell.framework], kind=cell.framework), *figures(cell), command, tried]

        return [
            marked(model, pair, [row(cell) for cell in pair], notes, f"batch {numbers.count(batch_size)}")
            for (model, batch_size), pair in cells(trials).items()
            if any(self.of(trial) for cell in pair for trial in cell.trials)
        ]


def _walk_table(setting: Setting, like: WalkRecord, trials: Sequence[TrialRecord]) -> Table:
    notes, alike = Footnotes(), _Alike("walks", like, _route)

    def figures(cell: Cell) -> list[Value]:
        return [
            alike.spread(cell, "recognised", numbers.count, notes),
            alike.spread(cell, "share", numbers.percent, notes),
            alike.spread(cell, "cross_fade", numbers.percent, notes),
            _thirds([record for trial in cell.finished if (record := alike.of(trial)) is not None]),
        ]

    columns = [
        Column("Framework", numeric=False),
        Column("Counting", f"of {like.pairs} walks"),
        Column("On the way", like.by_way_of or "a third class"),
        Column("Cross-fade", "of the pixels"),
        Column("Third classes", "commonest, by walks", numeric=False),
        Column("Repeat", numeric=False),
        Column("Seeds"),
    ]
    line = (
        f"{like.pairs} straight walks of {like.points} points between the posterior means of two test pictures, "
        f"{like.route}. Which pictures, the trial's seed says: they are the same for all models and both frameworks. "
        f"Classes by {like.extractor}: seen is the most probable class, with at least {like.probability:g}. A walk "
        "counts where both real pictures and both reconstructions are seen as their own class. Means over seeds, in "
        f"small print the lowest and the highest; third classes over all seeds together. {seeds(trials)}."
    )
    caption = f"Walks on {setting.dataset}, {like.route}"
    return Table(caption, "Model", columns, alike.groups(trials, notes, figures), line, notes.texts)


def _thirds(records: Sequence[WalkRecord]) -> Value:
    def told(found: Sequence[ThirdClass]) -> str:
        counts: Counter[str] = Counter()
        for third in found:
            counts[third.name] += third.walks
        return ", ".join(f"{name} {walks}" for name, walks in counts.most_common(MOST_THIRDS)) or "none"

    if not any(record.recognised for record in records):
        return NO_VALUE
    walked = [third for record in records for third in record.third_classes]
    faded = [third for record in records for third in record.cross_fade_classes]
    return Value(told(walked), f"cross-fade: {told(faded)}")


def _noise_table(setting: Setting, like: FixedNoiseRecord, trials: Sequence[TrialRecord]) -> Table:
    notes, alike = Footnotes(), _Alike("fixed_noise", like, _noise)
    shares = ("class_changes", "ambiguous", "lasting", "lasting_by_chance")

    def figures(cell: Cell) -> list[Value]:
        drift = alike.spread(cell, "drift", numbers.share, notes)
        return [drift, *(alike.spread(cell, share, numbers.percent, notes) for share in shares)]

    columns = [
        Column("Framework", numeric=False),
        Column("Drift", "0 stands still"),
        Column("Other class", "than before"),
        Column("Ambiguous", "at the last checkpoint"),
        Column("Lasting", "ambiguous at all three"),
        Column("By chance", "would last"),
        Column("Repeat", numeric=False),
        Column("Seeds"),
    ]
    after = ", ".join(map(numbers.count, like.images))
    line = (
        f"The same {numbers.count(like.n)} latent vectors, decoded after {after} training images, by "
        f"{like.extractor}. Drift: mean distance between the features of one vector's pictures at the last two "
        "checkpoints, divided by that of different vectors' pictures at the last. Ambiguous: as in the tables of "
        "scores. By chance: the product of the three checkpoints' shares. Means over seeds, in small print the lowest "
        f"and the highest. {seeds(trials)}."
    )
    caption = f"Fixed noise over time on {setting.dataset}"
    return Table(caption, "Model", columns, alike.groups(trials, notes, figures), line, notes.texts)
