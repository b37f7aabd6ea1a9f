"""The machine says what it is, and refuses what it cannot do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata

import pytest

from bench import machine
from bench.errors import UserError


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: [{"name": "A GPU", "memory_bytes": 1, "driver": "1"}])


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(machine, "gpus", list)


def test_the_fingerprint_is_json_and_changes_with_what_makes_times_comparable(no_gpu, monkeypatch):
    facts = machine.fingerprint()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["cpu"]
    assert facts["cores"] >= 1
    assert machine.fingerprint()["fingerprint"] == facts["fingerprint"]
    monkeypatch.setenv("MALLOC_ARENA_MAX", "3")
    other = machine.fingerprint()["fingerprint"]
    assert other != facts["fingerprint"]
    monkeypatch.setattr(machine, "usable_cores", lambda: 1_000)
    assert machine.fingerprint()["fingerprint"] not in (other, facts["fingerprint"])


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs a system that pins processes to cores")
def test_cores_are_those_that_this_process_may_use():
    allowed = os.sched_getaffinity(0)
    program = "from bench.machine import usable_cores; print(usable_cores())"
    pin = f"import os; os.sched_setaffinity(0, {{{min(allowed)}}}); {program}"
    assert int(subprocess.check_output([sys.executable, "-c", pin])) == 1
    assert machine.usable_cores() == len(allowed)


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize(("asked", "device"), [("auto", "cuda"), ("cuda", "cuda"), ("cpu", "cpu")])
def test_devices_where_there_is_a_gpu(asked, device):
    assert machine.resolve_device(asked, "fp32") == device


@pytest.mark.usefixtures("gpu")
def test_tf32_needs_the_gpu_to_be_used():
    assert machine.resolve_device("auto", "tf32") == "cuda"
    with pytest.raises(UserError, match="tf32"):
        machine.resolve_device("cpu", "tf32")


@pytest.mark.usefixtures("no_gpu")
def test_devices_where_there_is_no_gpu():
    assert machine.resolve_device("auto", "fp32") == machine.resolve_device("cpu", "fp64") == "cpu"
    with pytest.raises(UserError, match=r"--device cuda: no NVIDIA GPU is visible.*use --device cpu"):
        machine.resolve_device("cuda", "fp32")
    with pytest.raises(UserError, match=r"--precision tf32 is a format of NVIDIA GPUs.*use fp32"):
        machine.resolve_device("auto", "tf32")


@pytest.mark.parametrize(("program", "sees"), [("exit 0", True), ("exit 1", False), (None, False)])
@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_whether_a_framework_sees_the_gpu_is_asked_in_its_own_interpreter(tmp_path, framework, program, sees):
    other = tmp_path / "python"
    if program is not None:
        other.write_text(f'#!/bin/sh\necho "$2" >{tmp_path}/asked\n{program}\n')
        other.chmod(0o755)
    assert machine.sees_gpu(framework, str(other)) is sees
    if program is not None:
        assert f"import {framework}" in (tmp_path / "asked").read_text()


def test_versions_are_those_of_what_is_installed():
    assert machine.versions(("numpy", "no-such-package")) == {"numpy": metadata.version("numpy")}


def test_a_framework_that_is_not_installed_has_no_versions(monkeypatch):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(machine.metadata, "version", nothing)
    assert machine.framework_versions("torch") is None
    monkeypatch.setattr(machine.metadata, "version", lambda name: "9.9")
    assert machine.framework_versions("tensorflow") == {"tensorflow": "9.9", "keras": "9.9", "numpy": "9.9"}


def test_another_interpreter_is_asked_itself_even_if_it_is_a_link_to_the_same_file(tmp_path, monkeypatch):
    """As the interpreters of two virtual environments are."""
    other = tmp_path / "python"
    other.write_text(f"#!/bin/sh\necho '{json.dumps({'numpy': '0.1'})}'\n")
    other.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(other)
    monkeypatch.setattr(sys, "executable", str(other))
    assert machine.versions(("numpy",), str(link)) == {"numpy": "0.1"}
    assert machine.versions(("numpy",), str(other)) == {"numpy": metadata.version("numpy")}


@pytest.mark.parametrize(
    ("program", "reason"),
    [(None, "No such file or directory"), ("exit 1", "it is no working Python"), ("echo x", "it is no working Python")],
)
def test_an_interpreter_that_does_not_work_is_an_error_of_one_line(tmp_path, program, reason):
    other = tmp_path / "python"
    if program is not None:
        other.write_text(f"#!/bin/sh\n{program}\n")
        other.chmod(0o755)
    with pytest.raises(UserError) as error:
        machine.framework_versions("torch", str(other))
    assert str(error.value) == f"cannot use the interpreter {other}: {reason}"


def git(folder, *words):
    names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, "-C", str(folder), *words], check=True, capture_output=True)


def test_the_commit_is_that_of_the_code_and_of_no_checkout_around_it(tmp_path):
    code, installed = tmp_path / "bench", tmp_path / "venv/bench"
    for folder in (code, installed):
        folder.mkdir(parents=True)
        (folder / "a.py").write_text("1")
    assert machine.git_state(code) is None
    git(tmp_path, "init")
    assert machine.git_state(code) is None
    git(tmp_path, "add", "bench")
    git(tmp_path, "commit", "-m", "first")
    state = machine.git_state(code)
    assert state is not None
    assert len(state["commit"]) == 40
    assert machine.git_state(installed) is None
    (code / "a.py").write_text("2")
    assert machine.git_state(code) == {**state, "clean": False}
