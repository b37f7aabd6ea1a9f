"""The stratified bootstrap of seeds, with intervals that hold for few of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bench.statistics.estimate import CONFIDENCE, Estimate, array_of, student_quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 10_000
LEAST_SEEDS_FOR_PERCENTILES = 6
"""With three seeds of one data set, a resampled mean is never outside the three values: seven times in ten the
truth is."""
PERCENTILES = "stratified bootstrap, percentiles expanded for few seeds"
STUDENT = "Student's t interval with the standard error of the stratified bootstrap"


def generator(*place: int) -> np.random.Generator:
    """The random generator of everything that is resampled: Philox, fixed, so that a page repeats itself."""
    import numpy as np

    return np.random.Generator(np.random.Philox(np.random.SeedSequence([2021, *place])))


def resampled(n: int, resamples: int, chance: np.random.Generator) -> NDArray[np.intp]:
    """Places of the seeds in each resample, with repetition: [resamples, n]."""
    import numpy as np

    return chance.integers(n, size=(resamples, n), dtype=np.intp)


def stratified_bootstrap(
    values: Mapping[str, Sequence[float]],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A statistic of data set -> values of seeds, with seeds resampled within each data set (Agarwal et al. 2021).

    `statistic` maps [resamples, seeds of all data sets] to [resamples].

    From six seeds a data set, the interval is of percentiles, at levels that undo the bootstrap's narrowness: a
    resample of n varies by (n - 1)/n of what n seeds do, and Student's t is wider than a normal (Hesterberg 2015, the
    expanded percentile interval). With fewer there are too few distinct resamples for percentiles: Student's t times
    the bootstrap's standard error, corrected alike. One seed in some set: no interval.
    """
    import numpy as np
    from scipy.special import ndtr

    arrays = [array_of(side) for side in values.values()]
    if not arrays:
        raise ValueError("no data set to resample")
    value = float(statistic(np.concatenate(arrays)[np.newaxis])[0])
    fewest, degrees = min(map(len, arrays)), sum(len(array) - 1 for array in arrays)
    if fewest < 2:
        return Estimate(value, None, None, confidence, reason="a data set with one seed cannot be resampled")
    chance = generator()
    drawn = np.concatenate([array[resampled(len(array), resamples, chance)] for array in arrays], axis=1)
    found = statistic(drawn)
    reach = math.sqrt(fewest / (fewest - 1)) * student_quantile(degrees, confidence)
    if fewest >= LEAST_SEEDS_FOR_PERCENTILES:
        low, high = np.quantile(found, [float(ndtr(-reach)), float(ndtr(reach))])
        return Estimate(value, float(low), float(high), confidence, PERCENTILES)
    half = reach * float(found.std())
    return Estimate(value, value - half, value + half, confidence, STUDENT)
