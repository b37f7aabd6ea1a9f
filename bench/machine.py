"""The machine: what it is, what is installed on it, and whether it can do what a study asks."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from bench import allocator
from bench.errors import UserError

REPORTED = (
    "pairbench",
    "torch",
    "torchvision",
    "torch-fidelity",
    "tensorflow",
    "keras",
    "numpy",
    "scipy",
    "pillow",
    "safetensors",
)
"""Packages whose versions stand in every result."""

RELEVANT = {
    "torch": ("torch", "torchvision", "torch-fidelity", "numpy"),
    "tensorflow": ("tensorflow", "keras", "numpy"),
}
"""Packages that a trial of each framework runs on."""

_ASK_VERSIONS = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def fingerprint() -> dict[str, Any]:
    """What this machine is; `fingerprint` in it is a short hash of what makes times comparable."""
    import psutil

    facts: dict[str, Any] = {
        "cpu": cpu_name(),
        "cores": usable_cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "os": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "python": platform.python_version(),
        "gpus": gpus(),
        "allocator": allocator.settings(),
    }
    comparable = json.dumps([facts[name] for name in ("cpu", "cores", "gpus", "allocator")], sort_keys=True)
    return {**facts, "fingerprint": hashlib.sha256(comparable.encode()).hexdigest()[:12]}


def cpu_name() -> str:
    """The processor's name as the kernel gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def usable_cores() -> int:
    """Cores that this process may use: by its affinity, and by the quota of its control group (cgroup v2)."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, round(int(quota) / int(period))))


@functools.cache
def gpus() -> list[dict[str, Any]]:
    """NVIDIA GPUs by NVML: name, memory, driver. An empty list where there is none or no driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        # A driver that answers in part (MIG, some virtual GPUs) counts as no GPU that can be named.
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        driver = pynvml.nvmlSystemGetDriverVersion()
        return [
            {
                "name": pynvml.nvmlDeviceGetName(handle),
                "memory_bytes": int(pynvml.nvmlDeviceGetMemoryInfo(handle).total),
                "driver": driver,
            }
            for handle in handles
        ]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def versions(packages: tuple[str, ...] = REPORTED, interpreter: str | None = None) -> dict[str, str]:
    """Versions of those packages that are installed, for this or another Python interpreter."""
    # Compared as written: the interpreters of two virtual environments are links to one file.
    if interpreter is not None and Path(interpreter).absolute() != Path(sys.executable).absolute():
        return _versions_elsewhere(packages, interpreter)
    found = {}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _versions_elsewhere(packages: tuple[str, ...], interpreter: str) -> dict[str, str]:
    try:
        done = subprocess.run(
            [interpreter, "-c", _ASK_VERSIONS, *packages],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        found: dict[str, str] = json.loads(done.stdout)
    except OSError as error:
        raise UserError(f"cannot use the interpreter {interpreter}: {error.strerror}") from None
    except (subprocess.SubprocessError, json.JSONDecodeError):
        raise UserError(f"cannot use the interpreter {interpreter}: it is no working Python") from None
    return found


def framework_versions(framework: str, interpreter: str | None = None) -> dict[str, str] | None:
    """Versions of what a framework's trials run on, or None where the framework is not installed."""
    found = versions(RELEVANT[framework], interpreter)
    return found if framework in found else None


def sees_gpu(framework: str, interpreter: str | None = None) -> bool:
    """Whether a framework can use a GPU, asked in a process of its own because asking imports it."""
    ask = {
        "torch": "import torch; found = torch.cuda.is_available()",
        "tensorflow": "import tensorflow as tf; found = bool(tf.config.list_physical_devices('GPU'))",
    }
    command = [interpreter or sys.executable, "-c", f"{ask[framework]}; raise SystemExit(0 if found else 1)"]
    try:
        return subprocess.run(command, capture_output=True, timeout=180, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def resolve_device(asked: str, precision: str) -> str:
    """`auto` -> cuda where there is a GPU, else cpu; refuses what this machine cannot do."""
    present = bool(gpus())
    if asked == "cuda" and not present:
        raise UserError("--device cuda: no NVIDIA GPU is visible on this machine; use --device cpu")
    device = "cuda" if present and asked != "cpu" else "cpu"
    if precision == "tf32" and device == "cpu":
        raise UserError("--precision tf32 is a format of NVIDIA GPUs and this run is on a CPU; use fp32")
    return device


def git_state(folder: Path) -> dict[str, Any] | None:
    """The commit of the code and whether its files are as committed; None where it is no git checkout.

    Files that git does not know do not count: pictures and reports lie about in many a checkout.
    """

    def ask(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()

    try:
        # Installed into an environment inside somebody's checkout, the code is not of that checkout.
        ask("ls-files", "--error-unmatch", ".")
        return {"commit": ask("rev-parse", "HEAD"), "clean": not ask("status", "--porcelain", "-uno")}
    except (OSError, subprocess.SubprocessError):
        return None
