"""The small experiments in a latent space as the harness sees them: what is asked of the evaluator, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.budget import NO_EXPERIMENTS
from bench.quality.latent import FixedNoiseRecord, WalkRecord
from bench.training.walks import PICTURE

FIELDS = ("walks", "fixed_noise")
"""Their fields of a trial's record."""


def asked(folder: Path, measured: Mapping[str, Any], *, experiments: bool) -> dict[str, Any]:
    """What a request to the evaluator has besides; nothing where no experiments are wanted."""
    if not experiments:
        return {}
    walks = measured.get("walks")
    return {"walks": str(folder / walks) if walks else None, "fixed_noise": True}


def found(measured: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The records in the evaluator's answer, and why others are absent, each under its field."""
    records: dict[str, Any] = {}
    walks, fixed_noise = (answer.get(name) for name in FIELDS)
    if isinstance(walks, dict):
        records["walks"] = WalkRecord.model_validate(walks)
    if isinstance(fixed_noise, dict):
        images = [point["images"] for point in measured["curve"][-3:]]
        records["fixed_noise"] = FixedNoiseRecord.model_validate({**fixed_noise, "images": images})
    return records, {name: answer[name] for name in FIELDS if isinstance(answer.get(name), str)}


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
