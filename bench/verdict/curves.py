"""Curves of distance while training: a curve a seed, and what is measured on them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from bench.results.groups import collect
from bench.results.record import CurvePoint, TrialRecord
from bench.statistics.curves import Curve, span_of
from bench.statistics.trend import late_change
from bench.verdict.cases import Recipe
from bench.verdict.declared import ALIKE
from bench.verdict.measures import Measure
from bench.verdict.record import Protocol

Axis = Literal["images", "seconds"]
Figure = Literal["fd", "kid"]
Head = tuple[Figure, str | None, int, str | None]
"""What the points of curves that are compared must share: figure, extractor, N, reference."""


def head_of(trials: Sequence[TrialRecord]) -> Head | None:
    """The protocol of most points: of FD, or of KID where no point has one; None without a scored point."""
    points = [point for trial in trials for point in trial.curve]
    figure: Figure = "fd" if any(point.fd is not None for point in points) else "kid"
    counts = Counter(_head(point, figure) for point in points if getattr(point, figure) is not None)
    return max(counts, key=lambda head: counts[head], default=None)


def _head(point: CurvePoint, figure: Figure) -> Head:
    return figure, point.extractor, point.n, point.reference


def scored(trial: TrialRecord, head: Head) -> list[CurvePoint]:
    """The points of a trial that are of this protocol."""
    return [point for point in trial.curve if _head(point, head[0]) == head and getattr(point, head[0]) is not None]


def seed_curves(recipe: Recipe, head: Head, axis: Axis) -> dict[int, Curve]:
    """A curve a seed, both frameworks averaged at each checkpoint that both have; seeds without two points left out.

    Where seconds are the budget, checkpoints are at the same fractions of it, and after other numbers of steps.
    """
    found: dict[int, Curve] = {}
    for seed, trials in collect(recipe.finished, lambda trial: trial.seed).items():
        halves = [
            {place if trial.budget.seconds else point.steps: point for place, point in enumerate(scored(trial, head))}
            for trial in trials
        ]
        shared = sorted(set.intersection(*(set(half) for half in halves)))
        curve: list[tuple[float, float]] = []
        for place in shared:
            points = [half[place] for half in halves]
            time = math.fsum(getattr(point, axis) for point in points) / len(points)
            # The first step is not on the clock, so that a checkpoint after it may be at 0 s.
            if time > (curve[-1][0] if curve else 0):
                curve.append((time, math.fsum(getattr(point, head[0]) for point in points) / len(points)))
        if len(curve) > 1:
            found[seed] = curve
    return found


def first_distance(trials: Sequence[TrialRecord]) -> Measure:
    """The distance at the first checkpoint, which must be after the same share of the budget in all trials."""
    head = head_of(trials)
    starts = Counter(scored(trial, head)[0].images for trial in trials if head and scored(trial, head))
    first = max(starts, key=lambda images: starts[images], default=0)

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        points = scored(trial, head) if head else []
        if head is None or not points:
            return None, "its curve has no scored point"
        if points[0].images != first and not trial.budget.seconds:
            return None, f"its first checkpoint is at {points[0].images:,} images, not at {first:,}"
        return float(getattr(points[0], head[0])), ""

    timed = any(trial.budget.seconds for trial in trials)
    where = "at the first checkpoint" if timed else f"after {first:,} training images, at the first checkpoint"
    return Measure(_protocol(head, "first_distance", where), get)


def late_ratio(trials: Sequence[TrialRecord]) -> Measure:
    """The distance at the end of the budget as a multiple of that halfway through it, in images."""
    head = head_of(trials)

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        points = scored(trial, head) if head else []
        if head is None or len(points) < 2:
            return None, "its curve has fewer than two scored points"
        if head[0] == "kid" or min(getattr(point, head[0]) for point in points) <= 0:
            return None, "a ratio needs a distance that is always positive, and KID is not"
        change = late_change([[(point.images, getattr(point, head[0])) for point in points]])
        return (None, change.reason or "") if change.value is None else (1 + change.value, "")

    protocol = _protocol(head, "late_ratio", "at the end of the budget, as a multiple of that halfway through it")
    return Measure(protocol.model_copy(update={"title": "distance at the end / halfway"}), get)


def distance_at_equal_seconds(trials: Sequence[TrialRecord]) -> Measure:
    """The distance after equal seconds of training: at the last second that all curves reach, read between checkpoints.

    Equal images say which recipe learns more from a picture, equal seconds which is the better use of a machine.
    """
    head = head_of(trials)
    curves = {trial.id: _over_seconds(trial, head) for trial in trials} if head else {}
    whole = [curve for curve in curves.values() if len(curve) > 1]
    low, high = span_of(whole) if whole else (0.0, 0.0)

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        import numpy as np

        curve = curves.get(trial.id, [])
        if len(curve) < 2:
            return None, "its curve has fewer than two scored points"
        if low > high:
            return None, "the curves have no stretch of time in common"
        return float(np.interp(math.log(high), [math.log(at) for at, _ in curve], [value for _, value in curve])), ""

    where = f"after {high:.3g} s on the training clock, the last that all curves reach"
    protocol = _protocol(head, "distance_at_equal_seconds", where)
    title = f"{protocol.title.partition(' ')[0]} at equal seconds"
    return Measure(protocol.model_copy(update={"title": title}), get, ALIKE, halves_differ=True)


def _over_seconds(trial: TrialRecord, head: Head) -> Curve:
    """Seconds and distance at a trial's scored checkpoints; the first step is not on the clock."""
    curve: list[tuple[float, float]] = []
    for point in scored(trial, head):
        if point.seconds > (curve[-1][0] if curve else 0):
            curve.append((point.seconds, float(getattr(point, head[0]))))
    return curve


