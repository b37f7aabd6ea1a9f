"""The kernel inception distance (Bińkowski 2018): a distance that few images are enough for.

It fits nothing to the features, and its estimate is without bias at any N: where images are too few for a Fréchet
distance, it decides. Slightly below 0 is as good as 0.

The subsets, and so the value but for rounding, are torch-fidelity's. It is computed here because the library, of three
kernels a subset, computes one of the reference alone each time anew, and raises each to the third power slowly: half
of its time remains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.quality.metrics import (
    KID_LEAST_N,
    KID_SUBSETS,
    RNG_SEED,
    Evidence,
    Once,
    UnmeasurableError,
    kid_subset_size,
    too_few,
)

FIELDS = ("kid", "kid_std", "kid_floor", "kid_ceiling")


def measure(evidence: Evidence) -> dict[str, float]:
    """Distances to the reference: of the generated images, with its spread; of real ones; of noise."""
    generated, reference = evidence.generated.features, evidence.reference.features
    own = kept_kernels(evidence.once, len(generated), reference)

    def scale() -> dict[str, NDArray[np.float64]]:
        return {
            "floor": np.array(kernel_distance(evidence.real.features, reference, own)[0]),
            "ceiling": np.array(kernel_distance(evidence.noise.features, reference, own)[0]),
        }

    kept = evidence.once("kid scale", scale)
    mean, deviation = last_distance(generated, reference, own)
    return {
        "kid": mean,
        "kid_std": deviation,
        "kid_floor": float(kept["floor"]),
        "kid_ceiling": float(kept["ceiling"]),
    }


def kernel_distance(
    generated: NDArray[np.float32], reference: NDArray[np.float32], own: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """Mean and deviation, over 100 pairs of subsets of features [N, d], of MMD² under the kernel (x·y / d + 1)³.

    A subset holds `kid_subset_size` features: with all N, every subset would be the same one, and the deviation
    would mean nothing. `own` is what `own_kernels` gives for the reference, if it is known. Fewer than 100 on a side
    are an UnmeasurableError, NaN or infinity a FloatingPointError.
    """
    _check_count(len(generated), len(reference))
    if not (np.isfinite(generated).all() and np.isfinite(reference).all()):
        raise FloatingPointError("kernel inception distance: a feature is not finite")
    if own is None:
        own = own_kernels(len(generated), reference)
    ours, theirs = _scaled(generated), _scaled(reference)
    distances = [
        _mean_of_others(ours[some]) + reference_alone - 2 * _kernels(ours[some] @ theirs[others].T).mean()
        for (some, others), reference_alone in zip(_subsets(len(generated), len(reference)), own, strict=True)
    ]
    mean, deviation = float(np.mean(distances)), float(np.std(distances))
    if not np.isfinite([mean, deviation]).all():
        raise FloatingPointError(f"kernel inception distance: the result is {mean} ± {deviation}")
    return mean, deviation


class LastDistance:
    """`kernel_distance`, which keeps its last result: of the last checkpoint's pictures, often those of the end too."""

    def __init__(self) -> None:
        self._sides: list[str] = []
        """Digests of the features, which themselves may be large."""
        self._distance = (0.0, 0.0)

    def __call__(
        self, generated: NDArray[np.float32], reference: NDArray[np.float32], own: NDArray[np.float64] | None = None
    ) -> tuple[float, float]:
        """What `kernel_distance` gives for the same; features of equal bytes are the same."""
        sides = [hashlib.sha256(np.ascontiguousarray(side).data).hexdigest() for side in (generated, reference)]
        if self._sides != sides:
            self._distance, self._sides = kernel_distance(generated, reference, own), sides
        return self._distance


last_distance = LastDistance()


def own_kernels(generated: int, reference: NDArray[np.float32]) -> NDArray[np.float64]:
    """The part of each of the 100 distances that the reference [N, d] alone decides, given how many are generated."""
    theirs = _scaled(reference)
    return np.array([_mean_of_others(theirs[others]) for _, others in _subsets(generated, len(reference))])


def kept_kernels(once: Once, generated: int, reference: NDArray[np.float32]) -> NDArray[np.float64]:
    """The same, kept for every later set of as many generated images.

    Fewer than 100 on a side are an UnmeasurableError, a reference that is not finite a FloatingPointError.
    """
    _check_count(generated, len(reference))
    kept = once("kid of the reference alone", lambda: {"own": own_kernels(generated, reference)})
    own: NDArray[np.float64] = kept["own"]
    return own


def _check_count(generated: int, reference: int) -> None:
    n = min(generated, reference)
    if n < KID_LEAST_N:
        raise UnmeasurableError(too_few(n, KID_LEAST_N, "a kernel inception distance"))


def _subsets(generated: int, reference: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    size = kid_subset_size(min(generated, reference))
    # torch-fidelity's generator, and its calls in their order: others get our figures.
    random = np.random.RandomState(RNG_SEED)
    for _ in range(KID_SUBSETS):
        some = random.choice(generated, size, replace=False)
        yield some, random.choice(reference, size, replace=False)


def _scaled(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features whose inner products are divided by the dimension."""
    return features / np.float32(np.sqrt(features.shape[1]))


def _kernels(products: NDArray[np.float32]) -> NDArray[np.float64]:
    """Means float64 [rows] of the kernel over each row of inner products float32 [rows, columns], which are lost."""
    products += 1
    means: NDArray[np.float64] = np.einsum("ij,ij->i", products * products, products) / np.float64(products.shape[1])
    return means


def _mean_of_others(features: NDArray[np.float32]) -> float:
    """The mean of the kernel over all pairs of two different features of a subset."""
    count = len(features)
    with_itself = (np.einsum("ij,ij->i", features, features).astype(np.float64) + 1) ** 3
    total = _kernels(features @ features.T).sum() * count - with_itself.sum()
    return float(total / (count * (count - 1)))
