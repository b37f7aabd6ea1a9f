"""What an evaluation takes of a machine: its peak of memory, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCORE = """
import torch
torch.set_num_threads(1)
from bench.datasets import load
from bench.quality.extractors import load_extractor
from bench.quality.ladder import blurred
from bench.quality.score import score
images = load("fashion-mnist")
found = score(blurred(images.train_images[:10_000]), images, load_extractor("domain", images))
# Not ru_maxrss, which a process takes over from the one that started it.
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(found.n, len(images.train_images), len(found.absent), 1024 * int(peak))
"""


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.usefixtures("full_sets")
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel's own count of memory is on Linux")
def test_ten_thousand_against_ten_thousand_stay_below_two_gibibytes(tmp_path: Path) -> None:
    for run in ("features of 60,000 training images taken", "read from the cache"):
        done = subprocess.run(
            [sys.executable, "-c", SCORE],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"BENCH_CACHE": str(tmp_path), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        n, train, absent, peak = map(int, done.stdout.split())
        assert (n, train, absent) == (10_000, 60_000, 2)  # No labels were asked for.
        print(f"{run}: peak {peak / 2**30:.2f} GiB")
        assert peak < 2 * 2**30
