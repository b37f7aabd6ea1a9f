"""When to stop and when to look: the steps of a trial, K to a call, and its checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_CALL = 50
"""Optimiser steps in one call, at most: enough that the harness costs nothing, few enough to stay informed."""


@dataclass(frozen=True)
class Schedule:
    """A limit in steps or in seconds on the training clock, and how many checkpoints to take on the way.

    Checkpoints halve back from the end (1, 1/2, 1/4 ... of the budget), because quality moves fastest at first.
    They are snapped to whole calls, so that nothing but the first two calls has another size.
    """

    steps: int | None
    seconds: float | None
    checkpoints: int

    @property
    def steps_per_call(self) -> int:
        """K."""
        return LARGEST_CALL if self.steps is None else min(LARGEST_CALL, max(1, self.steps // 8))

    def next_call(self, step: int) -> int:
        """How many steps the next call takes.

        The first call is one step, because it is timed apart; the second fills up to K; the last ends the budget.
        """
        wanted = 1 if step == 0 else self.steps_per_call - step % self.steps_per_call
        return wanted if self.steps is None else min(wanted, self.steps - step)

    def is_over(self, step: int, seconds: float) -> bool:
        """Whether the budget is spent."""
        return step >= self.steps if self.steps is not None else seconds >= (self.seconds or 0.0)

    def is_due(self, step: int, seconds: float, taken: int) -> bool:
        """Whether a checkpoint should be taken now, `taken` having been taken before."""
        if self.is_over(step, seconds):
            return True
        fraction = 0.5 ** max(0, self.checkpoints - 1 - taken)
        if self.steps is None:
            return taken < self.checkpoints - 1 and seconds >= fraction * (self.seconds or 0.0)
        calls = max(1, round(fraction * self.steps / self.steps_per_call))
        return taken < self.checkpoints - 1 and step >= calls * self.steps_per_call
