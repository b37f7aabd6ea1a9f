"""Bounds of the autoencoders: a table for each kind of pixels, because nats of one say nothing about the other's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bench import numbers
from bench.budget import NO_IWAE
from bench.report.marks import marked
from bench.report.table import Column, Footnotes, Table, Value
from bench.results.groups import FRAMEWORKS, Cell, Setting, cells
from bench.results.pairs import description_of
from bench.results.record import BoundRecord, TrialRecord

MEANING = {
    "binary": "bound on binarised pixels, a lower bound of the log-likelihood",
    "grey": "training bound on grey values, not a normalised likelihood",
}
"""What the nats are, by what the likelihood saw."""


GIVEN_CLASS = "of a picture given its class, which the other models are not told"
"""The note of a conditional model."""


LEAST_IWAE_N = 10
"""Images below which a mean of IWAE bounds says more of the images than of the model."""


@dataclass(frozen=True)
class Terms:
    """What must be alike for two bounds to be compared."""

    pixels: Literal["binary", "grey"]
    n: int
    iwae_samples: int | None
    iwae_n: int | None


def bounds(setting: Setting, trials: Sequence[TrialRecord]) -> list[Table]:
    """The bounds of one setting, binarised pixels first; empty where no model has one."""
    found = dict.fromkeys(_terms(trial.bound) for trial in trials if trial.bound)
    return [_table(setting, terms, trials) for terms in sorted(found, key=lambda terms: terms.pixels)]


def _terms(bound: BoundRecord) -> Terms:
    return Terms(bound.pixels, bound.n, bound.iwae_samples, bound.iwae_n)


def _table(setting: Setting, terms: Terms, trials: Sequence[TrialRecord]) -> Table:
    notes = Footnotes()
    groups = []
    for (model, batch_size), pair in cells(trials).items():
        if any(trial.bound and _terms(trial.bound) == terms for cell in pair for trial in cell.trials):
            rows = [_row(cell, terms, notes) for cell in pair]
            group = marked(model, pair, rows, notes, f"batch {numbers.count(batch_size)}")
            known = description_of(model)
            told = notes.numbers([GIVEN_CLASS] if known is not None and known.needs_labels else [])
            groups.append(replace(group, notes=group.notes + told))
    columns = [
        Column("Framework", numeric=False),
        Column("ELBO", "higher is better"),
        Column("Reconstruction", "log-likelihood"),
        Column("KL", "posterior from prior"),
        *([Column("IWAE", f"k = {terms.iwae_samples}, n = {numbers.count(terms.iwae_n)}")] if terms.iwae_n else []),
        Column("Seeds"),
    ]
    line = (
        f"In nats an image, means over n = {numbers.count(terms.n)} test images, then over seeds; in small print the "
        "lowest and the highest seed. ELBO: reconstruction − KL, from one posterior sample an image. "
        + (_iwae(terms.iwae_samples, terms.iwae_n, terms.n) if terms.iwae_n else f"No IWAE: {NO_IWAE}.")
    )
    return Table(f"{setting.dataset}: {MEANING[terms.pixels]}", "Model", columns, groups, line, notes.texts)


def _row(cell: Cell, terms: Terms, notes: Footnotes) -> list[Value | None]:
    bounds = [trial.bound for trial in cell.finished if trial.bound and _terms(trial.bound) == terms]
    reasons = [trial.absent.get("bound", "not measured") for trial in cell.finished if trial.bound is None]

    def spread(get: Callable[[BoundRecord], float | None]) -> Value:
        values = [value for bound in bounds if (value := get(bound)) is not None]
        return notes.spread(values, reasons or list(cell.reasons), _nats, median=False)

    enough = terms.iwae_n is not None and terms.iwae_n >= LEAST_IWAE_N
    iwae = spread(lambda bound: bound.iwae) if enough else notes.absent([_too_few(terms)]) if terms.iwae_n else None
    return [
        Value(FRAMEWORKS[cell.framework], kind=cell.framework),
        spread(lambda bound: bound.elbo),
        spread(lambda bound: bound.reconstruction),
        spread(lambda bound: bound.kl),
        *([iwae] if iwae is not None else []),
        Value(cell.seeds, notes=notes.numbers(cell.reasons)),
    ]


def _iwae(samples: int | None, images: int, of: int) -> str:
    text = f"IWAE: the tighter bound of k = {samples} samples an image, over the first {numbers.count(images)} images."
    return text + (" These are not all, so it may lie below the ELBO." if images < of else "")


def _too_few(terms: Terms) -> str:
    images = "1 image" if terms.iwae_n == 1 else f"{terms.iwae_n} images"
    return f"taken over {images} only, and a mean needs {LEAST_IWAE_N} at least"


def _nats(value: float) -> str:
    """One decimal: differences between models are of whole nats, significant digits would hide them."""
    return numbers.minus(f"{value:,.1f}")
