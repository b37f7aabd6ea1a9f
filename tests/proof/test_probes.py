"""Both slots work as long as that is worth it, and nothing is left of them: see `tests/execution/fake_probe.py`."""

import threading

import psutil
import pytest

from bench.execution.helper import Helper
from bench.models import choose
from bench.proof import probes
from bench.proof.cases import cases
from bench.proof.place import Place
from bench.proof.probes import carried_out

HERE = Place(probe="fake_probe")
FOUR = cases([choose("gan")], "fp32", ["compiled"])
EIGHT = cases([choose("gan")], "fp32", ["compiled", "eager"])


@pytest.fixture
def behave(fakes, tmp_path, monkeypatch):
    """A function that says what each half does with its cases."""
    monkeypatch.setenv("FAKE_PROBE_ASKED", str(tmp_path / "cases.txt"))

    def behave(**behaviours):
        for framework, behaviour in behaviours.items():
            monkeypatch.setenv(f"FAKE_PROBE_{framework.upper()}", behaviour)

    return behave


@pytest.fixture
def asked(tmp_path):
    """The processes of one half that were asked for a case, in order."""

    def asked(framework):
        lines = [line.split() for line in (tmp_path / "cases.txt").read_text().splitlines()]
        return [int(pid) for half, *_, pid in lines if half == framework]

    return asked


@pytest.fixture
def started(monkeypatch):
    """The halves of which a process was started, in order, with how many others ran then."""
    helpers, started = [], []

    class Noted(Helper):
        def __init__(self, module, framework, *arguments, **options):
            started.append((framework, sum(helper.is_alive for helper in helpers)))
            super().__init__(module, framework, *arguments, **options)
            helpers.append(self)

    monkeypatch.setattr(probes, "Helper", Noted)
    return started


def slots():
    return [thread for thread in threading.enumerate() if thread.name.startswith("proof-")]


@pytest.mark.parametrize(("slow", "fast"), [("tensorflow", "torch"), ("torch", "tensorflow")])
def test_a_slot_that_is_done_helps_the_other_half(behave, asked, started, slow, fast):
    # The first process of the slow half answers once nine cases besides its own are asked for: one by a second process.
    behave(**{slow: "after 10"})
    outcomes = list(carried_out(EIGHT, HERE))
    assert [case for case, _, _ in outcomes] == EIGHT
    assert all(not failures for _, _, failures in outcomes)
    assert len(asked(slow)) == len(asked(fast)) == 8, "every case is carried out once"
    assert len(set(asked(slow))) == 2
    assert len(set(asked(fast))) == 1
    assert sorted(half for half, _ in started) == sorted([slow, slow, fast])
    assert max(running for _, running in started) == 1, "never more than two at once"


def test_outcomes_keep_the_order_of_the_cases(behave, asked):
    # The first case waits for the second process, whose own first case is the second and fails.
    behave(tensorflow="after 10 in compiled, failed in eager")
    outcomes = list(carried_out(EIGHT, HERE))
    assert [case for case, _, _ in outcomes] == EIGHT
    assert [list(failures) for _, _, failures in outcomes] == [[], ["tensorflow"]] * 4
    assert len(set(asked("tensorflow"))) == 2


def test_a_few_cases_are_not_worth_a_start(behave, asked, started):
    behave(tensorflow="after 5")  # until the other half has nothing left
    assert len(list(carried_out(FOUR, HERE))) == 4
    assert sorted(half for half, _ in started) == ["tensorflow", "torch"]


def test_a_process_that_died_is_started_again(behave, asked):
    behave(tensorflow="sigkill in eager")
    outcomes = list(carried_out(EIGHT, HERE))
    assert [list(failures) for _, _, failures in outcomes] == [[], ["tensorflow"]] * 4
    assert all("SIGKILL" in reason for _, _, failures in outcomes for reason in failures.values())
    assert len(asked("tensorflow")) == 8


def test_a_half_that_hangs_is_given_up_case_by_case(behave, monkeypatch):
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 0.1)
    behave(torch="hang", tensorflow="hang")
    reason = "no answer within 0.1 s"
    assert [failures for _, _, failures in carried_out(FOUR, HERE)] == [{"torch": reason, "tensorflow": reason}] * 4


def test_a_half_that_cannot_be_started_says_so_of_every_case_and_its_slot_helps(behave, asked):
    behave(tensorflow="after 2")
    place = Place(probe="fake_probe", interpreters={"torch": "/nowhere/python"})
    reasons = [failures for _, _, failures in carried_out(EIGHT, place)]
    assert [list(failures) for failures in reasons] == [["torch"]] * 8
    assert all("cannot start /nowhere/python" in failures["torch"] for failures in reasons)
    assert len(set(asked("tensorflow"))) == 2


def test_files_are_removed_once_they_are_read(behave, tmp_path, monkeypatch):
    monkeypatch.setattr(probes.tempfile, "tempdir", str(tmp_path))
    with_files = [len(list(tmp_path.glob("pairbench-proof-*/*.npz"))) for _ in carried_out(FOUR, HERE)]
    assert with_files[-1] == 0
    assert not list(tmp_path.glob("pairbench-proof-*"))


def test_closed_early_it_leaves_nothing_behind(behave, asked, started):
    behave(torch="hang in eager", tensorflow="hang in eager")
    outcomes = carried_out(EIGHT, HERE)
    next(outcomes)
    assert len(slots()) == 2
    outcomes.close()
    assert not slots()
    assert len(started) == 2, "a slot that is being closed starts nothing more"
    assert not any(psutil.pid_exists(pid) for half in ("torch", "tensorflow") for pid in asked(half))


def test_what_breaks_a_slot_is_raised(behave, monkeypatch):
    class Broken:
        def __init__(self, *_, **__):
            raise RuntimeError("no helper like this")

    monkeypatch.setattr(probes, "Helper", Broken)
    with pytest.raises(RuntimeError, match="no helper like this"):
        list(carried_out(FOUR, HERE))
    assert not slots()
