"""What a classifier says: whether the class is the one that was asked for, and whether there is one at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bench.quality.features import Features
from bench.quality.metrics import Evidence, UnmeasurableError, ambiguity, label_accuracy
from bench.quality.metrics.ambiguity import entropy

LABELS = np.arange(600) % 3


def certain_of(labels: np.ndarray, by: float = 5.0) -> Features:
    """Logits that put images into classes."""
    logits = by * np.eye(3, dtype=np.float32)[labels]
    return Features(np.zeros((len(labels), 4), np.float32), logits)


def test_accuracy_beside_that_of_real_images(make_evidence: Callable[..., Evidence]) -> None:
    wrong = LABELS.copy()
    wrong[:150] = (wrong[:150] + 1) % 3
    real = LABELS.copy()
    real[:60] = (real[:60] + 1) % 3
    found = label_accuracy.measure(
        make_evidence(generated=certain_of(wrong), reference=certain_of(real), labels=LABELS, reference_labels=LABELS)
    )
    assert found == {"label_accuracy": 0.75, "label_accuracy_real": 0.9}


def test_ambiguous_is_more_doubtful_than_most_test_images(make_evidence: Callable[..., Evidence]) -> None:
    certainty = np.linspace(1, 10, 600, dtype=np.float32)[:, None]
    reference = Features(np.zeros((600, 4), np.float32), certain_of(LABELS, 1.0).logits * certainty)  # type: ignore[operator]
    between = certain_of(LABELS)
    assert between.logits is not None
    between.logits[:200] = 0
    found = ambiguity.measure(make_evidence(generated=between, reference=reference, real=reference))
    assert found["ambiguous"] == pytest.approx(1 / 3)
    assert found["ambiguous_real"] == pytest.approx(0.05, abs=0.002)  # By definition.


def test_entropy_in_nats_also_of_what_is_certain_beyond_rounding() -> None:
    logits = np.array([[0, 0, 0], [1e6, 0, 0], [0, 0, -1e6], [100, 100, 0]], np.float32)
    np.testing.assert_allclose(entropy(logits), [np.log(3), 0, np.log(2), np.log(2)], atol=1e-12)
    with pytest.raises(FloatingPointError, match="ambiguity: a logit is not finite"):
        entropy(np.full((2, 3), np.nan, np.float32))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"num_classes": 10}, "the extractor tells 3 classes apart, which are not the data set's 10"),
        ({"num_classes": 0, "reference_labels": None}, "the data set has no labels"),
        ({"generated": Features(np.zeros((600, 4), np.float32), None)}, "it classifies nothing"),
    ],
)
def test_where_classes_mean_nothing_there_is_a_reason(
    make_evidence: Callable[..., Evidence], given: dict[str, object], reason: str
) -> None:
    for metric in (label_accuracy, ambiguity):
        with pytest.raises(UnmeasurableError, match=reason):
            metric.measure(make_evidence(**given))


def test_a_model_that_was_asked_for_no_class_has_no_accuracy(make_evidence: Callable[..., Evidence]) -> None:
    with pytest.raises(UnmeasurableError, match="no labels of classes"):
        label_accuracy.measure(make_evidence(labels=None))
    assert set(ambiguity.measure(make_evidence(labels=None))) == {"ambiguous", "ambiguous_real"}


def test_a_hundred_test_images_for_a_percentile(make_evidence: Callable[..., Evidence]) -> None:
    with pytest.raises(UnmeasurableError, match="N too small: 99 images, and a 95th percentile needs 100"):
        ambiguity.measure(make_evidence(n=99))
