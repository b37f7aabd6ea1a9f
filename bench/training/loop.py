"""The training loop: calls of K steps on the clock, checkpoints off it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bench.training.clock import Clock
from bench.training.contract import Array, Model
from bench.training.schedule import Schedule
from bench.training.streams import Streams


@dataclass
class Progress:
    """How far a training is."""

    clock: Clock = field(default_factory=Clock)
    step: int = 0
    losses: dict[str, Array] = field(default_factory=dict)
    """Of the last call, each [K]."""


class Diverged(Exception):  # noqa: N818 - an outcome that is reported, not an error of the program
    """A loss is no longer a finite number; the text says which and when."""


def train(
    model: Model,
    streams: Streams,
    schedule: Schedule,
    batch_size: int,
    checkpoint: Callable[[Progress], None],
    report: Callable[[Progress], None],
    progress: Progress | None = None,
) -> Progress:
    """Train until the budget is spent.

    `checkpoint` is called when pictures are due, `report` after every call; the clock stands still in both, and while
    the next batches and noise are drawn. Raises `Diverged`.
    """
    progress = progress or Progress()
    while not schedule.is_over(progress.step, progress.clock.train_seconds):
        steps = schedule.next_call(progress.step, progress.clock.train_seconds)
        before = progress.clock.train_seconds
        batches, noise = streams.batches(progress.step, steps), streams.noise(progress.step, steps)
        progress.losses = progress.clock.measure(lambda: model.train(batches, noise), steps * batch_size)  # noqa: B023
        check_finite(progress.losses, progress.step)
        progress.step += steps
        if schedule.is_due(progress.step, progress.clock.train_seconds, before):
            checkpoint(progress)
        report(progress)
    return progress


def check_finite(losses: dict[str, Array], step: int) -> None:
    """Raise `Diverged` at the first loss, in time, that is not finite; `step` is the number of steps before."""
    bad = {name: np.flatnonzero(~np.isfinite(values)) for name, values in losses.items()}
    first = {name: int(found[0]) for name, found in bad.items() if len(found)}
    if first:
        name = min(first, key=lambda name: first[name])
        raise Diverged(f"{name} is {losses[name][first[name]]} at step {step + first[name] + 1}")
