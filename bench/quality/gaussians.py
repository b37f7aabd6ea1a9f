"""Gaussians fitted to features, their Fréchet distance by symmetric eigendecomposition, and its bootstrap.

The published distance is torch-fidelity's (`bench.quality.metrics.frechet`); this one, equal to it but for rounding,
is for the hundreds of distances that an interval or an extrapolation takes. No framework.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Gaussian:
    """A normal distribution: mean float64 [d] and covariance float64 [d, d]."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def fitted(features: NDArray[np.float32]) -> Gaussian:
    """The Gaussian with the mean and the unbiased covariance of features float32 [N, d], N being at least 2."""
    mean = features.mean(axis=0, dtype=np.float64)
    # Centred first: then products of float32 are exact enough, and take half the time of float64.
    centred = features - mean.astype(np.float32)
    return Gaussian(mean, (centred.T @ centred).astype(np.float64) / (len(features) - 1))


class Reference:
    """A Gaussian to which many distances are taken: its covariance is decomposed once."""

    def __init__(self, gaussian: Gaussian) -> None:
        self._mean = gaussian.mean
        self._trace = float(np.trace(gaussian.covariance))
        values, self._vectors = np.linalg.eigh(gaussian.covariance)
        # Rounding may leave an eigenvalue of a singular covariance just below 0.
        self._roots = np.sqrt(values.clip(0))

    def distance(self, other: Gaussian) -> float:
        """|m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), the squared Fréchet distance (Dowson & Landau 1982).

        With C1 = V D² Vᵀ, C1 C2 has the eigenvalues of D Vᵀ C2 V D, which is symmetric: they are real, and take an
        eighth of the time.
        """
        turned = self._vectors.T @ other.covariance @ self._vectors
        return self._distance((other.mean - self._mean) @ self._vectors, turned)

    def bootstrap(
        self, features: NDArray[np.float32], resamples: int, random: np.random.Generator
    ) -> NDArray[np.float64]:
        """Distances float64 [resamples] of as many images drawn with replacement from features float32 [N, d].

        The reference stays as it is. A resample of 10,000 images takes 3 ms in 128 dimensions and 1 s in 2,048.
        """
        n = len(features)
        mean = features.mean(axis=0, dtype=np.float64)
        turned = (features - mean.astype(np.float32)) @ self._vectors.astype(np.float32)
        offset = (mean - self._mean) @ self._vectors
        distances = np.empty(resamples)
        for index in range(resamples):
            counts = np.bincount(random.integers(0, n, n), minlength=n)
            # An image that was drawn three times is one row of three times the weight: 0.63 N rows instead of N.
            rows = np.flatnonzero(counts)
            weights = np.sqrt(counts[rows]).astype(np.float32)
            weighted = turned[rows] * weights[:, None]
            shift = (weights @ weighted).astype(np.float64) / n
            covariance = ((weighted.T @ weighted).astype(np.float64) - n * np.outer(shift, shift)) / (n - 1)
            distances[index] = self._distance(offset + shift, covariance)
        return distances

    def _distance(self, shift: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
        """The distance to a Gaussian of which all is told by the coordinates that the eigenvectors are axes of."""
        product = self._roots[:, None] * covariance * self._roots
        root_trace = np.sqrt(np.linalg.eigvalsh(product).clip(0)).sum()
        return float(shift @ shift + self._trace + np.trace(covariance) - 2 * root_trace)
