"""What did not work: every trial that failed, diverged or was skipped, by its reason."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.table import Column, Group, Table, Value
from bench.results.groups import FRAMEWORKS, collect
from bench.results.record import TrialRecord

WHAT = {
    "failed": "Failed: the trial broke off with an error",
    "diverged": "diverged: a loss stopped being a number",
    "skipped": "skipped: it was planned, and known beforehand not to work or to be left out",
}
"""Each way not to end ok, in words."""


def failures(trials: Sequence[TrialRecord]) -> Table | None:
    """The trials that did not end ok: a row for all seeds that share a reason; None if all did."""
    ended = [trial for trial in trials if trial.status != "ok"]
    if not ended:
        return None
    groups = []
    for (model, dataset), found in collect(ended, lambda trial: (trial.model, trial.dataset)).items():
        alike = collect(found, lambda trial: (trial.framework, trial.status, trial.reason))
        groups.append(Group(model, [_row([*same]) for same in alike.values()], dataset, model=model, dataset=dataset))
    columns = [
        Column("Framework", numeric=False),
        Column("Ended", numeric=False),
        Column("Reason", numeric=False),
        Column("Seeds", numeric=False),
        Column("Again", "the first of them", numeric=False),
    ]
    line = f"{'; '.join(WHAT.values())}. No figure of such a trial is used anywhere on this page."
    return Table("Trials that did not end ok, and why", "Model", columns, groups, line, [])


def _row(same: Sequence[TrialRecord]) -> list[Value | None]:
    first = same[0]
    return [
        Value(FRAMEWORKS[first.framework], kind=first.framework),
        Value(first.status, kind=first.status),
        Value(first.reason or "no reason recorded", kind="prose"),
        Value(", ".join(str(trial.seed) for trial in same)),
        Value(first.command, kind="command"),
    ]
