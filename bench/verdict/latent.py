"""Measures of the small experiments in a latent space: classes along walks, and what fixed noise shows over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from bench.quality.latent import FixedNoiseRecord, WalkRecord
from bench.results.record import DatasetRecord, TrialRecord
from bench.statistics.estimate import Better
from bench.verdict.measures import Measure
from bench.verdict.record import Protocol

Kept = TypeVar("Kept", WalkRecord, FixedNoiseRecord)
NO_SHOES = (
    "there are no shoes, trousers and pullovers here; what stands on other walks is shown, and is no part of the claim"
)
"""Why the walks of another data set are not held against what the seed tells."""
NOTHING_LASTS = "at some checkpoint no picture is between classes, so none could last"


def seeds_route(read: DatasetRecord | None) -> str | None:
    """The walk that the seed tells of, in words; None where the data set has no classes for it.

    One that was not read is taken to have them: so what it cannot show stands in the family as not tested.
    """
    from bench.training.walks import ROUTES  # here, because it imports NumPy

    names = set(read.class_names or ()) if read is not None else None
    for route in ROUTES.values():
        if names is None or (route.by_way_of in names and names & {*route.starts} and names & {*route.ends}):
            return route.words
    return None


def walks(trials: Sequence[TrialRecord]) -> Measure:
    """The share of walks through the latent space on which the third class is seen."""
    title, what = "walks by way of a third class", "straight walks between the encodings of"
    return _of_walks(trials, "share", title, what, lambda record: record.share)


def cross_fades(trials: Sequence[TrialRecord]) -> Measure:
    """The same share of the plain cross-fades of the pixels, which take no model."""
    title, what = "cross-fades by way of a third class", "cross-fades between the pixels of"
    return _of_walks(trials, "cross_fade", title, what, lambda record: record.cross_fade)


def beyond_cross_fade(trials: Sequence[TrialRecord]) -> Measure:
    """How much larger the share of walks is than that of the cross-fades."""
    title, what = "walks less cross-fades", "straight walks, less that of the plain cross-fades, between"
    return _of_walks(trials, "beyond_cross_fade", title, what, _beyond)


def drift(trials: Sequence[TrialRecord]) -> Measure:
    """How far pictures of the same noise move between the last two checkpoints."""
    how = (
        "distance of features of the same noise between the last two checkpoints, divided by that of different noise "
        "at the last: 0 stands still, 1 is wholly other pictures"
    )
    return _of_noise(trials, "drift", "drift of the same noise", how, "lower", lambda record: record.drift)


def lasting(trials: Sequence[TrialRecord]) -> Measure:
    """How many more pictures are between classes at all of the last checkpoints than would be by chance."""
    how = (
        "share of the same noise whose picture is between classes at all of the last three checkpoints, less the "
        "product of the three checkpoints' shares, which is what would last by chance"
    )
    return _of_noise(trials, "lasting", "lasting between classes", how, "lower", _over_chance)


def _beyond(record: WalkRecord) -> float | None:
    return None if record.share is None or record.cross_fade is None else record.share - record.cross_fade


def _over_chance(record: FixedNoiseRecord) -> float | None:
    if record.lasting is None or not record.lasting_by_chance:
        return None
    return record.lasting - record.lasting_by_chance


def _of_walks(
    trials: Sequence[TrialRecord],
    name: str,
    title: str,
    what: str,
    figure: Callable[[WalkRecord], float | None],
) -> Measure:
    def head(record: WalkRecord) -> tuple[Hashable, ...]:
        return record.extractor, record.route, record.pairs, record.points, record.probability

    usual = _usual([trial.walks for trial in trials], head)
    how = f"share of {what} two test pictures on which a third class is seen"
    if usual is not None:
        how = (
            f"share of the {what} two test pictures, {usual.route}, on which that class is seen: most probable, with "
            f"at least {usual.probability:g}; {usual.pairs} of {usual.points} pictures each, less those whose ends "
            "are not seen as their own class"
        )

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        record = trial.walks
        if record is None or usual is None:
            return None, trial.absent.get("walks", "not measured")
        if head(record) != head(usual):
            return None, f"walked by another protocol: {record.pairs} walks {record.route}, by {record.extractor}"
        if record.by_way_of is None:
            return None, NO_SHOES
        value = figure(record)
        return value, "" if value is not None else next(iter(record.absent.values()), "not measured")

    return Measure(_protocol(name, title, how, "higher", usual), get)


def _of_noise(
    trials: Sequence[TrialRecord],
    field: str,
    title: str,
    how: str,
    better: Better,
    figure: Callable[[FixedNoiseRecord], float | None],
) -> Measure:
    def head(record: FixedNoiseRecord) -> tuple[Hashable, ...]:
        return record.extractor, record.n, record.images

    usual = _usual([trial.fixed_noise for trial in trials], head)
    if usual is not None:
        how = f"{how}; {usual.n:,} pictures, after {', '.join(f'{images:,}' for images in usual.images)} images"

    def get(trial: TrialRecord) -> tuple[float | None, str]:
        record = trial.fixed_noise
        if record is None or usual is None:
            return None, trial.absent.get("fixed_noise", "not measured")
        if head(record) != head(usual):
            return None, f"measured by another protocol: {record.n:,} pictures, by {record.extractor}"
        value = figure(record)
        return value, "" if value is not None else record.absent.get(field, NOTHING_LASTS)

    return Measure(_protocol(field, title, how, better, usual), get)


def _usual(records: Sequence[Kept | None], head: Callable[[Kept], Hashable]) -> Kept | None:
    """A record of the protocol that most trials share; None where there is none."""
    found = [record for record in records if record is not None]
    counts = Counter(map(head, found))
    return max(found, key=lambda record: counts[head(record)], default=None)


def _protocol(name: str, title: str, how: str, better: Better, usual: WalkRecord | FixedNoiseRecord | None) -> Protocol:
    extractor = usual.extractor if usual is not None else None
    return Protocol(measure=name, title=title, unit=None, better=better, scale="linear", how=how, extractor=extractor)
