"""One number for a recipe over several data sets: the interquartile mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bench.statistics.bootstrap import RESAMPLES, stratified_bootstrap
from bench.statistics.estimate import CONFIDENCE, Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def normalised(value: float, worst: float, best: float) -> float:
    """A value on the scale on which `worst` is 0 and `best` is 1, such as a distance between its ceiling and floor.

    Data sets can only be averaged on a common scale. It may be below 0 or above 1. Equal ends: ValueError.
    """
    if worst == best:
        raise ValueError(f"a scale from {worst} to {best} has no length")
    return (value - worst) / (best - worst)


def position(value: float | None, noise: float | None, real: float | None) -> float | None:
    """Where a distance stands between that of noise (0) and that of real pictures (1).

    None where one of the three is absent, or where noise is as near as real pictures.
    """
    if value is None or noise is None or real is None or noise == real:
        return None
    return normalised(value, worst=noise, best=real)


def interquartile_mean(
    values: Mapping[str, Sequence[float]], confidence: float = CONFIDENCE, resamples: int = RESAMPLES
) -> Estimate:
    """The mean of the middle half of all values, data sets and seeds together (Agarwal et al. 2021).

    `values` maps each data set to the normalised values of its seeds. Less is lost to an outlier than by the mean, and
    less thrown away than by the median. A quarter of the values, rounded down, is cut off at each end, as by
    `scipy.stats.trim_mean`. The interval is of `stratified_bootstrap`.
    """
    return stratified_bootstrap(values, _middle_half, confidence, resamples)


def _middle_half(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np
    from scipy.stats import trim_mean

    return np.asarray(trim_mean(drawn, 0.25, axis=1))
