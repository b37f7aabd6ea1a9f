"""The budget at which the answer flips: where the recipe that is ahead at the end overtook the other."""

from __future__ import annotations

from bench.models.titles import short
from bench.numbers import count, duration
from bench.statistics.crossover import Crossover, crossover
from bench.statistics.curves import Curve
from bench.verdict.cases import Recipe
from bench.verdict.curves import Axis, head_of, scored, seed_curves
from bench.verdict.halves import NONE_IN_COMMON, in_common
from bench.verdict.record import Flip


def flip(a: Recipe, b: Recipe, axis: Axis) -> Flip:
    """By the mean curves of two recipes over images, or over seconds on the training clock."""
    head = head_of((*a.finished, *b.finished))
    if head is None:
        return _none(axis, "no checkpoint of either recipe was scored")
    compared: tuple[Recipe, Recipe] | None = (a, b)
    if axis == "seconds":
        compared = in_common(a, b, lambda trial: len(scored(trial, head)) > 1)
    if compared is None:
        return _none(axis, NONE_IN_COMMON)
    curves = [list(seed_curves(recipe, head, axis).values()) for recipe in compared]
    if not all(curves):
        lacking = " and ".join(short(recipe.name) for recipe, found in zip((a, b), curves, strict=True) if not found)
        return _none(axis, f"no seed of {lacking} has two scored checkpoints")
    found, ahead = _crossover(curves[0], curves[1], head[0] == "fd"), b
    if found.outcome == "never":
        found, ahead = _crossover(curves[1], curves[0], head[0] == "fd"), a
    names = short(ahead.name), short((a if ahead is b else b).name)
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
        reason=_reason(found, names, axis, several=min(map(len, curves)) > 1),
    )


def _reason(found: Crossover, names: tuple[str, str], axis: Axis, several: bool) -> str:
    """Who is ahead, from when on, and how sure that is; `names` are of who is ahead and behind at the end."""
    ahead, behind = names

    def at(time: float | None) -> str:
        if axis == "seconds":
            return duration(time or 0.0)
        return f"{count(float(f'{time or 0.0:.3g}'))} images"

    if found.outcome == "not comparable":
        return f"{found.reason} (in {axis})"
    if found.outcome == "never":
        return f"neither is ahead after {at(found.end)}, the end of what all curves cover"
    if found.outcome == "crosses":
        said = f"{ahead} overtakes {behind} after {at(found.time)}"
    else:
        said = f"{ahead} is ahead of {behind} from {at(found.start)}, the first common checkpoint, to the end"
    if found.low is None:
        return f"{said}; the seeds leave no doubt of it" if several else said
    late = "beyond this budget" if found.high is None else at(found.high)
    if found.outcome == "crosses":
        return f"{said}; the {found.confidence:.0%} interval is {at(found.low)} to {late}"
    return f"{said}; but the seeds do not tell them apart from {at(found.low)} to {late}"


def _crossover(behind: list[Curve], ahead: list[Curve], is_fd: bool) -> Crossover:
    positive = all(value > 0 for curve in (*behind, *ahead) for _, value in curve)
    return crossover(behind, ahead, "lower", "log" if is_fd and positive else "linear")


def _none(axis: Axis, reason: str) -> Flip:
    nothing = dict.fromkeys(("extractor", "n", "ahead", "at", "low", "high", "probability", "start", "end"))
    return Flip.model_validate({**nothing, "axis": axis, "figure": "fd", "outcome": "not comparable", "reason": reason})
