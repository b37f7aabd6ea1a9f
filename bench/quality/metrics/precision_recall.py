"""Improved precision and recall (Kynkäänniemi 2019) by torch-fidelity, with what real images score beside them.

Precision alone means little: its balls are as wide as the outlying real images make them, and noise falls into them.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric

from bench.quality.library import keywords
from bench.quality.metrics import MANIFOLD_K, Evidence, UnmeasurableError, sides, too_few

FIELDS = ("precision", "recall", "precision_real", "recall_real")
BATCH_SIZE = 500
"""Rows of distances that the library holds at a time: 10 MB of them at 5,000 images a side."""


def measure(evidence: Evidence) -> dict[str, float]:
    """Of the generated images, and of real training images in their place."""
    generated, reference, real = sides(evidence, "precision")
    precision, recall = precision_and_recall(generated, reference)
    scale = evidence.once("precision and recall", lambda: {"real": np.array(precision_and_recall(real, reference))})
    precision_real, recall_real = map(float, scale["real"])
    return {
        "precision": precision,
        "recall": recall,
        "precision_real": precision_real,
        "recall_real": recall_real,
    }


def precision_and_recall(generated: NDArray[np.float32], reference: NDArray[np.float32]) -> tuple[float, float]:
    """The shares of generated features [N, d] in a ball of the reference, and of the reference in a generated ball.

    A ball reaches to its centre's third neighbour. Fewer than 4 on a side are an UnmeasurableError, NaN or infinity,
    which the library lets through, a FloatingPointError. 5,000 a side take a second and 60 MB.
    """
    n = min(len(generated), len(reference))
    if n <= MANIFOLD_K:
        raise UnmeasurableError(too_few(n, MANIFOLD_K + 1, f"a neighbourhood of {MANIFOLD_K}"))
    if not (np.isfinite(generated).all() and np.isfinite(reference).all()):
        raise FloatingPointError("precision and recall: a feature is not finite")
    # torch-fidelity's order: features 1 are generated, features 2 are real.
    found = prc_features_to_metric(
        torch.from_numpy(generated),
        torch.from_numpy(reference),
        **keywords(prc_neighborhood=MANIFOLD_K, prc_batch_size=BATCH_SIZE),
    )
    return found[KEY_METRIC_PRECISION], found[KEY_METRIC_RECALL]
