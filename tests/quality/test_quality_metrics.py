"""torch-fidelity's metrics with their guards: what they refuse, and which way round they go."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from bench.quality import metrics
from bench.quality.metrics import Absent, Evidence, UnmeasurableError, measure
from bench.quality.metrics.frechet import frechet_distance
from bench.quality.metrics.inception_score import inception_score
from bench.quality.record import Quality


def normal(n: int, width: int, mean: float = 0.0, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, scale, (n, width)).astype(np.float32)


def test_frechet_distance_of_known_gaussians() -> None:
    # N(0, 1) against N(2, 3²) in 4 dimensions: 4·(2² + (3 - 1)²).
    distance = frechet_distance(normal(50_000, 4), normal(50_000, 4, mean=2.0, scale=3.0, seed=1), 40)
    assert distance == pytest.approx(32, rel=0.02)


def test_frechet_distance_needs_enough_samples_on_both_sides() -> None:
    assert frechet_distance(normal(40, 4), normal(40, 4, seed=1), 40) > 0
    for generated, reference in ((39, 40), (40, 39)):
        with pytest.raises(UnmeasurableError, match=r"N too small: 39 images, .* in 4 dimensions needs 40"):
            frechet_distance(normal(generated, 4), normal(reference, 4), 40)


def test_inception_score_of_certain_and_of_uncertain_classes() -> None:
    certain = 40 * np.eye(10, dtype=np.float32)[np.arange(5000) % 10]
    assert inception_score(certain)[0] == pytest.approx(10, rel=0.01)
    assert inception_score(np.zeros((5000, 10), np.float32)) == pytest.approx((1, 0))


def test_inception_score_survives_overconfident_logits() -> None:
    # Without the clamp, probabilities underflow to 0 and the library's answer is NaN.
    certain = 1e6 * np.eye(10, dtype=np.float32)[np.arange(5000) % 10]
    assert inception_score(certain)[0] == pytest.approx(10, rel=0.01)


def test_inception_score_needs_fifty_samples_a_split() -> None:
    with pytest.raises(UnmeasurableError, match=r"N too small: 499 images, .* 10 splits needs 500"):
        inception_score(normal(499, 10))


def test_inception_score_needs_classes() -> None:
    with pytest.raises(UnmeasurableError, match="the extractor has no classes"):
        inception_score(None)
    with pytest.raises(UnmeasurableError, match="for a reason of its own"):
        inception_score(None, "for a reason of its own")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite_is_an_error_and_no_figure(value: float) -> None:
    broken = normal(600, 4)
    broken[7, 2] = value
    with pytest.raises(FloatingPointError, match="feature is not finite"):
        frechet_distance(broken, normal(600, 4), 40)
    with pytest.raises(FloatingPointError, match="feature is not finite"):
        frechet_distance(normal(600, 4), broken, 40)
    with pytest.raises(FloatingPointError, match="logit is not finite"):
        inception_score(broken)


def test_every_metric_in_the_folder_is_measured(make_evidence: Callable[..., Evidence]) -> None:
    figures, absent = measure(make_evidence())
    assert set(figures) == set(Quality.figures())
    assert absent == {}


def test_too_few_images_for_a_distance_leave_the_other_figures(make_evidence: Callable[..., Evidence]) -> None:
    figures, absent = measure(make_evidence(width=128))
    assert set(absent) == {"fd", "floor", "ceiling", "fd_interval", "fd_infinity"}
    assert all(reason.startswith("N too small") and reason.endswith(": KID decides") for reason in absent.values())
    assert figures.keys() | absent.keys() == set(Quality.figures())


def test_very_few_images_have_a_reason_for_every_figure(make_evidence: Callable[..., Evidence]) -> None:
    figures, absent = measure(make_evidence(n=30))
    assert set(figures) == {"label_accuracy", "label_accuracy_real"}
    assert all(reason.startswith("N too small: 30 images, and ") for reason in absent.values())


def test_a_metric_that_forgets_a_figure_is_found_out(
    make_evidence: Callable[..., Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = SimpleNamespace(FIELDS=("sharpness", "contrast"), measure=lambda _: {"sharpness": 1.0})
    monkeypatch.setattr(metrics, "plugins", lambda *_: {"theirs": lambda: forgetful})
    with pytest.raises(ValueError, match=r"metric theirs gave \['sharpness'\], not \['contrast', 'sharpness'\]"):
        measure(make_evidence())


def test_one_figure_of_a_metric_may_be_absent_alone(
    make_evidence: Callable[..., Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    half = SimpleNamespace(FIELDS=("a", "b"), measure=lambda _: {"a": 1.0, "b": Absent("too dark")})
    monkeypatch.setattr(metrics, "plugins", lambda *_: {"theirs": lambda: half})
    assert measure(make_evidence()) == ({"a": 1.0}, {"b": "too dark"})
