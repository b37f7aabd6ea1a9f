"""The page: one self-contained HTML file made from a run's results; no framework is needed to build it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.paths import write_atomically

if TYPE_CHECKING:
    from bench.results.folder import RunFolder

__all__ = ["build"]


def build(folder: RunFolder) -> Path:
    """Write `report.html` from the run's `results.json` and its trials' pictures; returns its path.

    The run may still be under way: the page then says how far it is. The same results make the same bytes.
    Raises `UserError` where the folder holds no results.
    """
    # pandas, seaborn and matplotlib take seconds to import: only who builds a page pays for them.
    from bench.report.page import render

    write_atomically(folder.report, render(folder.read(), folder))
    return folder.report
