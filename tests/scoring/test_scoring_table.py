"""Whatever figures a quality has, each is a row or has its reason."""

from __future__ import annotations

from bench.quality.record import Quality
from bench.scoring.table import notes_of, rows_of


def quality(**figures):
    absent = {name: f"no {name[0]}" for name in Quality.figures() if name not in figures}
    return Quality.model_validate(
        {"extractor": "x", "title": "FD", "n": 9, "reference": "test", "absent": absent, **figures}
    )


def test_a_row_has_the_figure_and_the_scale_to_read_it_by():
    rows = rows_of(
        quality(
            fd=22.25, fd_interval=(21.6, 22.9), floor=0.5, ceiling=108.0, kid=-0.01, kid_std=0.02, kid_floor=0.0,
            kid_ceiling=2.0, recall=0.25, recall_real=0.875, **{"is": 6.5, "is_std": 0.1, "is_real": 8.0},
        )
    )  # fmt: skip
    assert {row.figure: tuple(row[1:]) for row in rows} == {
        "fd": ("22.2", "21.6 to 22.9", "0.500", "108"),
        "is": ("6.50", "± 0.100", "8.00", ""),
        "kid": ("\N{MINUS SIGN}0.0100", "± 0.0200", "0", "2.00"),
        "recall": ("0.250", "", "0.875", ""),
    }


def test_what_is_no_number_fits_a_row_too():
    pair = {"generated": 0, "train": 1, "distance": 0.5, "threshold": 1.0}
    rows = {row.figure: row.value for row in rows_of(quality(nearest=[pair, pair], coverage_by_class=[0.5, None]))}
    assert rows == {"nearest": "2 of them in --json", "coverage_by_class": "0.500, n/a"}


def test_what_is_absent_is_named_once_beside_its_reason():
    notes = list(notes_of(quality(kid=0.5)))
    assert "n/a: fd, fd_interval, fd_infinity, floor: no f" in notes
    named = [name for note in notes for name in note.removeprefix("n/a: ").rpartition(": ")[0].split(", ")]
    assert sorted(named) == sorted(set(Quality.figures()) - {"kid"})


def test_every_figure_of_the_record_is_a_row_stands_in_one_or_has_a_reason():
    rows, notes = rows_of(quality()), list(notes_of(quality()))
    assert rows == []
    assert sum(note.count(",") + 1 for note in notes) == len(Quality.figures())
