"""Verdicts need no framework, and importing them costs no NumPy either."""

import pkgutil
import subprocess
import sys
from pathlib import Path

from bench import verdict

ROOT = Path(__file__).parents[2]


def test_importing_them_imports_neither_frameworks_nor_numpy():
    modules = [module.name for module in pkgutil.walk_packages(verdict.__path__, "bench.verdict.")]
    assert len(modules) > 20
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "bench" in loaded
    assert not loaded & {"numpy", "scipy", "pandas", "torch", "tensorflow"}
