"""The mark where two halves stand side by side that were not proved to be one model."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.table import Footnotes, Group, Value
from bench.results.groups import Cell
from bench.results.pairs import MARK, unproved


def marked(
    header: str, pair: Sequence[Cell], rows: list[list[Value | None]], notes: Footnotes, detail: str = ""
) -> Group:
    """The rows of a model in both frameworks, with the mark and a footnote where the pair is not proved."""
    reason = unproved(trial for cell in pair for trial in cell.trials)
    if reason is None:
        return Group(header, rows, detail, model=header)
    return Group(header, rows, detail, mark=MARK, notes=notes.numbers([noted(reason)]), model=header)


def noted(reason: str) -> str:
    """The footnote of a mark."""
    return f"{MARK}: {reason}"
