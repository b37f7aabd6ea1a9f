"""The training clock: it runs while optimiser steps run, and stands still for everything else."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Clock:
    """Measures calls of several optimiser steps each.

    The first step is kept apart, because tracing, compiling and allocating happen in it. `timer` gives seconds.
    """

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._rates: list[float] = []
        self.first_step_seconds: float | None = None
        self.train_seconds = 0.0

    def measure(self, call: Callable[[], Result], images: int) -> Result:
        """Run `call`, which trains on `images` pictures and returns when the device is done, on the clock."""
        start = self._timer()
        result = call()
        seconds = self._timer() - start
        if self.first_step_seconds is None:
            self.first_step_seconds = seconds
        else:
            self.train_seconds += seconds
            self._rates.append(images / seconds)
        return result

    def images_per_second(self) -> tuple[float, tuple[float, float]] | None:
        """Steady state: the median rate over the calls and its quartiles; None before there are any.

        The call after the first step is a warm-up and is left out where there are others: caches fill and threads
        start in it.
        """
        rates = self._rates[1:] or self._rates
        if not rates:
            return None
        if len(rates) == 1:
            return rates[0], (rates[0], rates[0])
        first, median, third = statistics.quantiles(rates, n=4, method="inclusive")
        return median, (first, third)
