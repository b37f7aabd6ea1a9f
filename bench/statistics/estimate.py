"""A number with the interval that belongs to it, and the scales on which numbers are compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENCE = 0.95
"""Confidence level of an interval, unless it says otherwise."""

Better = Literal["lower", "higher"]
"""Which values of a measure are good ones."""

Scale = Literal["linear", "log"]
"""`log`: effects are ratios, as suits positive measures whose spread grows with their size; `linear`: differences."""


@dataclass(frozen=True)
class Estimate:
    """A value and its confidence interval; what is None has its reason."""

    value: float | None
    low: float | None
    high: float | None
    confidence: float = CONFIDENCE
    method: str = ""
    """How the interval was made."""
    reason: str | None = None
    """Why there is no interval, or no value; None where there is one."""

    def __post_init__(self) -> None:
        if (self.reason is None) != (None not in (self.value, self.low, self.high)):
            raise ValueError(f"{self}: an estimate that lacks something needs a reason, a whole one has none")

    def mapped(self, rising: Callable[[float], float]) -> Estimate:
        """The estimate on another scale, by a rising function of its values."""
        value, low, high = (None if end is None else rising(end) for end in (self.value, self.low, self.high))
        return replace(self, value=value, low=low, high=high)

    def holds(self, value: float) -> bool:
        """Whether the interval is there and holds the value, ends included."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high


def array_of(values: Iterable[float], scale: Scale = "linear") -> NDArray[np.float64]:
    """Values of seeds as float64 [n] on their scale; none, NaN, infinity, or a logarithm of 0 or less: ValueError."""
    import numpy as np

    array = np.asarray(list(values), dtype=np.float64)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"values of shape {array.shape}: statistics need one number a seed, and at least one seed")
    if not np.isfinite(array).all():
        raise ValueError(f"values {array.tolist()} are not all finite: leave the trial out, and say so")
    if scale == "log":
        if array.min() <= 0:
            raise ValueError(f"the log scale is for positive values, not {array.min():g}: compare on the linear scale")
        return np.log(array)
    return array


def sign_of(better: Better) -> int:
    """1 where higher values are better, -1 where lower ones are: what turns a measure into a merit."""
    return 1 if better == "higher" else -1


def student_quantile(degrees: float, confidence: float = CONFIDENCE) -> float:
    """The two-sided critical value of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + confidence) / 2)) if math.isfinite(degrees) else _normal_quantile(confidence)


def _normal_quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))
