"""Holm's correction over one declared family of hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

Name = TypeVar("Name")

ALPHA = 0.05
"""Chance, at most, that a family in which nothing is different yields any verdict."""


@dataclass(frozen=True)
class Adjusted:
    """A p-value within its family."""

    p_value: float | None
    """As given; None where the hypothesis could not be tested."""
    adjusted: float
    rejected: bool
    """Whether `adjusted` is at most alpha."""
    family: int
    """Hypotheses in the family."""
    alpha: float = ALPHA


def holm(p_values: Mapping[Name, float | None], alpha: float = ALPHA) -> dict[Name, Adjusted]:
    """Adjusted p-values and decisions, by the names given (Holm 1979): no more than alpha of any false one.

    Declare the family before looking, and give all of it: a hypothesis that could not be tested is None and counts as
    p = 1, because a family that shrinks with what is missing keeps no promise. A p-value outside [0, 1]: ValueError.
    """
    counted = {name: 1.0 if p is None else p for name, p in p_values.items()}
    if wrong := {name: p for name, p in counted.items() if not 0 <= p <= 1}:
        raise ValueError(f"p-values outside [0, 1]: {wrong}")
    size, running = len(counted), 0.0
    found = {}
    for rank, name in enumerate(sorted(counted, key=lambda name: counted[name])):
        running = max(running, min(1.0, (size - rank) * counted[name]))
        found[name] = Adjusted(p_values[name], running, running <= alpha, size, alpha)
    return {name: found[name] for name in p_values}
