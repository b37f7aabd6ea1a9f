"""The tables of scores: distance, fidelity and variety, coverage class by class; with the protocol under each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import numbers
from bench.quality.record import NOT_BUILT, NOT_RECORDED, Quality
from bench.report.marks import marked
from bench.report.table import NO_VALUE, Column, Footnotes, Group, Table, Value, mean
from bench.results.groups import FRAMEWORKS, Cell, Getter, Protocol, cells, measured, seeds, several_seeds
from bench.results.record import TrialRecord

Scored = Mapping[str, Quality]
"""The score of each trial, by its id, under one protocol."""

MOST_CLASSES = 12
"""Classes side by side; of more, those that are covered least."""
CLASS_LETTERS = 14
"""Letters of a class's name at the head of a column."""


@dataclass(frozen=True)
class Score:
    """A column of scores: the field's name in JSON, its title, what its small print says, its format.

    `real` and `noise` are the figures that real images, or noise, have of it; `spread` is the figure that tells how
    sure a single score is. A score that is `always` there has a column even in a record that knows nothing of it; one
    that is `rare` only where some trial has it.
    """

    field: str
    title: str
    hint: str
    form: numbers.Format
    real: str = ""
    noise: str = ""
    spread: str = ""
    always: bool = False
    rare: bool = False


DISTANCES = (
    Score("fd", "FD", "lower is better", numbers.significant, "floor", "ceiling", "fd_interval", always=True),
    Score("fd_infinity", "FD∞", "of infinitely many", numbers.significant, rare=True),
    Score("kid", "KID", "lower is better", numbers.significant, "kid_floor", "kid_ceiling", "kid_std"),
    Score("is", "IS", "higher is better", numbers.significant, "is_real", "", "is_std", always=True),
)
FIDELITY = (
    Score("precision", "Precision", "fidelity, up to 1", numbers.share, "precision_real"),
    Score("density", "Density", "fidelity, 1 is usual", numbers.share, "density_real"),
    Score("recall", "Recall", "variety, up to 1", numbers.share, "recall_real"),
    Score("coverage", "Coverage", "variety, up to 1", numbers.share, "coverage_real"),
    Score("copied", "Copied", "by features", numbers.percent, "copied_real"),
    Score("copied_pixels", "Copied", "by pixels", numbers.percent, "copied_pixels_real"),
    Score("ambiguous", "Ambiguous", "between classes", numbers.percent, "ambiguous_real"),
    Score("label_accuracy", "Label accuracy", "as asked for", numbers.percent, "label_accuracy_real", rare=True),
)


def distance(protocol: Protocol, trials: Sequence[TrialRecord], scored: Scored) -> Table:
    """The distances of one extractor on one data set, and its inception score, between real images and noise."""
    notes = Footnotes()
    shown = [score for score in DISTANCES if _has_column(score, scored)]
    columns = [
        Column("Framework", numeric=False),
        *(Column(protocol.title if s.field == "fd" else s.title, s.hint) for s in shown),
        Column("Trained on", "images"),
        Column("Seeds"),
    ]
    groups = [_scale("Real images", "floor: real against real", [s.real for s in shown], shown, scored, notes, 2)]
    for (model, batch_size), pair in cells(trials).items():
        rows = [[*_row(cell, scored, shown, notes), *_budget(cell, notes)] for cell in pair]
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    groups.append(_scale("Uniform noise", "for reference", [s.noise for s in shown], shown, scored, notes, 2))
    details = {
        "kid_subsets": "KID: the mean over {} subsets",
        "kid_subset_size": "subsets of {} images",
        "is_splits": "IS: over {} splits",
    }
    line = f"{_head(protocol)} {_small_print(trials)} {_facts(scored, details)}{seeds(trials)}."
    caption = f"Distance: {protocol.title} and other scores on {protocol.dataset}, N = {numbers.count(protocol.n)}"
    return Table(caption, "Images from", columns, groups, line, notes.texts)


