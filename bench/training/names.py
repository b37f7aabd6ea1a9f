"""Names of weights and optimiser slots, alike in both frameworks."""

from __future__ import annotations

from collections.abc import Mapping

from bench.training.contract import Array

RANDOM_STATE = "random/state"
"""The name in a model's `state()` of where the framework's own random numbers are, in its own form."""


def check_names(given: Mapping[str, Array], expected: Mapping[str, Array]) -> None:
    """Refuse weights that are missing, extra or misshapen: a ValueError that names every one of them."""
    faults = [f"missing {name}" for name in expected if name not in given]
    faults += [f"unknown {name}" for name in given if name not in expected]
    faults += [
        f"{name} is {given[name].shape}, not {expected[name].shape}"
        for name in expected
        if name in given and given[name].shape != expected[name].shape
    ]
    if faults:
        raise ValueError("weights do not fit: " + "; ".join(faults))


def slot_name(loss: str, index: int, slot: str) -> str:
    """The name in a model's `state()` of one optimiser slot of the index-th weight that `loss` moves."""
    return f"optimizer/{loss}/{index}/{slot}"
