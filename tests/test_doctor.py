"""The doctor says what is missing and what to do about it."""

from __future__ import annotations

import json
import subprocess

import pytest

from bench import doctor, machine


@pytest.fixture
def broken(monkeypatch):
    """Say which packages do not import; no process is started."""

    def name(*packages):
        errors = {doctor.IMPORTS[package]: f"No module named '{package}'" for package in packages}
        monkeypatch.setattr(doctor, "import_error", errors.get)
        monkeypatch.setattr(doctor, "scoring_unavailable", lambda: None)
        monkeypatch.setattr(machine, "gpus", list)

    return name


def verdicts(findings):
    return {finding.subject: finding.verdict for finding in findings.findings}


def detail(findings, subject):
    return next(finding.detail for finding in findings.findings if finding.subject == subject)


def test_a_whole_installation_can_run(broken):
    broken()
    findings = doctor.examine()
    assert findings.can_run
    found = verdicts(findings)
    assert found["torch"] == found["tensorflow"] == found["frameworks"] == found["scoring"] == "ok"
    assert found["mnist-mini"] == "ok"
    assert found["GPU"] == "note"
    assert json.loads(json.dumps(findings.as_json()))["findings"][0]["subject"] == "torch"


def test_one_framework_is_enough_to_run(broken):
    broken("tensorflow")
    findings = doctor.examine()
    assert findings.can_run
    assert verdicts(findings)["tensorflow"] == "note"
    assert detail(findings, "tensorflow").endswith("`python -m pip install tensorflow`")
    assert detail(findings, "frameworks") == "torch alone: the other half of each pair will be skipped"


def test_none_is_not(broken):
    broken("torch", "tensorflow")
    findings = doctor.examine()
    assert not findings.can_run
    assert verdicts(findings)["frameworks"] == "missing"


def test_scores_that_cannot_be_computed_are_told_with_the_command_that_mends_it(broken):
    broken("torch-fidelity")
    findings = doctor.examine()
    assert findings.can_run
    assert verdicts(findings)["scoring"] == "note"
    assert "`python -m pip install torch torchvision torch-fidelity`" in detail(findings, "scoring")


def test_a_cache_that_cannot_be_written_to_is_missing(broken, monkeypatch, tmp_path):
    broken()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file/cache"))
    findings = doctor.examine()
    assert not findings.can_run
    assert "set BENCH_CACHE" in detail(findings, "cache")


def test_every_finding_is_one_line(broken):
    broken("torch")
    assert not any("\n" in finding.detail for finding in doctor.examine().findings)


def test_a_module_is_imported_in_a_process_of_its_own():
    assert doctor.import_error("json") is None
    assert doctor.import_error("no_such_module") == "ModuleNotFoundError: No module named 'no_such_module'"


def test_an_import_that_takes_for_ever_is_told(monkeypatch):
    def run(*_, timeout, **__):
        raise subprocess.TimeoutExpired("python", timeout)

    monkeypatch.setattr(doctor.subprocess, "run", run)
    assert doctor.import_error("torch") == "importing torch takes more than 180 s"
