"""The clock counts training and nothing else."""

import itertools

import pytest

from bench.training.clock import Clock


def clock_with(durations):
    """A clock whose calls take these seconds; between calls an hour passes."""
    moments = itertools.accumulate(itertools.chain.from_iterable((3600.0, seconds) for seconds in durations))
    return Clock(timer=lambda: next(moments))


def test_the_first_step_is_kept_apart_and_what_lies_between_calls_is_not_counted():
    clock = clock_with([9.0, 2.0, 1.0])
    for images in (64, 640, 640):
        clock.measure(lambda: None, images)
    assert clock.first_step_seconds == pytest.approx(9.0)
    assert clock.train_seconds == pytest.approx(3.0)


def test_the_rate_is_the_median_after_a_warm_up_call():
    clock = clock_with([9.0, 50.0, 1.0, 2.0, 4.0])
    for _ in range(5):
        clock.measure(lambda: None, 100)
    median, (first, third) = clock.images_per_second()
    assert median == pytest.approx(50.0)
    assert (first, third) == pytest.approx((37.5, 75.0))


def test_one_call_is_its_own_median_and_no_call_has_none():
    clock = clock_with([9.0, 2.0])
    assert clock.images_per_second() is None
    clock.measure(lambda: None, 1)
    assert clock.images_per_second() is None
    clock.measure(lambda: None, 100)
    assert clock.images_per_second() == (pytest.approx(50.0), (pytest.approx(50.0), pytest.approx(50.0)))


def test_the_call_gives_back_its_result():
    assert Clock().measure(lambda: "losses", 1) == "losses"
