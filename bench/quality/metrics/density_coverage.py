"""Density and coverage (Naeem 2020), which outliers move less than precision and recall."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.quality.ladder import drawn
from bench.quality.metrics import DENSITY_K, NEIGHBOURS_N, Absent, Evidence, Figures, sides
from bench.quality.neighbours import inside, squared_radii

FIELDS = ("density", "coverage", "density_real", "coverage_real", "coverage_by_class")


def measure(evidence: Evidence) -> Figures:
    """Of the generated images, and of real training images in their place; coverage also class by class."""
    generated, reference, real = sides(evidence, "density")
    scale = evidence.once("density and coverage", lambda: _scale(reference, real))
    density, covered = density_and_covered(generated, reference, scale["radii"])
    return {
        "density": density,
        "coverage": float(covered.mean()),
        "density_real": float(scale["density_real"]),
        "coverage_real": float(scale["coverage_real"]),
        "coverage_by_class": _by_class(covered, evidence),
    }


def density_and_covered(
    generated: NDArray[np.float32], reference: NDArray[np.float32], radii: NDArray[np.float32]
) -> tuple[float, NDArray[np.bool_]]:
    """The density, and which features [M, d] of the reference have a generated one nearer than their 5th neighbour.

    Density counts, of each of N generated features, the balls of the reference around it, over k: 1 is what real
    images have on average, more is possible. `radii` are squared, from `squared_radii`. NaN or infinity is a
    FloatingPointError.
    """
    if not (np.isfinite(generated).all() and np.isfinite(reference).all()):
        raise FloatingPointError("density and coverage: a feature is not finite")
    count, covered = inside(generated, reference, radii)
    return count / (DENSITY_K * len(generated)), covered


def _scale(reference: NDArray[np.float32], real: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
    radii = squared_radii(reference, DENSITY_K)
    density, covered = density_and_covered(real, reference, radii)
    return {"radii": radii, "density_real": np.array(density), "coverage_real": np.array(covered.mean())}


def _by_class(covered: NDArray[np.bool_], evidence: Evidence) -> tuple[float | None, ...] | Absent:
    if evidence.reference_labels is None:
        return Absent("the data set has no labels")
    labels = evidence.reference_labels[drawn(len(evidence.reference_labels), NEIGHBOURS_N)]
    members = [covered[labels == label] for label in range(evidence.num_classes)]
    return tuple(float(member.mean()) if len(member) else None for member in members)
