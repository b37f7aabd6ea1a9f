"""The documentation shows the table of tolerances as it is."""

import re
from pathlib import Path

from bench.proof.tolerances import TOLERANCES

PAGE = (Path(__file__).parents[2] / "docs/pairs.md").read_text(encoding="utf-8")


def test_the_page_on_pairs_has_every_tolerance_with_its_reason():
    rows = [
        f"| {precision} | {quantity} | {tolerance.bound:g} | {tolerance.reason} |"
        for precision, quantities in TOLERANCES.items()
        for quantity, tolerance in quantities.items()
    ]
    lines = PAGE.splitlines()
    first = lines.index("| precision | quantity | tolerance | reason |") + 2
    assert lines[first : first + len(rows) + 1] == [*rows, ""]


def test_the_page_has_no_blank_left_to_fill():
    assert re.findall(r"^[A-Z]{4,}$", PAGE, re.MULTILINE) == []
