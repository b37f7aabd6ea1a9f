"""The budget at which the answer flips: where the recipe that is ahead at the end overtook the other."""

from __future__ import annotations

from bench.statistics.crossover import Crossover, crossover
from bench.statistics.curves import Curve
from bench.verdict.cases import Recipe
from bench.verdict.curves import Axis, head_of, seed_curves
from bench.verdict.record import Flip


def flip(a: Recipe, b: Recipe, axis: Axis) -> Flip:
    """By the mean curves of two recipes over images, or over seconds on the training clock."""
    head = head_of((*a.finished, *b.finished))
    if head is None:
        return _none(axis, "no checkpoint of either recipe was scored")
    curves = [list(seed_curves(recipe, head, axis).values()) for recipe in (a, b)]
    if not all(curves):
        lacking = " and ".join(recipe.name for recipe, found in zip((a, b), curves, strict=True) if not found)
        return _none(axis, f"no seed of {lacking} has two scored checkpoints")
    found, ahead = _crossover(curves[0], curves[1], head[0] == "fd"), b
    if found.outcome == "never":
        found, ahead = _crossover(curves[1], curves[0], head[0] == "fd"), a
    told = found.outcome not in ("never", "not comparable")
    return Flip(
        axis=axis,
        figure=head[0],
        extractor=head[1],
        n=head[2],
        ahead=ahead.name if told else None,
        outcome=found.outcome,
        at=found.time,
        low=found.low,
        high=found.high,
        probability=found.probability if told else None,
        start=found.start,
        end=found.end,
        reason=f"{ahead.name}: {found.reason} ({axis})" if told else found.reason,
    )


def _crossover(behind: list[Curve], ahead: list[Curve], is_fd: bool) -> Crossover:
    positive = all(value > 0 for curve in (*behind, *ahead) for _, value in curve)
    return crossover(behind, ahead, "lower", "log" if is_fd and positive else "linear")


def _none(axis: Axis, reason: str) -> Flip:
    nothing = dict.fromkeys(("extractor", "n", "ahead", "at", "low", "high", "probability", "start", "end"))
    return Flip.model_validate({**nothing, "axis": axis, "figure": "fd", "outcome": "not comparable", "reason": reason})
