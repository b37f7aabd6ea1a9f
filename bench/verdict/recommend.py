"""What weights make of the criteria: a recommendation, and whether it would be another one with other seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bench.models.titles import short
from bench.statistics.estimate import sign_of
from bench.statistics.stability import flip_probability
from bench.verdict.record import Recommendation, Side
from bench.verdict.sides import Pair
from bench.verdict.words import listed, sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 1_000
EVEN = 1e-9
"""Scores this near to one half recommend nobody: sums are rounded."""


def share_of(pair: Pair) -> float | None:
    """What a measure counts for A: the probability that a seed of A is better; None where it was not compared.

    One half where the difference of the means is too small to matter. It says who is better and how surely, not by how
    much: so no unit has to be weighed against another.
    """
    if pair.comparison is None:
        return None
    first, second = _columns({"": pair})
    return float(_shares(first, second, _alike({"": pair}))[0])


def recommend(pairs: Mapping[str, Pair], weights: Mapping[str, float], names: tuple[str, str]) -> Recommendation | None:
    """Weigh the measures that were compared, by criterion; None where none was."""
    import numpy as np

    counted = {name: pair for name, pair in pairs.items() if pair.comparison is not None and weights.get(name, 0) > 0}
    if not counted:
        return None
    weight = np.array([weights[name] for name in counted])
    weight = weight / weight.sum()
    score = math.fsum(w * (share_of(pair) or 0.0) for w, pair in zip(weight.tolist(), counted.values(), strict=True))
    if abs(score - 0.5) < EVEN:
        return Recommendation(recipe=None, score=score, flips=None, reason="The criteria weigh even.")
    ahead = names[score < 0.5]
    left_out = [name for name in weights if name not in counted]
    score_of_100 = f"{100 * max(score, 1 - score):.0f}"
    by = f"by the declared weights {short(ahead)} gets {score_of_100} of 100 points"
    without = f"{listed(left_out)} could not be compared, and {'is' if len(left_out) == 1 else 'are'} left out"
    reason = sentences(by, without if left_out else "")
    first, second = _columns(counted)
    if (seeds := min(len(first), len(second))) < 2:
        why = "one seed says nothing of other seeds" if seeds else "no seed has all of these measures"
        return Recommendation(recipe=ahead, score=score, flips=None, reason=sentences(reason, why))
    alike = _alike(counted)

    def leader(a: NDArray[np.float64], b: NDArray[np.float64]) -> int:
        return int(np.sign(np.round(float(_shares(a, b, alike) @ weight) - 0.5, 9)))

    flips = flip_probability(first, second, leader, RESAMPLES, expected=1 if score > 0.5 else -1)
    return Recommendation(recipe=ahead, score=score, flips=flips, reason=reason)


def _columns(pairs: Mapping[str, Pair]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The merits of each side [seeds, measures], of the seeds that have all of them."""
    import numpy as np

    found = []
    for place in (0, 1):
        sides = [pair.sides[place] for pair in pairs.values()]
        shared = set.intersection(*(set(side.seeds) for side in sides if side is not None))
        columns = [_merits(pair, side, shared) for pair, side in zip(pairs.values(), sides, strict=True) if side]
        found.append(np.array(columns, dtype=np.float64).T.reshape(len(shared), len(columns)))
    return found[0], found[1]


def _merits(pair: Pair, side: Side, seeds: set[int]) -> list[float]:
    sign = sign_of(pair.protocol.better or "higher")
    values = [value for seed, value in zip(side.seeds, side.values, strict=True) if seed in seeds]
    return [sign * (math.log(value) if pair.protocol.scale == "log" else value) for value in values]


def _alike(pairs: Mapping[str, Pair]) -> NDArray[np.float64]:
    """The largest difference of means that does not matter, a measure each, on its scale."""
    import numpy as np

    return np.array(
        [
            math.log(pair.alike)
            if pair.protocol.scale == "log" and pair.alike > 1
            else 0.0
            if pair.alike >= 1
            else pair.alike
            for pair in pairs.values()
        ]
    )


def _shares(a: NDArray[np.float64], b: NDArray[np.float64], alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of pairs of seeds in which A is better, a measure each; ties count half."""
    import numpy as np

    shares = ((np.sign(a[:, np.newaxis] - b[np.newaxis]) + 1) / 2).mean(axis=(0, 1))
    return np.where(np.abs(a.mean(axis=0) - b.mean(axis=0)) <= alike, 0.5, shares)
