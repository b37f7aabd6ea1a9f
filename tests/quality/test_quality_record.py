"""A figure that is absent says why, and a figure that is not a number is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bench.quality.record import NOT_BUILT, NOT_RECORDED, YOUNGER_FIGURES, CurvePoint, NearestPair, Quality

HEAD = {"extractor": "toy-00000000", "title": "FD-toy", "n": 2000, "reference": "toy test, 2,000 images"}
MEASURED = {"fd": 1.5, "kid": 0.1, "evaluation_seconds": 2.5}


def point(**values: Any) -> CurvePoint:
    return CurvePoint.model_validate({**HEAD, **values})


def test_names_in_json_are_those_promised() -> None:
    promised = (
        "extractor n reference fd fd_interval floor ceiling is is_std is_real kid precision recall density "
        "coverage copied label_accuracy ambiguous nearest coverage_by_class fd_infinity copied_pixels"
    )
    absent = dict.fromkeys(Quality.figures(), NOT_BUILT)
    written = Quality.model_validate({**HEAD, "absent": absent}).model_dump(mode="json", by_alias=True)
    assert set(promised.split()) <= set(written)


def test_round_trip_through_json() -> None:
    record = point(**MEASURED, absent={"is": "no classes"})
    assert CurvePoint.model_validate_json(record.model_dump_json(by_alias=True)) == record


def test_null_without_a_reason_is_refused() -> None:
    with pytest.raises(ValidationError, match="'is' is None: null needs a reason"):
        point(**MEASURED)


def test_a_number_with_a_reason_for_its_absence_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"'is' is 2\.0"):
        point(**MEASURED, **{"is": 2.0}, absent={"is": "no classes"})


def test_a_record_from_before_a_figure_existed_is_read() -> None:
    absent = {name: NOT_BUILT for name in Quality.figures() if name not in YOUNGER_FIGURES}
    record = Quality.model_validate({**HEAD, "absent": absent})
    assert {name: record.absent[name] for name in YOUNGER_FIGURES} == dict.fromkeys(YOUNGER_FIGURES, NOT_RECORDED)
    with pytest.raises(ValidationError, match="'kid_floor' is None: null needs a reason"):
        Quality.model_validate({**HEAD, "absent": absent, "kid_floor": None})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        point(**MEASURED | {"fd": value}, absent={"is": "no classes"})


def test_records_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        point(**MEASURED, absent={"is": "no classes"}).fd = 0.0  # type: ignore[misc]


def test_pairs_and_intervals_survive_json() -> None:
    pair = NearestPair(generated=3, train=59_999, distance=0.5, threshold=0.75)
    figures = {"nearest": (pair,) * 8, "fd_interval": (1.0, 2.0), "coverage_by_class": (0.5, None)}
    absent = {name: NOT_BUILT for name in Quality.figures() if name not in figures}
    record = Quality.model_validate({**HEAD, **figures, "absent": absent})
    assert Quality.model_validate_json(record.model_dump_json(by_alias=True)) == record
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        NearestPair(generated=-1, train=0, distance=0.5, threshold=0.75)
