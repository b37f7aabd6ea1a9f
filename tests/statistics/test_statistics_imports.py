"""Importing the statistics costs nothing: NumPy and SciPy come with the first use."""

import pkgutil
import subprocess
import sys
from pathlib import Path

from bench import statistics

ROOT = Path(__file__).parents[2]


def test_importing_them_imports_neither_numpy_nor_scipy():
    modules = [f"bench.statistics.{module.name}" for module in pkgutil.iter_modules(statistics.__path__)]
    assert len(modules) > 10
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "bench" in loaded
    assert not loaded & {"numpy", "scipy", "pandas", "torch", "tensorflow"}
