"""One recipe against a threshold: the mean of its seeds, and whether it could be chance."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench import numbers
from bench.statistics.decision import LEAST_SEEDS, LEAST_SEEDS_TO_LEAN, Evidence
from bench.statistics.estimate import Better, Scale, array_of, sign_of, student_quantile
from bench.statistics.holm import Adjusted
from bench.statistics.power import CERTAIN, MOST_SEEDS, POWER, POWER_IN_WORDS
from bench.verdict.record import ClaimVerdict
from bench.verdict.words import counted, listed

Leans = Literal["supported", "refuted"]


@dataclass(frozen=True)
class Threshold:
    """The values of the seeds held against a declared threshold."""

    n: int
    gap: float
    """Mean minus threshold on the scale, positive where the claim holds."""
    deviation: float | None
    """Of a seed, on the scale; None with one seed."""
    agree: float
    """Share of the seeds that are on the side of the mean."""
    p_value: float | None
    """Two-sided, of Student's t; None with one seed."""


def against(values: Sequence[float], threshold: float, better: Better, scale: Scale) -> Threshold:
    """Hold values against a threshold; `better` is the side of it on which the claim holds. ValueError: `array_of`."""
    import numpy as np
    from scipy.special import stdtr

    gaps = sign_of(better) * (array_of(values, scale) - array_of([threshold], scale)[0])
    n, gap = len(gaps), float(gaps.mean())
    agree = float(np.mean(np.sign(gaps) == math.copysign(1, gap))) if gap else 0.0
    if n < 2:
        return Threshold(n, gap, None, agree, None)
    deviation = float(gaps.std(ddof=1))
    # Seeds that are alike to rounding have no spread to judge by.
    if deviation <= 1e-12 * max(abs(gap), 1e-300):
        return Threshold(n, gap, deviation, agree, float(gap == 0))
    return Threshold(n, gap, deviation, agree, 2 * float(stdtr(n - 1, -abs(gap) * math.sqrt(n) / deviation)))


def conclude(
    found: Threshold, adjusted: Adjusted, evidence: Evidence, over: bool
) -> tuple[ClaimVerdict, Leans | None, str, int | None]:
    """Verdict, where it leans to, the reason, and the seeds that would decide it."""
    side: Leans = "supported" if found.gap > 0 else "refuted"
    word = "on the claim's side of the threshold" if found.gap > 0 else "on the other side of the threshold"
    seen = f"the mean of {counted(found.n, 'seed')} is {word}"
    if found.p_value is not None:
        seen += f" ({numbers.p_value(adjusted.adjusted)}"
        seen += f" after Holm's correction over {adjusted.family} hypotheses)" if adjusted.family > 1 else ")"
    few = [(f"{evidence.least_seeds} seeds", f"{found.n}")] * (found.n < evidence.least_seeds)
    if evidence.steps < evidence.least_steps:
        few.append((f"{evidence.least_steps:,} steps", f"{evidence.steps:,}"))
    lacking = []
    if few:
        there = "there is" if [has for _, has in few] == ["1"] else "there are"
        needs, has = (listed(column) for column in zip(*few, strict=True))
        lacking.append(f"a verdict needs {needs}, {there} {has}")
    if not over:
        lacking.append("trials are still to come")
    if adjusted.rejected and not lacking:
        return side, None, seen, None
    needed = seeds_needed(found, adjusted.alpha / adjusted.family)
    if lacking and found.n >= LEAST_SEEDS_TO_LEAN and found.agree == 1:
        return "leaning", side, f"{seen}, and so are all seeds; but {' and '.join(lacking)}", needed
    if not lacking:
        would = f"{needed} seeds would decide it {POWER_IN_WORDS}"
        would = f"even {MOST_SEEDS:,} seeds would not decide it" if needed is None else would
        lacking = [f"at the effect and spread seen, {would}"]
    return "undecided", None, f"{seen}; {' and '.join(lacking)}", needed


def seeds_needed(found: Threshold, alpha: float) -> int | None:
    """Seeds for a verdict with 80 % power at the effect and spread seen; None beyond a thousand, or unknown."""
    if not found.deviation or not found.gap:
        return None
    effect = abs(found.gap) / found.deviation
    if _power(effect, MOST_SEEDS, alpha) < POWER:
        return None
    seeds = range(LEAST_SEEDS, MOST_SEEDS)
    return bisect.bisect_left(seeds, POWER, key=lambda n: _power(effect, n, alpha)) + LEAST_SEEDS


def _power(effect: float, n: int, alpha: float) -> float:
    """Of the one-sample t-test, by the noncentral t (Cohen 1988)."""
    from scipy.special import nctdtr

    return 1 - float(nctdtr(n - 1, min(effect * math.sqrt(n), CERTAIN), student_quantile(n - 1, 1 - alpha)))
