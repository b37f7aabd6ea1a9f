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
ALIKE = 1e-12
"""Of the mean's distance from the threshold: a spread up to this is rounding."""


@dataclass(frozen=True)
class Threshold:
    """The values of the seeds held against a declared threshold."""

    n: int
    gap: float
    """Mean minus threshold on the scale, positive where the claim holds."""
    deviation: float | None
    """Of a seed, on the scale; 0 where seeds are alike to rounding, None with one seed."""
    agree: float
    """Share of the seeds that are on the side of the mean."""
    p_value: float | None
    """Two-sided, of Student's t, or of the sign test where no seed differs from another; None with one seed."""
    error: float = 0.0
    """Standard error of the threshold, on the scale."""


def against(values: Sequence[float], threshold: float, better: Better, scale: Scale, error: float = 0.0) -> Threshold:
    """Hold values against a threshold; `better` is the side of it on which the claim holds. ValueError: `array_of`.

    `error` is the standard error of a threshold that was measured. All seeds share it, so that their spread does not
    show it: its variance is added to that of their mean. The degrees of freedom stay those of the seeds, so that an
    error never makes anything surer.
    """
    import numpy as np
    from scipy.special import ndtr, stdtr

    error = error / threshold if scale == "log" else error
    gaps = sign_of(better) * (array_of(values, scale) - array_of([threshold], scale)[0])
    n, gap = len(gaps), float(gaps.mean())
    agree = float(np.mean(np.sign(gaps) == math.copysign(1, gap))) if gap else 0.0
    if n < 2:
        return Threshold(n, gap, None, agree, None, error)
    deviation = float(gaps.std(ddof=1))
    if deviation <= ALIKE * max(abs(gap), 1e-300):
        # Without a spread Student's t would be infinite, and its p-value 0, however few the seeds. That all are on one
        # side is what they show: the exact sign test, whose chance of that is one half for each seed.
        chance = min(1.0, 2 * 0.5**n) if gap else 1.0
        of_threshold = 2 * float(ndtr(-abs(gap) / error)) if error else 0.0
        return Threshold(n, gap, 0.0, agree, max(chance, of_threshold), error)
    return Threshold(n, gap, deviation, agree, 2 * float(stdtr(n - 1, -abs(gap) / _error(deviation, n, error))), error)


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
    """Seeds for a verdict with 80 % power at the effect and spread seen; None beyond a thousand, or unknown.

    Of seeds that are alike: the fewest that the sign test can give one from. None, too, where the threshold itself is
    too uncertain: more seeds do not mend that.
    """
    if found.deviation is None or not found.gap:
        return None
    if not found.deviation:
        certain = abs(found.gap) >= found.error * student_quantile(math.inf, 1 - alpha)
        return max(LEAST_SEEDS, math.ceil(math.log2(2 / alpha))) if certain else None
    if _power(found, found.deviation, MOST_SEEDS, alpha) < POWER:
        return None
    deviation, seeds = found.deviation, range(LEAST_SEEDS, MOST_SEEDS)
    return bisect.bisect_left(seeds, POWER, key=lambda n: _power(found, deviation, n, alpha)) + LEAST_SEEDS


def _power(found: Threshold, deviation: float, n: int, alpha: float) -> float:
    """Of the one-sample t-test with n seeds, by the noncentral t (Cohen 1988)."""
    from scipy.special import nctdtr

    shift = min(abs(found.gap) / _error(deviation, n, found.error), CERTAIN)
    return 1 - float(nctdtr(n - 1, shift, student_quantile(n - 1, 1 - alpha)))


def _error(deviation: float, n: int, of_threshold: float) -> float:
    """Standard error of the mean of n seeds less the threshold."""
    return math.hypot(deviation / math.sqrt(n), of_threshold)
