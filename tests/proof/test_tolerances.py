"""The documentation shows the table of tolerances as it is."""

from pathlib import Path

from bench.proof.tolerances import TOLERANCES

PAGE = Path(__file__).parents[2] / "docs/pairs.md"


def test_the_page_on_pairs_has_every_tolerance_with_its_reason():
    rows = [
        f"| {precision} | {quantity} | {tolerance.bound:g} | {tolerance.reason} |"
        for precision, quantities in TOLERANCES.items()
        for quantity, tolerance in quantities.items()
    ]
    shown = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(("| fp", "| tf", "| bf"))
    ]
    assert shown == rows
