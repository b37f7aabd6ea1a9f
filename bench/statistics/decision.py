"""A verdict only where the evidence holds: who wins, how sure, and what would decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench import numbers
from bench.statistics.comparison import Comparison, Side
from bench.statistics.holm import Adjusted
from bench.statistics.permutation import least_p
from bench.statistics.power import MOST_SEEDS, POWER_IN_WORDS, seeds_to_compare

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
    if not lacking and adjusted.rejected and leader is not None:
        better = names[leader == "b"]
        return Decision("supported", leader, f"{better} is better: {_seen(comparison, adjusted, 'it')}", None)
    needed = _seeds_needed(comparison, adjusted, evidence)
    if lacking and leader is not None and fewest >= LEAST_SEEDS_TO_LEAN and comparison.agreement >= MOST_AGREE:
        seen = f"it leans to {names[leader == 'b']}, which {_seen(comparison, adjusted, '')}; but {lacking}"
        return Decision("leaning", leader, seen, needed)
    ahead = names[comparison.ahead == "b"]
    head = "neither is better" if comparison.ahead is None else "neither is shown to be better"
    parts = (_seen(comparison, adjusted, ahead), lacking, _what_would(comparison, adjusted, evidence, needed))
    missing = "; ".join(part for part in parts if part)
    return Decision("undecided", None, f"{head}: {missing}", needed)


def _lacking(comparison: Comparison, evidence: Evidence) -> str:
    """What was declared and is not there; empty where all is."""
    needs, has = [], []
    fewest = min(comparison.n_a, comparison.n_b)
    if fewest < evidence.least_seeds:
        needs.append(f"{evidence.least_seeds} seeds of each")
        has.append(f"{fewest}")
    if evidence.steps < evidence.least_steps:
        needs.append(f"{evidence.least_steps:,} steps")
        has.append(f"{evidence.steps:,}")
    there = "there is 1" if has == ["1"] else f"there are {' and '.join(has)}"
    return f"a verdict needs {' and '.join(needs)}, {there}" if needs else ""


def _seen(comparison: Comparison, adjusted: Adjusted, who: str) -> str:
    """The evidence in words; `who` is what the one ahead is called in them."""
    same = comparison.n_a == comparison.n_b
    seeds = f"{comparison.n_a} seeds of each" if same else f"{comparison.n_a} seeds against {comparison.n_b}"
    p_value = numbers.p_value(adjusted.adjusted)
    if adjusted.family > 1:
        p_value += f" after Holm's correction over {adjusted.family} hypotheses"
    if comparison.ahead is None:
        return f"the means are equal ({seeds}; {p_value})".replace("1 seeds", "1 seed")
    if comparison.n_a == comparison.n_b == 1:
        return f"{who} has the better value, but one seed of each says nothing of other seeds".strip()
    wins = f"{who} has the better mean and wins {comparison.agreement:.0%} of the pairs of seeds".strip()
    return f"{wins} ({seeds}; {p_value})".replace("(1 seeds", "(1 seed")


def _seeds_needed(comparison: Comparison, adjusted: Adjusted, evidence: Evidence) -> int | None:
    """By the first, strictest step of Holm's correction."""
    if comparison.merit is None:
        return None
    return seeds_to_compare(comparison.merit, adjusted.alpha / adjusted.family, evidence.least_seeds)


def _what_would(comparison: Comparison, adjusted: Adjusted, evidence: Evidence, needed: int | None) -> str:
    """What would decide it, as far as it is not said by what is lacking."""
    fewest = min(comparison.n_a, comparison.n_b)
    if comparison.ahead is None or fewest < 2:
        return ""
    if comparison.merit is None:
        return "no seed differs from another of its recipe, so that nothing can be foreseen"
    if comparison.leader is None:
        return "the better mean and the majority of pairs point different ways: look for a seed far from the others"
    if needed is None:
        return f"at the effect and spread seen, even {MOST_SEEDS:,} seeds of each would not decide it"
    if needed <= fewest:
        few_steps = evidence.steps < evidence.least_steps
        again = "as many seeds would decide it in most repetitions, but did not here: repeat with new seeds"
        return "" if few_steps else again
    if fewest < evidence.least_seeds == needed:
        return ""
    few = fewest >= evidence.least_seeds and least_p(comparison.n_a, comparison.n_b) > adjusted.alpha / adjusted.family
    why = f"with {adjusted.family} hypotheses tested together, so few seeds can never be enough; " if few else ""
    return f"{why}at the effect and spread seen, {needed} seeds of each would decide it {POWER_IN_WORDS}"