def time_to_target(trials: Sequence[TrialRecord]) -> Measure:
    """Seconds on the training clock until the preset distance, within the time that all curves cover.

    The restricted time (Royston & Parmar 2013): what comes before all curves have begun counts as their common
    beginning, what comes after the first of them ends, or never, as that end. So a recipe that never arrives is never
    taken for one that does, and how long it went on trying does not count for it.
    """
    heads = Counter(_target(trial) for trial in trials if _target(trial) is not None)
    target = max(heads, key=lambda head: heads[head], default=None)
    own = [trial for trial in trials if target is not None and _target(trial) == target and trial.curve]
    low = max((trial.curve[0].seconds for trial in own), default=0.0)
    high = min((trial.curve[-1].seconds for trial in own), default=0.0)
    reached = any(trial.time_to_quality and trial.time_to_quality.reached != "never" for trial in own)

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        found = trial.time_to_quality
        if found is None:
            return None, trial.absent.get("time_to_quality", "not measured")
        if found.target is None or not trial.curve:
            return None, found.absent.get("target", "its curve has no points")
        if _target(trial) != target:
            return None, f"its curve has another target: {found.target:.4g}, {found.target_source}"
        if not reached:
            return None, f"no trial of either recipe comes to {found.target:.4g} in this budget"
        if low >= high:
            return None, "the curves have no stretch of time in common"
        if found.seconds_to_target is None:
            return (low if found.reached == "before the first checkpoint" else high), ""
        return min(max(found.seconds_to_target, low), high), ""

    aim = f"{target[4]:.4g}, {target[5]}" if target is not None else "a preset distance"
    how = (
        f"seconds on the training clock until the curve of distance comes to {aim}; counted from {low:.3g} s to "
        f"{high:.3g} s, the time that all curves cover: later, or never, counts as its end"
    )
    protocol = Protocol(
        measure="seconds_to_target",
        title="time to the target",
        unit="seconds",
        better="lower",
        scale="log" if low > 0 else "linear",
        how=how,
        extractor=target[1] if target else None,
        n=target[2] if target else None,
        reference=target[3] if target else None,
    )
    return Measure(protocol, get, ALIKE if low > 0 else 0.0, halves_differ=True)


def _target(trial: TrialRecord) -> tuple[str, str, int, str, float, str] | None:
    found = trial.time_to_quality
    if found is None or found.target is None:
        return None
    return found.figure, found.extractor, found.n, found.reference, found.target, found.target_source or ""


def _protocol(head: Head | None, measure: str, where: str) -> Protocol:
    figure = head[0] if head else "fd"
    title = {"fd": "FD", "kid": "KID"}[figure]
    return Protocol(
        measure=measure,
        title=f"{title} of the curve",
        unit=None,
        better="lower",
        scale="log" if figure == "fd" else "linear",
        how=f"{title} of the curve {where}",
        extractor=head[1] if head else None,
        n=head[2] if head else None,
        reference=head[3] if head else None,
    )
