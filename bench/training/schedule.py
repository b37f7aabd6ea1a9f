"""When to stop and when to look: the steps of a trial, K to a call, and its checkpoints."""

from __future__ import annotations

import functools
from dataclasses import dataclass

LARGEST_CALL = 50
"""Optimiser steps in one call, at most: enough that the harness costs nothing, few enough to stay informed."""


@dataclass(frozen=True)
class Schedule:
    """A limit in steps or in seconds on the training clock, and how many checkpoints to take on the way.

    Checkpoints halve back from the end (1, 1/2, 1/4 ... of the budget), because quality moves fastest at first.
    They are snapped to whole calls, so that only the first two calls and the last may have another size; two that fall
    on one call are one. `seconds` counts where `steps` is None.
    """

    steps: int | None
    seconds: float
    checkpoints: int

    @property
    def steps_per_call(self) -> int:
        """K, where steps decide."""
        return min(LARGEST_CALL, max(1, (self.steps or 0) // 8))

    def next_call(self, step: int, seconds: float) -> int:
        """How many steps the next call takes, `step` steps and `seconds` after the start.

        The first call is one step, because it is timed apart; the second fills up to K; the last ends the budget. Where
        seconds decide, calls are as long as the pace so far allows: a twentieth of the budget, and not beyond its end.
        """
        if step == 0:
            return 1
        if self.steps is not None:
            return min(self.steps_per_call - step % self.steps_per_call, self.steps - step)
        if seconds == 0.0:  # the first step is not on the clock, so there is no pace yet
            return 1
        affordable = min(self.seconds / 20, self.seconds - seconds) / (seconds / (step - 1))
        return max(1, min(LARGEST_CALL, round(affordable)))

    def is_over(self, step: int, seconds: float) -> bool:
        """Whether the budget is spent."""
        return step >= self.steps if self.steps is not None else seconds >= self.seconds

    def is_due(self, step: int, seconds: float, before: float) -> bool:
        """Whether a checkpoint is due after a call that ended at this step and moment; `before` is when it began."""
        if self.is_over(step, seconds):
            return True
        if self.steps is not None:
            return step in self._steps_to_look_at
        return any(before < self.seconds * fraction <= seconds for fraction in self._fractions)

    @property
    def _fractions(self) -> list[float]:
        return [0.5**halvings for halvings in range(1, self.checkpoints)]  # the end is always one

    @functools.cached_property
    def _steps_to_look_at(self) -> frozenset[int]:
        calls_in_all = (self.steps or 0) / self.steps_per_call
        calls = {max(1, round(fraction * calls_in_all)) for fraction in self._fractions}
        return frozenset(call * self.steps_per_call for call in calls)
