"""The same noise over time: what stands still, what changes its class, what stays between classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.quality.features import Features
from bench.quality.fixed_noise import OF_CLASSES, drift, over_time
from bench.quality.metrics import UnmeasurableError
from bench.quality.metrics.ambiguity import PERCENTILE
from bench.verdict.claims.fusions import HELD_OUT

N = 200
SURE, UNSURE = [9.0, 0.0, 0.0], [0.0, 0.0, 0.0]


def points(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(N, 4)).astype(np.float32)


def seen(unsure: Any = (), best: int = 0, seed: int = 0) -> Features:
    """Pictures of one class; those at the places `unsure` are of any."""
    logits = np.roll(np.tile(np.array(SURE, np.float32), (N, 1)), best, axis=1)
    logits[list(unsure)] = UNSURE
    return Features(points(seed), logits)


def reference() -> Features:
    """Test images of which one in fifty is in doubt: less than the 5 % that set the bound, which is then certainty."""
    return seen(range(0, N, 50))


class Extractor:
    name = "toy-00000000"
    num_classes: int | None = 3


def test_what_stands_still_does_not_drift_and_what_begins_anew_drifts_by_one() -> None:
    assert drift(points(0), points(0)) == 0
    assert drift(points(1), points(0)) == pytest.approx(1, abs=0.05)
    assert drift(points(0) + np.float32(0.01), points(0)) == pytest.approx(0.02 / 2.7, rel=0.1)


def test_the_distance_of_different_noise_leaves_out_that_of_a_picture_to_itself() -> None:
    two = np.array([[0.0, 0.0], [3.0, 4.0]], np.float32)
    assert drift(two + np.float32(1), two) == pytest.approx(2**0.5 / 5, rel=1e-5)


def test_pictures_that_are_all_alike_have_no_drift() -> None:
    with pytest.raises(UnmeasurableError, match="alike"):
        drift(points(0), np.ones((N, 4), np.float32))


def test_pictures_that_differ_in_the_last_bits_are_alike() -> None:
    one = np.random.default_rng(3).gamma(2.0, size=64).astype(np.float32)
    alike = np.tile(one, (N, 1))
    # As of a last batch of another size, in which sums are taken in another order.
    alike[-N // 10 :] = np.nextafter(one, np.float32(np.inf))
    with pytest.raises(UnmeasurableError, match="alike"):
        drift(np.tile(one + 1, (N, 1)), alike)
    # A thousandth apart is apart.
    apart = (one * np.random.default_rng(4).normal(1, 1e-3, (N, 64))).astype(np.float32)
    assert drift(apart + one, apart) > 100


def test_one_picture_has_no_other_to_be_far_from() -> None:
    with pytest.raises(UnmeasurableError, match="alike"):
        drift(points(0)[:1], points(1)[:1])


@pytest.mark.parametrize("place", [0, 1])
def test_a_feature_that_is_not_finite_is_an_error(place: int) -> None:
    both = [points(0), points(1)]
    both[place][3, 2] = np.nan
    with pytest.raises(FloatingPointError, match="not finite"):
        drift(*both)


def test_the_claims_take_the_share_of_real_pictures_from_the_measures_definition() -> None:
    assert pytest.approx(1 - PERCENTILE / 100) == HELD_OUT


def test_shares_of_the_same_places_at_all_three() -> None:
    first, second, third = range(100), range(50, 150), range(90, 130)
    found = over_time([seen(first), seen(second), seen(third, seed=1)], reference(), Extractor(), 3)
    assert found["ambiguous"] == [0.5, 0.5, 0.2]
    assert found["lasting"] == pytest.approx(10 / N)  # 90 to 99
    assert found["lasting_by_chance"] == pytest.approx(0.5 * 0.5 * 0.2)
    assert (found["n"], found["extractor"], found["absent"]) == (N, "toy-00000000", {})
    assert found["drift"] > 0.9


def test_class_changes_are_between_the_last_two() -> None:
    moved = seen(seed=1)
    assert moved.logits is not None
    moved.logits[: N // 4] = moved.logits[: N // 4, [1, 0, 2]]
    found = over_time([seen(best=2), seen(), moved], reference(), Extractor(), 3)
    assert found["class_changes"] == 0.25


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"num_classes": 5}, "tells 3 classes apart"),
        ({"num_classes": 0}, "no labels"),
        ({"reference": Features(points(0)[:50], seen().logits[:50])}, "N too small"),  # type: ignore[index]
        ({"reference": Features(points(0), None)}, "the extractor has no classes"),
    ],
)
def test_without_classes_there_is_a_drift_alone(changes: dict[str, Any], reason: str) -> None:
    given = {"reference": reference(), "num_classes": 3} | changes
    found = over_time([seen(), seen(), seen(seed=1)], given["reference"], Extractor(), given["num_classes"])
    assert set(found["absent"]) == set(OF_CLASSES)
    assert all(reason in why for why in found["absent"].values())
    assert found["drift"] > 0
    assert not set(OF_CLASSES) & found.keys()


def test_collapsed_pictures_lack_the_drift_alone() -> None:
    alike = Features(np.ones((N, 4), np.float32), seen().logits)
    found = over_time([seen(), seen(), alike], reference(), Extractor(), 3)
    assert set(found["absent"]) == {"drift"}
    assert found["lasting"] == 0
