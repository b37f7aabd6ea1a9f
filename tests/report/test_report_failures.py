"""The section of what did not work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.report.failures import failures

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp


def test_seeds_that_share_a_reason_share_a_row(made: MadeUp) -> None:
    trials = [
        made.trial("gan", seed=0),
        made.trial("gan", seed=1, status="diverged", reason="loss became NaN"),
        made.trial("gan", seed=2, status="diverged", reason="loss became NaN"),
        made.trial("gan", seed=3, status="failed", reason="killed"),
        made.trial("gan", "tensorflow", dataset="mnist-mini", status="skipped", reason="no TensorFlow"),
    ]
    table = failures(trials)
    assert table is not None
    assert [(group.model, group.dataset) for group in table.groups] == [
        ("gan", "fashion-mnist-mini"),
        ("gan", "mnist-mini"),
    ]
    rows = [[value.text for value in row if value] for group in table.groups for row in group.rows]
    assert [row[:4] for row in rows] == [
        ["PyTorch", "diverged", "loss became NaN", "1, 2"],
        ["PyTorch", "failed", "killed", "3"],
        ["TensorFlow", "skipped", "no TensorFlow", "0"],
    ]
    assert "--seed 1" in rows[0][4]


def test_a_run_without_failures_has_no_such_section(made: MadeUp) -> None:
    assert failures(made.trials()) is None
    page = made.open(made.run(made.trials()))
    assert "failures" not in page.values("id")
    assert "8 of 8 trials ok" in page.text


def test_failures_are_counted_at_the_top_and_link_to_their_section(made: MadeUp) -> None:
    failed = made.trial("dcgan", status="failed", reason="out of memory")
    page = made.open(made.run([*made.trials(), failed], planned=12))
    assert "8 of 12 trials ok; 1 failed" in page.text
    assert page.values("href").count("#failures") == 3  # at the top, in the contents, under the run
    assert "failures" in page.values("id")