def fidelity(protocol: Protocol, trials: Sequence[TrialRecord], scored: Scored) -> Table | None:
    """Fidelity, variety and copies under one protocol, with what real training images score; None without any."""
    notes = Footnotes()
    shown = [score for score in FIDELITY if _has_column(score, scored)]
    if not shown:
        return None
    columns = [Column("Framework", numeric=False), *(Column(s.title, s.hint) for s in shown), Column("Seeds")]
    groups = [_scale("Real images", "training images in their place", [s.real for s in shown], shown, scored, notes, 1)]
    for (model, batch_size), pair in cells(trials).items():
        rows = [[*_row(cell, scored, shown, notes), _seeds_of(cell, notes)] for cell in pair]
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    details = {
        "manifold_k": "precision and recall: neighbour {}",
        "density_k": "density and coverage: neighbour {}",
        "neighbours_n": "these four on {} images a side",
        "copies_n": "copies among {} generated images",
    }
    spread = "Mean over seeds, in small print the lowest and the highest seed. " if several_seeds(trials) else ""
    line = f"{_head(protocol)} {spread}{_facts(scored, details)}{seeds(trials)}."
    caption = f"Fidelity and variety on {protocol.dataset}, by {protocol.extractor}, N = {numbers.count(protocol.n)}"
    return Table(caption, "Images from", columns, groups, line, notes.texts)


def by_class(
    protocol: Protocol, trials: Sequence[TrialRecord], scored: Scored, names: Sequence[str] | None
) -> Table | None:
    """The coverage of each class's real images; None where no trial has it. `names` are the classes', in order."""
    found = {name: shares for name, quality in scored.items() if (shares := _shares(quality)) is not None}
    if not found:
        return None
    count = len(next(iter(found.values())))
    means = {place: mean(shares[place] for shares in found.values()) for place in range(count)}
    known = [place for place, share in means.items() if share is not None]
    shown = sorted(sorted(known, key=lambda place: (means[place] or 0.0, place))[:MOST_CLASSES])
    notes = Footnotes()
    groups = []
    for (model, batch_size), pair in cells(trials).items():
        rows: list[list[Value | None]] = []
        for cell in pair:
            row: list[Value | None] = [Value(FRAMEWORKS[cell.framework], kind=cell.framework)]
            mine = [found[trial.id] for trial in cell.finished if trial.id in found]
            for place in shown:
                share = mean(shares[place] for shares in mine)
                row.append(NO_VALUE if share is None else Value(numbers.share(share), bar=share, number=share))
            if not mine:
                _, reasons = measured(cell, _score_of(scored, "coverage_by_class"))
                row[1:] = [notes.absent(reasons)] * len(shown)
            rows.append(row)
        groups.append(marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}"))
    titles = [numbers.shorten(names[place] if names else f"class {place}", CLASS_LETTERS) for place in shown]
    columns = [Column("Framework", numeric=False), *map(Column, titles)]
    rest = len(shown) < len(known)
    some = f" Shown are the {len(shown)} of {count:,} classes that are covered least." if rest else ""
    line = (
        f"{_head(protocol)} The share of each class's real images that have a generated one in their neighbourhood, "
        f"mean over seeds: a class near 0 is one that the model does not draw.{some} {seeds(trials)}."
    )
    return Table(f"Coverage class by class on {protocol.dataset}", "Images from", columns, groups, line, notes.texts)


def figure(quality: Quality, field: str) -> float | None:
    """A score by its name in JSON ("is" is not a name that Python allows); None also where records have no such."""
    value: float | None = getattr(quality, "inception_score" if field == "is" else field, None)
    return value


def reason(quality: Quality, field: str) -> str:
    """Why a score is absent."""
    return quality.absent.get(field, NOT_BUILT)


def _has_column(score: Score, scored: Scored) -> bool:
    """Whether some trial has the score or, unless it is rare, something to say of why not."""
    if score.always or any(figure(quality, score.field) is not None for quality in scored.values()):
        return True
    unknown = {NOT_BUILT, NOT_RECORDED}
    return not score.rare and any(reason(quality, score.field) not in unknown for quality in scored.values())


def _row(cell: Cell, scored: Scored, shown: Sequence[Score], notes: Footnotes) -> list[Value | None]:
    row: list[Value | None] = [Value(FRAMEWORKS[cell.framework], kind=cell.framework)]
    for score in shown:
        values, reasons = measured(cell, _score_of(scored, score.field))
        value = notes.spread(values, reasons, score.form, median=False)
        if len(values) > 1 and value.detail:
            value = dataclasses.replace(value, detail=f"seeds {value.detail}")
        elif len(values) == 1 and score.spread:
            (quality,) = (scored[t.id] for t in cell.finished if t.id in scored and _has(scored[t.id], score.field))
            value = _with_spread(value, quality, score, notes)
        row.append(value)
    return row


