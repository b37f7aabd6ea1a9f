"""What two halves found, side by side: the largest deviation of each quantity, and whether it is small enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from bench.proof.cases import Case, written
from bench.proof.probe import Findings
from bench.proof.tolerances import FLOOR, TOLERANCES
from bench.training.contract import Array

BETWEEN_HALVES = "torch, tensorflow"
MUST_NOT_VANISH = ("gradients", "trajectory")
"""Where a tensor of zeros in both halves would prove nothing."""


class Row(BaseModel):
    """One line of a certificate: the largest deviation of one quantity in one case."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: str = Field(description="as it is written in a study, e.g. cvae[equal]")
    config: dict[str, Any]
    shape: str = Field(description="height x width x channels")
    precision: str
    mode: str
    between: str = Field(description="what was compared: the two halves, or two modes of one")
    quantity: str
    deviation: float | None = Field(description="null: not a finite number, or one half broke")
    tolerance: float
    passed: bool
    where: str = Field(description="the tensor that deviates most, or what went wrong")


def compare(case: Case, a: Findings, b: Findings, between: str = BETWEEN_HALVES) -> list[Row]:
    """One row a quantity of a case; both must have found the same things under the same names."""
    found = _by_quantity(a, b)
    for quantity in case.quantities - found.keys():
        found[quantity] = {"found by neither": np.inf}
    rows = []
    for quantity in sorted(found, key=list(TOLERANCES[case.precision]).index):
        where, deviation = max(found[quantity].items(), key=lambda item: np.nan_to_num(item[1], nan=np.inf))
        rows.append(row(case, quantity, deviation, where, between))
    return rows


def row(case: Case, quantity: str, deviation: float, where: str, between: str = BETWEEN_HALVES) -> Row:
    """A row, judged by the table of tolerances; a deviation that is not finite never passes."""
    tolerance = TOLERANCES[case.precision][quantity].bound
    return Row(
        model=case.choice.text,
        config=case.choice.settings,
        shape=written(case.image_shape),
        precision=case.precision,
        mode=case.mode,
        between=between,
        quantity=quantity,
        deviation=deviation if np.isfinite(deviation) else None,
        tolerance=tolerance,
        passed=bool(deviation <= tolerance),
        where=where,
    )


def broken(case: Case, reason: str, between: str = BETWEEN_HALVES) -> Row:
    """The row of a case that could not be carried out."""
    return row(case, "losses", np.inf, reason, between)


def _by_quantity(a: Findings, b: Findings) -> dict[str, dict[str, float]]:
    """Quantity -> tensor -> deviation."""
    found: dict[str, dict[str, float]] = {}
    for name in sorted(a.keys() | b.keys()):
        quantity, _, tensor = name.partition("/")
        if name not in a or name not in b:
            found.setdefault(quantity, {})[f"{tensor}: only in one of the two"] = np.inf
            continue
        for each, deviation in _deviations(quantity, a[name], b[name]):
            found.setdefault(each, {})[tensor] = deviation
    return found


def _deviations(quantity: str, a: Array, b: Array) -> Iterator[tuple[str, float]]:
    """The deviations that one pair of arrays contributes, by quantity."""
    if a.shape != b.shape or a.dtype != b.dtype:
        yield quantity, np.inf
    elif quantity == "samples":
        apart = np.abs(a.astype(np.int64) - b)
        yield "samples", float((apart > 0).mean())
        yield "levels", float(apart.max())
    elif quantity == "resumed":  # each half's own difference, which must vanish
        yield quantity, float(np.max([np.abs(a).max(), np.abs(b).max()]))
    elif quantity == "weights":  # the largest after any step
        yield quantity, float(np.max([deviation(x, y) for x, y in zip(a, b, strict=True)]))
    elif quantity == "own dropout":
        yield quantity, standard_errors_apart(a, b)
    elif quantity in MUST_NOT_VANISH and not (np.any(a) or np.any(b)):
        yield quantity, np.inf
    else:
        yield quantity, deviation(a, b)


def deviation(a: Array, b: Array) -> float:
    """||a − b|| / max(||b||, FLOOR)."""
    a, b = np.ravel(a).astype(np.float64), np.ravel(b).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # a half that overflows is infinitely far from one that does not
        return float(np.linalg.norm(a - b)) / max(float(np.linalg.norm(b)), FLOOR)


def standard_errors_apart(a: Array, b: Array) -> float:
    """How far the shares that two dropout layers drop of ones [2, N] are apart, in standard errors of their difference.

    Infinitely far: layers that leave other values of what they keep, or draw the same twice.
    """
    kept = [np.unique(draws[draws != 0]) for draws in (a, b)]
    if any(len(values) != 1 for values in kept) or not np.isclose(kept[0], kept[1], rtol=1e-2).all():
        return np.inf
    if any(np.array_equal(*draws) for draws in (a, b)):
        return np.inf
    shares = [float(np.mean(draws == 0)) for draws in (a, b)]
    error = np.sqrt(sum(share * (1 - share) / draws.size for share, draws in zip(shares, (a, b), strict=True)))
    return float(abs(shares[0] - shares[1]) / error)
