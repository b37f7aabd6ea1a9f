"""Proving, with halves that only pretend to be frameworks: see `tests/execution/fake_probe.py`."""

import os
import threading

import pytest

from bench.models import choose
from bench.proof import certificate, certify, find_certificate, verify
from bench.proof.place import Place

GAN, CVAE = choose("gan"), choose("cvae")
HERE = Place(probe="fake_probe")


@pytest.fixture(autouse=True)
def probes(fakes, cpu_host, tmp_path, monkeypatch):
    certificate._versions.cache_clear()
    monkeypatch.setenv("FAKE_PROBE_ASKED", str(tmp_path / "cases.txt"))
    yield
    certificate._versions.cache_clear()


@pytest.fixture
def asked(tmp_path):
    """The cases that were asked for, in order."""
    path = tmp_path / "cases.txt"
    return lambda: path.read_text().splitlines() if path.exists() else []


def quietly(found):
    assert found


def test_every_mode_is_held_against_the_other_half_and_against_the_other_mode(asked):
    reported = []
    rows = verify([GAN], ["compiled", "eager"], HERE, reported.append)
    assert all(row.passed for row in rows)
    assert {row.model_dump_json() for case in reported for row in case} == {row.model_dump_json() for row in rows}
    assert {(row.mode, row.between) for row in rows} == {
        ("compiled", "torch, tensorflow"),
        ("eager", "torch, tensorflow"),
        ("eager", "torch: eager, compiled"),
        ("eager", "tensorflow: eager, compiled"),
    }
    assert len(asked()) == 2 * 8


def test_what_was_verified_is_not_proved_again_by_a_run(asked):
    verify([GAN], ["compiled"], HERE, quietly)
    before = len(asked())
    certificates = certify([GAN, CVAE], "compiled", HERE, quietly)
    assert {text: found.passed for text, found in certificates.items()} == {"gan": True, "cvae": True}
    assert {line.split()[1] for line in asked()[before:]} == {"cvae"}
    certify([GAN, CVAE], "compiled", HERE, quietly)
    assert len(asked()) == 2 * before


@pytest.mark.parametrize("behaviour", ["off", "nan"])
def test_a_half_that_differs_is_not_proved(monkeypatch, behaviour):
    monkeypatch.setenv("FAKE_PROBE_TENSORFLOW", behaviour)
    rows = verify([GAN], ["compiled"], HERE, quietly)
    assert {row.quantity for row in rows if not row.passed} >= {"losses", "gradients"}
    assert find_certificate(GAN, "compiled", HERE) is None


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("failed", "torch: ValueError: no such layer"), ("sigkill", "torch: the process was killed by SIGKILL")],
)
def test_a_half_that_breaks_is_a_failed_proof_and_not_the_end(monkeypatch, asked, behaviour, reason):
    monkeypatch.setenv("FAKE_PROBE_TORCH", behaviour)
    rows = verify([GAN], ["compiled"], HERE, quietly)
    assert len(rows) == 4
    assert all(not row.passed and row.where.startswith(reason) for row in rows)
    assert len(asked()) == 8


def test_an_interpreter_that_is_not_there_is_a_failed_proof():
    place = Place(probe="fake_probe", interpreters={"torch": "/nowhere/python"})
    assert os.path.lexists("/nowhere") is False
    rows = certify([GAN], "compiled", place, quietly)["gan"].rows
    assert all("cannot start /nowhere/python" in row.where for row in rows)


def test_what_is_proved_before_an_interrupt_is_kept(asked):
    def interrupt(rows):
        if rows[0].model == "cvae":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify([GAN, CVAE], ["compiled"], HERE, interrupt)
    assert find_certificate(GAN, "compiled", HERE) is not None
    assert find_certificate(CVAE, "compiled", HERE) is None


def test_an_announcement_that_fails_ends_the_processes(monkeypatch):
    monkeypatch.setenv("FAKE_PROBE_TORCH", "hang in cvae")

    def broken(made):
        raise RuntimeError(made.model)

    with pytest.raises(RuntimeError) as raised:
        certify([GAN, CVAE], "compiled", HERE, broken)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("proof-")]
    assert str(raised.value) == "gan", "held until here, and all frames with it: nothing ended by being forgotten"


def test_a_certificate_is_announced_as_soon_as_it_is_made():
    made = []
    certify([GAN, CVAE], "eager", HERE, made.append)
    assert [(certificate.model, certificate.passed) for certificate in made] == [("gan", True), ("cvae", True)]
