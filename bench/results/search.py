"""One trial of a run, found by what its user calls it."""

from __future__ import annotations

from bench.errors import UserError, unknown
from bench.results.record import RunRecord, TrialRecord

OPTIONS = {"model": "model", "framework": "framework", "dataset": "data set", "seed": "seed"}
"""Fields of a record that tell trials apart, in the order in which they narrow the choice -> what people call them."""


def find_trial(
    run: RunRecord,
    *,
    model: str | None = None,
    framework: str | None = None,
    dataset: str | None = None,
    seed: int | None = None,
) -> TrialRecord:
    """The one trial of a run with this model (as written in its study), framework, data set and seed, that ended ok.

    What is None is free, as long as one trial is left, not counting those that did not end ok. Raises `UserError`: for
    a name that is not there, with the nearest; for several trials, with what would tell them apart; for a trial that
    did not end ok, with its status and reason. An experiment is one of them where its data set is named.
    """
    wanted = {"model": model, "framework": framework, "dataset": dataset, "seed": seed}
    extra = [trial for trial in run.experiments if trial.dataset == dataset]
    left = [*run.trials, *extra]
    if not left:
        raise UserError(f"run {run.name} has no finished trial yet")
    where = f"run {run.name}"
    for field, noun in OPTIONS.items():
        value = wanted[field]
        if value is None:
            continue
        kept = [trial for trial in left if getattr(trial, field) == value]
        if not kept:
            raise unknown(f"{noun} of {where}", str(value), _values(left, field))
        left, where = kept, f"{where}, {noun} {value}"
    fit = [trial for trial in left if trial.status == "ok"]
    if not fit:
        trial = left[0]
        others = f" (nor did {len(left) - 1} others)" if len(left) > 1 else ""
        raise UserError(f"trial {trial.id} did not end ok{others}: {trial.status}: {trial.reason}")
    if len(fit) > 1:
        choices = {field: _values(fit, field) for field in OPTIONS}
        open_ = [f"--{field} {' or '.join(values)}" for field, values in choices.items() if len(values) > 1]
        raise UserError(f"{len(fit)} trials of {where} can be drawn from; say which one: {', '.join(open_)}")
    return fit[0]


def trial_of(run: RunRecord, trial: str | None) -> TrialRecord:
    """The one trial of a run, or experiment, whose id starts with `trial`; None: the only trial that ended ok.

    Raises `UserError` for none, with the nearest, and for several, with their ids.
    """
    known = run.trials if trial is None else (*run.trials, *run.experiments)
    ids = {record.id: record for record in known}
    fit = [record for record in known if (record.status == "ok" if trial is None else record.id.startswith(trial))]
    if len(fit) == 1:
        return fit[0]
    if not fit and trial is not None:
        raise unknown(f"trial of run {run.name}", trial, ids)
    if not fit:
        raise UserError(f"no trial of run {run.name} ended ok")
    some = ", ".join(record.id for record in fit[:3]) + (", ..." if len(fit) > 3 else "")
    raise UserError(f"run {run.name} has {len(fit)} such trials; say which one with --trial ID: {some}")


def _values(trials: list[TrialRecord], field: str) -> list[str]:
    """The different values of a field, in the run's order."""
    return list(dict.fromkeys(str(getattr(trial, field)) for trial in trials))
