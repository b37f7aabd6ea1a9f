"""Calls add up to the budget, and checkpoints fall on calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.training.schedule import LARGEST_CALL, Schedule


def walk(schedule, seconds_per_step=0.1):
    """Sizes of the calls, and the steps at which checkpoints were taken."""
    step, seconds, calls, checkpoints = 0, 0.0, [], []
    while not schedule.is_over(step, seconds):
        steps = schedule.next_call(step, seconds)
        before = seconds
        seconds += 0.0 if step == 0 else steps * seconds_per_step
        step += steps
        calls.append(steps)
        if schedule.is_due(step, seconds, before):
            checkpoints.append(step)
    return calls, checkpoints


@given(steps=st.integers(2, 5000), checkpoints=st.integers(1, 10))
def test_calls_add_up_and_the_last_checkpoint_is_the_end(steps, checkpoints):
    calls, taken = walk(Schedule(steps, 0.0, checkpoints))
    assert sum(calls) == steps
    assert calls[0] == 1
    assert max(calls) <= LARGEST_CALL
    assert taken[-1] == steps
    assert len(taken) <= checkpoints
    assert taken == sorted(set(taken))


def test_quick_looks_at_halves_of_its_budget_on_whole_calls():
    calls, taken = walk(Schedule(800, 0.0, 5))
    assert taken == [50, 100, 200, 400, 800]
    assert calls == [1, 49, *[50] * 15]


def test_checkpoints_halve_back_from_the_end_on_multiples_of_the_call():
    _, taken = walk(Schedule(1875, 0.0, 8))
    assert taken == [50, 100, 250, 450, 950, 1875]


def test_halves_that_fall_on_one_call_are_one_checkpoint():
    assert walk(Schedule(117, 0.0, 8))[1] == [14, 28, 56, 117]


def test_a_call_that_passes_two_marks_in_seconds_takes_one_checkpoint():
    _, taken = walk(Schedule(None, 10.0, 8), seconds_per_step=2.0)
    assert taken == [2, 3, 4, 6]


@pytest.mark.parametrize(("limit", "pace"), [(60.0, 0.1), (3.0, 0.1), (0.5, 0.02), (0.05, 0.08), (600.0, 0.001)])
def test_seconds_are_kept_to_within_a_step(limit, pace):
    calls, taken = walk(Schedule(None, limit, 4), seconds_per_step=pace)
    assert limit <= (sum(calls) - 1) * pace + 1e-9
    assert (sum(calls) - 1) * pace < limit + pace * 1.5
    assert max(calls) <= LARGEST_CALL
    assert taken[-1] == sum(calls)


def test_checkpoints_in_seconds_halve_back_from_the_end():
    _, taken = walk(Schedule(None, 60.0, 4), seconds_per_step=0.1)
    assert [step * 0.1 / 60 for step in taken] == pytest.approx([1 / 8, 1 / 4, 1 / 2, 1], abs=0.06)
