"""The shape of every table of the page: groups of rows, cells that are a number or "n/a" with its reason."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.numbers import Format, span

ABSENT = "n/a"


@dataclass(frozen=True)
class Column:
    """A column: its title, a second line in small print (unit, direction), and whether it holds numbers.

    `unit` is that of a cell's `number` where its text has another one in each row. `model` and `framework` say whose
    column it is, for readers who look at some only; "" of what all share.
    """

    title: str
    hint: str = ""
    numeric: bool = True
    unit: str = ""
    model: str = ""
    framework: str = ""


@dataclass(frozen=True)
class Value:
    """One cell: its text, a second line in small print, and the numbers of its footnotes.

    `rows` is how many rows it spans; `kind` is a class name for the style (a framework, a status); `bar` is a share
    of one that a bar beneath the text shows. `number` is what a table is sorted by, and what a spreadsheet gets, in the
    unit of the figure (seconds, bytes): its text is rounded, and may be in another unit in each row.
    """

    text: str
    detail: str = ""
    notes: tuple[int, ...] = ()
    rows: int = 1
    kind: str = ""
    bar: float | None = None
    number: float | None = None


NOT_REACHED = Value(ABSENT, kind="absent")
"""In the row of a trial that did not end ok: its status says why."""
NO_VALUE = Value("–")
"""Where there is nothing to say, and so nothing is missing."""


@dataclass(frozen=True)
class Group:
    """Rows that belong together under one row header, such as the two frameworks of a model.

    None stands where a cell of a row above reaches down. `scale` marks rows that are no result but a measure
    to read the others by. `mark` warns of the whole group, `notes` are the numbers of the header's footnotes. `model`
    and `dataset` say whose rows they are, for readers who look at some only; "" of what all models or data sets share.
    """

    header: str
    rows: list[list[Value | None]]
    detail: str = ""
    scale: bool = False
    mark: str = ""
    notes: tuple[int, ...] = ()
    model: str = ""
    dataset: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption, its protocol in a line beneath, and its footnotes."""

    caption: str
    header: str
    columns: list[Column]
    groups: list[Group]
    protocol: str
    footnotes: list[str]

    @property
    def stacked(self) -> bool:
        """Whether a narrow screen shows a row as a block, cell below cell: no table of sentences fits there."""
        rows = (row for group in self.groups for row in group.rows)
        return any(value is not None and value.kind == "prose" for row in rows for value in row)


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of those that are there; None of none."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


@dataclass
class Footnotes:
    """Reasons, each written once: the number of a reason is its place in `texts`, from 1."""

    texts: list[str] = field(default_factory=list)

    def numbers(self, reasons: Iterable[str]) -> tuple[int, ...]:
        """The number of each reason, without repetition; new reasons are added."""
        for reason in reasons:
            if reason not in self.texts:
                self.texts.append(reason)
        return tuple(dict.fromkeys(self.texts.index(reason) + 1 for reason in reasons))

    def absent(self, reasons: Sequence[str]) -> Value:
        """The cell of a figure that is not there."""
        return Value(ABSENT, notes=self.numbers(reasons or ["not measured"]), kind="absent")

    def spread(self, values: Sequence[float], reasons: Sequence[str], form: Format, *, median: bool) -> Value:
        """Mean or median over seeds, with the lowest and the highest beneath where they differ.

        Without any value, "n/a" with the reasons.
        """
        if not values:
            return self.absent(reasons)
        centre = statistics.median(values) if median else statistics.fmean(values)
        detail = span(min(values), max(values), form) if min(values) < max(values) else ""
        return Value(form(centre), detail, self.numbers(reasons), number=centre)
