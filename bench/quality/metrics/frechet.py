"""The Fréchet distance of two sets of features (Heusel 2017), by torch-fidelity."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch_fidelity import KEY_METRIC_FID
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from bench.quality.metrics import KID_LEAST_N, Evidence, UnmeasurableError, too_few

FIELDS = ("fd", "floor", "ceiling")


def measure(evidence: Evidence) -> dict[str, float]:
    """Distances to the reference: of the generated images, of real ones, of noise."""
    generated, reference, least_n = evidence.generated.features, evidence.reference.features, evidence.least_n
    check_count(generated, reference, least_n)
    scale = evidence.once(
        "frechet scale",
        lambda: {
            "floor": np.array(frechet_distance(evidence.real.features, reference, least_n)),
            "ceiling": np.array(frechet_distance(evidence.noise.features, reference, least_n)),
        },
    )
    return {
        "fd": frechet_distance(generated, reference, least_n),
        "floor": float(scale["floor"]),
        "ceiling": float(scale["ceiling"]),
    }


def check_count(generated: NDArray[np.float32], reference: NDArray[np.float32], least_n: int) -> None:
    """Raise UnmeasurableError, which says what decides instead, for fewer than `least_n` images on a side."""
    n = min(len(generated), len(reference))
    if n < least_n:
        decides = ": KID decides" if n >= KID_LEAST_N else ""
        raise UnmeasurableError(_too_few(n, reference.shape[1], least_n) + decides)


def frechet_distance(generated: NDArray[np.float32], reference: NDArray[np.float32], least_n: int) -> float:
    """The Fréchet distance |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) of two Gaussians fitted to features [N, d].

    Fewer than `least_n` on a side leave covariances so poor that the distance measures N and not the images:
    an UnmeasurableError. NaN or infinity is a FloatingPointError.
    """
    n = min(len(generated), len(reference))
    if n < least_n:
        raise UnmeasurableError(_too_few(n, reference.shape[1], least_n))
    if not (np.isfinite(generated).all() and np.isfinite(reference).all()):
        raise FloatingPointError("Fréchet distance: a feature is not finite")
    # torch-fidelity's order: input 1 is generated, input 2 is real.
    generated_statistics = fid_features_to_statistics(torch.from_numpy(generated))
    reference_statistics = fid_features_to_statistics(torch.from_numpy(reference))
    distance = fid_statistics_to_metric(generated_statistics, reference_statistics, verbose=False)[KEY_METRIC_FID]
    if not np.isfinite(distance):
        raise FloatingPointError(f"Fréchet distance: the result is {distance}")
    return float(distance)


def _too_few(n: int, dimension: int, least_n: int) -> str:
    return too_few(n, least_n, f"a Fréchet distance in {dimension} dimensions")
