"""Whether the halves of a model may be compared, and the words where they may not."""

from __future__ import annotations

from collections.abc import Iterable

from bench.errors import UserError
from bench.models import find
from bench.models.description import Description
from bench.results.groups import collect
from bench.results.record import TrialRecord

MARK = "pair not proved"
"""Stands wherever frameworks are set side by side whose halves were not proved to be one model."""
NOT_RECORDED = "the trial's record holds no proof of the pair"


def unproved(trials: Iterable[TrialRecord]) -> str | None:
    """Why the two frameworks of one model may not be compared; None where they may, or where only one has figures.

    Figures come from trials that ended ok, so these decide; one without a valid certificate is enough.
    """
    finished = [trial for trial in trials if trial.status == "ok"]
    if len({trial.framework for trial in finished}) < 2:
        return None
    lacking = collect((trial for trial in finished if doubt(trial) is not None), doubt)
    reasons = []
    for reason, found in lacking.items():
        some = f" ({len(found)} of {len(finished)} trials)" if len(found) < len(finished) else ""
        reasons.append(f"{reason}{some}")
    return "; ".join(reasons) or None


def doubt(trial: TrialRecord) -> str | None:
    """Why a trial's model is not proved a pair; None where it is."""
    if trial.pair is None:
        return trial.absent.get("pair", NOT_RECORDED)
    return None if trial.pair.proved else trial.pair.reason or "no reason recorded"


def unproved_models(trials: Iterable[TrialRecord]) -> dict[str, str]:
    """Every model of one setting that is compared without a proof, and why it has none."""
    by_model = collect(trials, lambda trial: trial.model)
    reasons = {model: unproved(found) for model, found in by_model.items()}
    return {model: reason for model, reason in reasons.items() if reason is not None}


def description_of(model: str) -> Description | None:
    """What is known of a model as a study writes it; None where this installation does not have it."""
    try:
        return find(model.partition("[")[0].strip())
    except UserError:
        return None


def shares_all_chance(model: str) -> bool:
    """Whether the halves train on the same random numbers; a model unknown here is taken to."""
    found = description_of(model)
    return found is None or found.shares_all_chance
