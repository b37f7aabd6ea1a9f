"""Whether a conditional model draws the classes that it is asked for, as the extractor's classifier sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.quality.metrics import Evidence, UnmeasurableError, class_logits

FIELDS = ("label_accuracy", "label_accuracy_real")


def measure(evidence: Evidence) -> dict[str, float]:
    """Of the generated images, and of the reference: more than the classifier's own accuracy is not to be had."""
    if evidence.labels is None:
        raise UnmeasurableError("the images carry no labels of classes that were asked for")
    generated, reference, _ = class_logits(evidence)
    if evidence.reference_labels is None:
        raise UnmeasurableError("the data set has no labels")
    return {
        "label_accuracy": accuracy(generated, evidence.labels),
        "label_accuracy_real": accuracy(reference, evidence.reference_labels),
    }


def accuracy(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The share of logits [N, classes] whose largest is that of the label."""
    return float(np.mean(logits.argmax(axis=1) == labels))
