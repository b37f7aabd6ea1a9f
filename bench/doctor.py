"""What this machine has and lacks for a run, and what to do about it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from bench import datasets, machine
from bench.datasets.verify import Check, check
from bench.errors import UserError
from bench.paths import cache_folder, data_folder
from bench.quality.availability import scoring_unavailable
from bench.quality.inception_file import find_inception_weights

Verdict = Literal["ok", "note", "missing"]

IMPORTS = {"torch": "torch", "tensorflow": "tensorflow", "torch-fidelity": "torch_fidelity"}
IMPORT_TIMEOUT_SECONDS = 180
ENOUGH_DISK_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and what to do when it is missing."""

    subject: str
    verdict: Verdict
    detail: str


@dataclass(frozen=True)
class Findings:
    """Everything that was looked at."""

    machine: dict[str, Any]
    versions: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def can_run(self) -> bool:
        """Whether a run of anything is possible."""
        return not any(finding.verdict == "missing" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def examine() -> Findings:
    """Look at the machine, the frameworks (each imported in a process of its own), the data and the folders."""
    imports = {package: import_error(module) for package, module in IMPORTS.items()}
    findings = [
        *(_framework(package, error) for package, error in imports.items()),
        _frameworks(imports),
        _scoring(imports),
        _gpu(),
        _inception(),
        *_data(),
        _cache(),
        _disk(),
    ]
    return Findings(machine.fingerprint(), machine.versions(), tuple(findings))


def import_error(module: str) -> str | None:
    """Why a module does not import in a fresh process of this Python, in one line; None when it does."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", f"import {module}"],
            capture_output=True,
            text=True,
            timeout=IMPORT_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"importing {module} takes more than {IMPORT_TIMEOUT_SECONDS} s"
    lines = done.stderr.strip().splitlines()
    return None if done.returncode == 0 else (lines[-1] if lines else f"exit status {done.returncode}")


def _framework(package: str, error: str | None) -> Finding:
    if error is None:
        return Finding(package, "ok", f"{machine.versions((package,)).get(package, '?')} imports")
    return Finding(package, "note", f"{error}; `python -m pip install {package}`")


def _frameworks(imports: dict[str, str | None]) -> Finding:
    working = [name for name in ("torch", "tensorflow") if imports[name] is None]
    if not working:
        return Finding("frameworks", "missing", "neither works: `python -m pip install torch tensorflow`")
    if len(working) == 1:
        return Finding("frameworks", "note", f"{working[0]} alone: the other half of each pair will be skipped")
    return Finding("frameworks", "ok", "both: pairs can be compared")


def _scoring(imports: dict[str, str | None]) -> Finding:
    reason = scoring_unavailable() or imports["torch"] or imports["torch-fidelity"]
    if reason is None:
        return Finding("scoring", "ok", "FD and IS can be computed")
    return Finding(
        "scoring",
        "note",
        f"{reason}; torch and torchvision must come from one release: "
        "`python -m pip install torch torchvision torch-fidelity`",
    )


def _gpu() -> Finding:
    found = machine.gpus()
    if not found:
        return Finding("GPU", "note", "none visible: runs will be on the CPU")
    return Finding("GPU", "ok", ", ".join(gpu["name"] for gpu in found))


def _inception() -> Finding:
    try:
        return Finding("Inception-2015", "ok", str(find_inception_weights()))
    except UserError as error:
        return Finding("Inception-2015", "note", " ".join(str(error).split()))


def _data() -> list[Finding]:
    """Every data set that is here is read and checked."""
    findings = [_data_set(check(source)) for source in datasets.sources().values()]
    named = data_folder()
    if named is not None and not named.is_dir():
        findings.append(Finding("BENCH_DATA", "note", f"{named} is not a folder"))
    return findings


def _data_set(found: Check) -> Finding:
    if found.verdict == "absent":
        return Finding(found.name, "note", f"not here: {found.detail}")
    if found.passed:
        told = found.detail if found.verdict == "repaired" else found.where or found.detail
        return Finding(found.name, "ok", told)
    return Finding(found.name, "note", found.detail)


def _cache() -> Finding:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("cache", "ok", str(folder))
    except OSError as error:
        return Finding("cache", "missing", f"cannot write to {folder} ({error.strerror}): set BENCH_CACHE")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    text = f"{free / 2**30:.0f} GiB free here"
    return Finding("disk", "ok" if free > ENOUGH_DISK_BYTES else "note", text)