def _with_spread(value: Value, quality: Quality, score: Score, notes: Footnotes) -> Value:
    """A single seed's figure with what is known of its chance in small print, or a footnote that it is not known."""
    found = getattr(quality, score.spread, None)
    if found is None:
        why = reason(quality, score.spread)
        unknown = (
            () if why in (NOT_BUILT, NOT_RECORDED) else notes.numbers([f"{score.title} without an interval: {why}"])
        )
        return dataclasses.replace(value, notes=(*value.notes, *unknown))
    detail = f"95 %: {numbers.span(*found)}" if isinstance(found, tuple) else f"± {numbers.significant(found, 2)}"
    return dataclasses.replace(value, detail=detail)


def _budget(cell: Cell, notes: Footnotes) -> list[Value | None]:
    """What a row's models were trained on, and its seeds."""
    images, reasons = measured(cell, lambda trial: (trial.images_seen, trial.absent.get("images_seen")))
    return [notes.spread(images, reasons, numbers.count, median=True), _seeds_of(cell, notes)]


def _seeds_of(cell: Cell, notes: Footnotes) -> Value:
    return Value(cell.seeds, notes=notes.numbers(cell.reasons))


def _scale(
    header: str,
    detail: str,
    fields: Sequence[str],
    shown: Sequence[Score],
    scored: Scored,
    notes: Footnotes,
    columns_after: int,
) -> Group:
    """What real images or noise score under the same protocol; `fields` are the figures that say it, or ""."""
    row: list[Value | None] = [Value("")]
    for field, score in zip(fields, shown, strict=True):
        values = [value for quality in scored.values() if field and (value := figure(quality, field)) is not None]
        if values:
            row.append(notes.spread(values, [], score.form, median=False))
        elif field:
            row.append(notes.absent(list(dict.fromkeys(reason(quality, field) for quality in scored.values()))))
        else:
            row.append(NO_VALUE)
    return Group(header, [[*row, *[NO_VALUE] * columns_after]], detail, scale=True)


def _score_of(scored: Scored, field: str) -> Getter:
    """How to take one score from a trial."""

    def get(trial: TrialRecord) -> tuple[float | None, str | None]:
        quality = scored.get(trial.id)
        if quality is None:
            return None, trial.absent.get("quality", "not scored under this protocol")
        return figure(quality, field), reason(quality, field)

    return get


def _has(quality: Quality, field: str) -> bool:
    return figure(quality, field) is not None


def _shares(quality: Quality) -> tuple[float | None, ...] | None:
    """Coverage by class; a class without a real image among those compared is None."""
    shares: tuple[float | None, ...] | None = getattr(quality, "coverage_by_class", None)
    return shares


def _head(protocol: Protocol) -> str:
    """Extractor, N and reference in a sentence."""
    return (
        f"Extractor {protocol.extractor}; N = {numbers.count(protocol.n)} generated images of each trial and as many "
        f"real ones: {protocol.reference}."
    )


def _small_print(trials: Sequence[TrialRecord]) -> str:
    """What stands in small print under a score: the seeds, or the chance of one."""
    if several_seeds(trials):
        return "Mean over seeds; in small print the lowest and the highest seed."
    return (
        "One seed: in small print FD has its 95 % bootstrap interval, over the generated images and conditional on the "
        "reference; KID and IS have the standard deviation over their parts. That is the chance in drawing from one "
        "trained model; training again moves a score much more."
    )


def _facts(scored: Scored, words: Mapping[str, str]) -> str:
    """The settings behind the scores that their records name, in a sentence, or nothing."""
    settings = next((quality.protocol for quality in scored.values() if quality.protocol), {})
    known = [text.format(numbers.count(float(settings[key]))) for key, text in words.items() if key in settings]
    joined = "; ".join(known)
    return f"{joined[:1].upper()}{joined[1:]}. " if joined else ""
