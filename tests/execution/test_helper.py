"""A helper answers, and however it ends is said; nothing that it started outlives it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench import allocator
from bench.execution import helper as module
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.machine import fingerprint


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs/echo.txt"


@pytest.fixture
def echo(fakes, log: Path) -> Iterator[Helper]:
    helper = Helper("echo", log=log)
    yield helper
    helper.kill()


def soon() -> float:
    return time.monotonic() + 60


def gone(pid: int) -> bool:
    """Whether a process is no more, or is a zombie that nobody has collected yet."""
    for _ in range(500):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_it_answers_in_order_and_leaves_when_the_conversation_ends(echo):
    for number in range(3):
        echo.send({"number": number})
    assert [echo.receive(soon())["number"] for _ in range(3)] == [0, 1, 2]
    assert echo.is_alive
    echo.close()
    assert not echo.is_alive
    assert gone(echo.pid)


def test_what_is_printed_goes_to_the_log_and_not_into_the_answers(echo, log):
    echo.send({"do": "print"})
    assert echo.receive(soon()) == {"do": "print"}
    echo.close()
    assert sorted(log.read_text().splitlines()) == ["printed by C", "printed by Python"]


def test_its_exit_status_and_last_words_are_told(echo):
    echo.send({"do": "die", "status": 7})
    with pytest.raises(
        HelperDiedError, match=r"^the process ended with exit status 7; the end of its log: last words$"
    ):
        echo.receive(soon())


def test_last_words_are_looked_for_where_the_helper_says_it_prints(echo, tmp_path):
    echo.log = tmp_path / "other.txt"
    echo.log.write_text("other words\n")
    echo.send({"do": "be killed"})
    with pytest.raises(HelperDiedError, match=r"killed by SIGKILL; the end of its log: other words$"):
        echo.receive(soon())


def test_a_request_to_a_dead_helper_is_an_answer_too(echo):
    psutil.Process(echo.pid).kill()
    assert gone(echo.pid)
    with pytest.raises(HelperDiedError, match=r"SIGKILL.*\(empty\)$"):
        echo.send({"long": "x" * 2**20})  # more than fits into the pipe


@pytest.mark.parametrize("what", ["half a line", "rubbish"])
def test_what_is_no_answer_is_passed_over(echo, what):
    echo.send({"do": what})
    if what == "rubbish":
        assert echo.receive(soon()) == {"do": what}
    else:
        with pytest.raises(HelperDiedError, match="exit status 1"):
            echo.receive(soon())


def test_a_helper_that_closes_its_output_and_lives_on_is_ended(echo, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)
    echo.send({"do": "close output"})
    with pytest.raises(HelperDiedError, match="lived on and was killed"):
        echo.receive(soon())
    assert gone(echo.pid)


def test_a_timeout_ends_the_helper_and_what_it_started(echo):
    echo.send({"do": "start a child"})
    child = echo.receive(soon())["child"]
    echo.send({"do": "hang"})
    with pytest.raises(HelperTimeoutError):
        echo.receive(time.monotonic() + 0.1)
    assert gone(echo.pid)
    assert gone(child)


def test_a_child_that_the_helper_leaves_behind_is_ended_with_it(echo):
    echo.send({"do": "start a child"})
    child = echo.receive(soon())["child"]
    echo.close()
    assert gone(child)


def test_a_helper_that_does_not_leave_is_killed(echo, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)
    echo.send({"do": "hang"})
    echo.close()
    assert gone(echo.pid)


def test_an_error_inside_its_context_ends_it_at_once(fakes, log):
    helper = Helper("echo", log=log)

    def broken_off() -> None:
        with helper:
            helper.send({"do": "hang"})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert gone(helper.pid)


def test_a_module_that_does_not_start_says_why(fakes, log):
    with Helper("echo", "refuse", log=log) as helper, pytest.raises(HelperDiedError, match=r"status 1.*no such thing"):
        helper.receive(soon())


def test_its_allocator_is_told_what_the_machine_s_record_says(fakes, log, monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "3")
    told = allocator.settings()
    with Helper("echo", log=log) as helper:
        helper.send({"do": "show environment", "names": list(told)})
        assert helper.receive(soon()) == told == fingerprint()["allocator"]


def test_an_interpreter_that_is_not_there_says_so(log):
    with pytest.raises(HelperDiedError, match=r"^cannot start /nowhere/python: No such file"):
        Helper("echo", log=log, interpreter="/nowhere/python")
