"""The kernel inception distance (Bińkowski 2018) by torch-fidelity: a distance that few images are enough for.

It fits nothing to the features, and its estimate is without bias at any N: where images are too few for a Fréchet
distance, it decides. Slightly below 0 is as good as 0.
"""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from numpy.typing import NDArray
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, KEY_METRIC_KID_STD, kid_features_to_metric

from bench.quality.metrics import KID_LEAST_N, KID_SUBSETS, RNG_SEED, Evidence, UnmeasurableError, kid_subset_size

FIELDS = ("kid", "kid_std", "kid_floor", "kid_ceiling")


def measure(evidence: Evidence) -> dict[str, float]:
    """Distances to the reference: of the generated images, with its spread; of real ones; of noise."""
    reference = evidence.reference.features
    mean, deviation = kernel_distance(evidence.generated.features, reference)
    return {
        "kid": mean,
        "kid_std": deviation,
        "kid_floor": _once(evidence.real.features, reference),
        "kid_ceiling": _once(evidence.noise.features, reference),
    }


def kernel_distance(generated: NDArray[np.float32], reference: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and deviation, over 100 pairs of subsets of features [N, d], of MMD² under the kernel (x·y / d + 1)³.

    A subset holds `kid_subset_size` features: with all N, every subset would be the same one, and the deviation
    would mean nothing. Fewer than 100 on a side are an UnmeasurableError, NaN or infinity a FloatingPointError.
    """
    n = min(len(generated), len(reference))
    if n < KID_LEAST_N:
        raise UnmeasurableError(f"N too small: {n:,} images, and a kernel inception distance needs {KID_LEAST_N}")
    if not (np.isfinite(generated).all() and np.isfinite(reference).all()):
        raise FloatingPointError("kernel inception distance: a feature is not finite")
    found = kid_features_to_metric(
        torch.from_numpy(generated),
        torch.from_numpy(reference),
        kid_subsets=KID_SUBSETS,
        kid_subset_size=kid_subset_size(n),
        rng_seed=RNG_SEED,
        verbose=False,
    )
    mean, deviation = found[KEY_METRIC_KID_MEAN], found[KEY_METRIC_KID_STD]
    if not np.isfinite([mean, deviation]).all():
        raise FloatingPointError(f"kernel inception distance: the result is {mean} ± {deviation}")
    return mean, deviation


_known: dict[bytes, float] = {}


def _once(features: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The distance, kept for this process: it takes a second or more, and every trial of a data set asks for it."""
    key = hashlib.sha256(features.tobytes() + reference.tobytes()).digest()
    if key not in _known:
        _known[key], _ = kernel_distance(features, reference)
    return _known[key]
