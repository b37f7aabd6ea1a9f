"""Images between classes: neither shirt nor coat, as a decoder draws them from between two clusters of its latents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from bench.quality.metrics import NEIGHBOURS_LEAST_N, Evidence, UnmeasurableError, class_logits, too_few

FIELDS = ("ambiguous", "ambiguous_real")
PERCENTILE = 95


def measure(evidence: Evidence) -> dict[str, float]:
    """The shares of ambiguous images among the generated ones and among real training images.

    Ambiguous is an image whose softmax has a larger entropy than 95 of 100 test images have. The measure is the data
    set's own, because a fixed entropy would mean much among clothes and nothing among digits; entropy, because it
    sees doubt between any number of classes, which the margin of the first two does not. Test images have 5 % by
    definition; training images fewer, because the classifier was trained on them.
    """
    generated, reference, real = class_logits(evidence)
    bound = largest_entropy(reference)
    return {
        "ambiguous": float(np.mean(entropy(generated) > bound)),
        "ambiguous_real": float(np.mean(entropy(real) > bound)),
    }


def largest_entropy(reference: NDArray[np.float32]) -> float:
    """The entropy, in nats, above which an image is ambiguous; `reference` are the logits of test images.

    Fewer than 100 of them are an UnmeasurableError.
    """
    if len(reference) < NEIGHBOURS_LEAST_N:
        raise UnmeasurableError(too_few(len(reference), NEIGHBOURS_LEAST_N, f"a {PERCENTILE}th percentile"))
    return float(np.percentile(entropy(reference), PERCENTILE))


def entropy(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """The entropies float64 [N] of the softmax of logits [N, classes], in nats. NaN or infinity: FloatingPointError."""
    if not np.isfinite(logits).all():
        raise FloatingPointError("ambiguity: a logit is not finite")
    # In double: a class that is out of the question then adds 0, where its logarithm alone would be -inf.
    log_probabilities = log_softmax(logits.astype(np.float64), axis=1)
    found: NDArray[np.float64] = -(np.exp(log_probabilities) * log_probabilities).sum(axis=1)
    return found
