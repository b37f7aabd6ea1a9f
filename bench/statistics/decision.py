"""A verdict only where the evidence holds: who wins, how sure, and what would decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.statistics.comparison import Comparison, Side
from bench.statistics.holm import Adjusted
from bench.statistics.permutation import least_p
from bench.statistics.power import MOST_SEEDS, POWER, seeds_to_compare

Verdict = Literal["supported", "leaning", "undecided"]

LEAST_SEEDS = 6
"""Seeds of each recipe for a verdict."""
LEAST_SEEDS_TO_LEAN = 3
"""With two seeds against two, one of them leads in all pairs once in three times by chance alone."""
MOST_AGREE = 0.9
"""Share of pairs of seeds that agree, for a leaning. With three seeds against three that means all of them, which
chance alone brings about once in ten times; with five, 23 of 25."""


@dataclass(frozen=True)
class Evidence:
    """What was declared for a verdict, and how much of it there is."""

    steps: int
    """Optimiser steps of the shortest trial."""
    least_steps: int
    least_seeds: int = LEAST_SEEDS


@dataclass(frozen=True)
class Decision:
    """What may be said of A against B."""

    verdict: Verdict
    """`supported`: there is a winner; `leaning`: too few seeds or steps, but nearly all agree."""
    winner: Side | None
    """Who wins, or who it leans to; None where undecided."""
    reason: str
    """The verdict as a sentence, with its numbers."""
    seeds_needed: int | None
    """Seeds of each recipe that would decide it with 80 % power if the effect seen is the true one; None where it is
    decided, unknown, or beyond a thousand."""


def decide(comparison: Comparison, adjusted: Adjusted, evidence: Evidence, names: tuple[str, str]) -> Decision:
    """The verdict on a comparison, from its place in its family; `names` are those of A and B.

    A winner needs `least_seeds` seeds of each, `least_steps` steps, an adjusted p of at most the family's alpha, and
    that the better mean and the majority of pairs of seeds point the same way.
    """
    leader = comparison.leader
    fewest = min(comparison.n_a, comparison.n_b)
    lacking = _lacking(comparison, evidence)
    seen = _seen(comparison, adjusted, names)
    if not lacking and adjusted.rejected and leader is not None:
        return Decision("supported", leader, f"{names[leader == 'b']} is better: {seen}", None)
    needed = _seeds_needed(comparison, adjusted, evidence)
    if lacking and leader is not None and fewest >= LEAST_SEEDS_TO_LEAN and comparison.agreement >= MOST_AGREE:
        reason = f"it leans to {names[leader == 'b']}: {seen}; but {lacking}"
        return Decision("leaning", leader, reason, needed)
    missing = "; ".join(part for part in (lacking, _what_would(comparison, adjusted, needed)) if part)
    return Decision("undecided", None, f"neither is shown to be better: {seen}; {missing}", needed)


def _lacking(comparison: Comparison, evidence: Evidence) -> str:
    """What was declared and is not there; empty where all is."""
    parts = []
    if min(comparison.n_a, comparison.n_b) < evidence.least_seeds:
        parts.append(f"a verdict needs {evidence.least_seeds} seeds of each")
    if evidence.steps < evidence.least_steps:
        parts.append(f"a verdict needs {evidence.least_steps:,} steps, these are {evidence.steps:,}")
    return " and ".join(parts)


def _seen(comparison: Comparison, adjusted: Adjusted, names: tuple[str, str]) -> str:
    """The evidence in words."""
    pairs = "the means are equal"
    if comparison.ahead is not None:
        ahead = names[comparison.ahead == "b"]
        pairs = f"{ahead} has the better mean and wins {comparison.agreement:.0%} of pairs of seeds"
    p_value = f"p = {comparison.p_value:.2g}"
    if adjusted.family > 1:
        p_value += f", {adjusted.adjusted:.2g} after Holm's correction over {adjusted.family} hypotheses"
    return f"{pairs} ({comparison.n_a} seeds against {comparison.n_b}; {p_value})"


def _seeds_needed(comparison: Comparison, adjusted: Adjusted, evidence: Evidence) -> int | None:
    """By the first, strictest step of Holm's correction."""
    if comparison.merit is None:
        return None
    return seeds_to_compare(comparison.merit, adjusted.alpha / adjusted.family, evidence.least_seeds)


def _what_would(comparison: Comparison, adjusted: Adjusted, needed: int | None) -> str:
    strictest = adjusted.alpha / adjusted.family
    if comparison.merit is None:
        one_seed = min(comparison.n_a, comparison.n_b) < 2
        return "one seed shows no spread: more seeds would" if one_seed else "the seeds do not differ at all"
    if comparison.ahead is not None and comparison.leader is None:
        return "the better mean and the majority of pairs point different ways: look for a seed far from the others"
    if needed is None:
        return f"at the effect and spread seen, {MOST_SEEDS:,} seeds of each would not decide it"
    if needed <= min(comparison.n_a, comparison.n_b):
        return "as many seeds would decide it in most repetitions, but did not here: repeat with new seeds"
    few = least_p(comparison.n_a, comparison.n_b) > strictest
    why = f"so few seeds can never pass a family of {adjusted.family}; " if few else ""
    return f"{why}at the effect and spread seen, {needed} seeds of each would decide it with {POWER:.0%} power"
