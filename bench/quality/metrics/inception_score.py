"""The inception score by torch-fidelity (Salimans 2016), with the real images' score beside it.

It rewards confident and varied classes and never sees the reference: ten memorised pictures can beat real
data in it. It is reported because people ask for it, and decides nothing alone.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch_fidelity import KEY_METRIC_ISC_MEAN, KEY_METRIC_ISC_STD
from torch_fidelity.metric_isc import isc_features_to_metric

from bench.quality.features import NO_CLASSES
from bench.quality.metrics import IS_SPLITS, RNG_SEED, Evidence, UnmeasurableError, too_few

FIELDS = ("is", "is_std", "is_real")
SAMPLES_PER_SPLIT = 50
LOGIT_BOUND = 50.0
"""Far beyond it a probability underflows to 0 in the library, and 0·log 0 makes the score NaN."""


def measure(evidence: Evidence) -> dict[str, float]:
    """The generated images' score, its spread over the splits, and the reference's score."""
    mean, deviation = inception_score(evidence.generated.logits, evidence.no_classes)
    return {"is": mean, "is_std": deviation, "is_real": inception_score(evidence.reference.logits)[0]}


def inception_score(logits: NDArray[np.float32] | None, no_classes: str = NO_CLASSES) -> tuple[float, float]:
    """Mean and deviation, over 10 shuffled splits of logits [N, classes], of exp(E KL(p(y|x) ‖ p(y))).

    No logits (for the reason `no_classes`), or fewer than 500, are an UnmeasurableError; NaN or infinity a
    FloatingPointError.
    """
    if logits is None:
        raise UnmeasurableError(no_classes)
    if len(logits) < SAMPLES_PER_SPLIT * IS_SPLITS:
        least = SAMPLES_PER_SPLIT * IS_SPLITS
        raise UnmeasurableError(too_few(len(logits), least, f"an inception score of {IS_SPLITS} splits"))
    if not np.isfinite(logits).all():
        raise FloatingPointError("inception score: a logit is not finite")
    bounded = torch.from_numpy(logits).clamp(-LOGIT_BOUND, LOGIT_BOUND)
    found = isc_features_to_metric(bounded, splits=IS_SPLITS, shuffle=True, rng_seed=RNG_SEED)
    mean, deviation = found[KEY_METRIC_ISC_MEAN], found[KEY_METRIC_ISC_STD]
    if not np.isfinite([mean, deviation]).all():
        raise FloatingPointError(f"inception score: the result is {mean} ± {deviation}")
    return mean, deviation
