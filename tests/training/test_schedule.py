"""Calls add up to the budget, and checkpoints fall on calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.training.schedule import LARGEST_CALL, Schedule


def walk(schedule, seconds_per_step=0.1):
    """Sizes of the calls, and the steps at which checkpoints were taken."""
    step, seconds, calls, checkpoints = 0, 0.0, [], []
    while not schedule.is_over(step, seconds):
        steps = schedule.next_call(step)
        seconds += 0.0 if step == 0 else steps * seconds_per_step
        step += steps
        calls.append(steps)
        if schedule.is_due(step, seconds, len(checkpoints)):
            checkpoints.append(step)
    return calls, checkpoints


@given(steps=st.integers(2, 5000), checkpoints=st.integers(1, 10))
def test_calls_add_up_and_the_last_checkpoint_is_the_end(steps, checkpoints):
    calls, taken = walk(Schedule(steps, None, checkpoints))
    assert sum(calls) == steps
    assert calls[0] == 1
    assert max(calls) <= LARGEST_CALL
    assert taken[-1] == steps
    assert len(taken) <= checkpoints
    assert taken == sorted(set(taken))


def test_quick_looks_at_halves_of_its_budget_on_whole_calls():
    calls, taken = walk(Schedule(800, None, 5))
    assert taken == [50, 100, 200, 400, 800]
    assert calls == [1, 49, *[50] * 15]


def test_checkpoints_but_the_last_lie_on_multiples_of_the_call():
    schedule = Schedule(1875, None, 8)
    _, taken = walk(schedule)
    assert all(step % schedule.steps_per_call == 0 for step in taken[:-1])


def test_seconds_end_after_the_call_in_which_they_ran_out():
    calls, taken = walk(Schedule(None, 60.0, 4), seconds_per_step=0.1)
    assert (sum(calls) - 1) * 0.1 == pytest.approx(60.0, abs=0.1 * LARGEST_CALL)
    assert taken[-1] == sum(calls)
    assert [round(step * 0.1 / 60, 2) for step in taken] == pytest.approx([1 / 8, 1 / 4, 1 / 2, 1], abs=0.09)
