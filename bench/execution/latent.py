"""The small experiments in a latent space as the harness sees them: what is asked of the evaluator, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bench.budget import NO_EXPERIMENTS
from bench.quality.latent import FixedNoiseRecord, WalkRecord
from bench.training.walks import PICTURE

FORMS: dict[str, type[WalkRecord] | type[FixedNoiseRecord]] = {"walks": WalkRecord, "fixed_noise": FixedNoiseRecord}
FIELDS = tuple(FORMS)
"""Their fields of a trial's record."""


def asked(folder: Path, measured: Mapping[str, Any], *, experiments: bool) -> dict[str, Any]:
    """What a request to the evaluator has besides; nothing where no experiments are wanted."""
    if not experiments:
        return {}
    walks = measured.get("walks")
    return {"walks": str(folder / walks) if walks else None, "fixed_noise": True}


def found(measured: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The records in the evaluator's answer, and why others are absent, each under its field.

    One that is no record is absent for that reason: a fault in an experiment must not cost a trial its scores.
    """
    images = [point["images"] for point in measured["curve"][-3:]]
    more: dict[str, dict[str, Any]] = {"fixed_noise": {"images": images}}
    records: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, form in FORMS.items():
        given = answer.get(name)
        if isinstance(given, str):
            reasons[name] = given
        elif given is not None:
            whole = {**given, **more.get(name, {})} if isinstance(given, dict) else given
            try:
                records[name] = form.model_validate(whole)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or name
                reasons[name] = f"the evaluator's record of it is not valid: {where}: {first['msg']}"
    return records, reasons


def absent(measured: Mapping[str, Any], scores: Mapping[str, Any], *, experiments: bool) -> dict[str, str]:
    """Why a trial that ended lacks such records, for each that it lacks; `scores` are the fields of its scoring."""
    if not experiments:
        return dict.fromkeys(FIELDS, NO_EXPERIMENTS)
    reasons = {name: scores["absent"].get("quality") for name in FIELDS}
    reasons |= {"walks": measured.get("no_walks") or reasons["walks"]}
    reasons |= {name: why for name, why in scores["absent"].items() if name in FIELDS}
    return {name: why for name, why in reasons.items() if scores.get(name) is None}


def picture(measured: Mapping[str, Any]) -> dict[str, str]:
    """The picture of the walks, where there were any, as an artifact of the trial."""
    return {"walks": PICTURE} if measured.get("walks") else {}


def remove(folder: Path, measured: Mapping[str, Any]) -> None:
    """Remove the pictures along the walks."""
    if measured.get("walks"):
        (folder / measured["walks"]).unlink()
