"""One value a seed: its halves share weights, batches and noise, so they are averaged before anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SeedValues:
    """Values of one recipe on one measure, a seed each, in order of the seeds."""

    seeds: tuple[int, ...]
    values: tuple[float, ...]
    single: dict[int, str]
    """The seeds that have one half only, and which framework it is."""

    @property
    def note(self) -> str | None:
        """The sentence that says which seeds have one half only; None where all have both."""
        if not self.single:
            return None
        named = ", ".join(f"{seed} ({framework} only)" for seed, framework in self.single.items())
        return f"not averaged over both frameworks, because only one has a value: seed {named}"


def one_value_per_seed(values: Mapping[tuple[int, str], float | None], frameworks: int = 2) -> SeedValues:
    """The mean over the frameworks of each seed, of values by (seed, framework); None is a half without a value.

    Two halves of a seed are one experiment run twice: counting them as two would be pseudo-replication (Hurlbert
    1984). A seed with one half only is used as it is and named in `single`, where a study has two frameworks; a seed
    with none is left out. NaN and infinity: ValueError.
    """
    by_seed: dict[int, dict[str, float]] = {}
    for (seed, framework), value in values.items():
        if value is None:
            continue
        if not math.isfinite(value):
            raise ValueError(f"seed {seed} in {framework} has the value {value}: give None for a half without one")
        by_seed.setdefault(seed, {})[framework] = value
    seeds = tuple(sorted(by_seed))
    return SeedValues(
        seeds=seeds,
        values=tuple(math.fsum(by_seed[seed].values()) / len(by_seed[seed]) for seed in seeds),
        single={seed: next(iter(by_seed[seed])) for seed in seeds if len(by_seed[seed]) < min(2, frameworks)},
    )


def both_halves(
    values: Mapping[tuple[int, str], float | None], first: str, second: str
) -> dict[int, tuple[float, float]]:
    """Seed -> (value in `first`, value in `second`), of the seeds that have both: what `equivalence` compares."""
    pairs = {}
    for seed in sorted({seed for seed, _ in values}):
        halves = values.get((seed, first)), values.get((seed, second))
        if halves[0] is not None and halves[1] is not None:
            pairs[seed] = (halves[0], halves[1])
    return pairs
