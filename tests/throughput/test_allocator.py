"""What it is worth that helpers keep freed memory: training and drawing with it over without, alternately in one run.

    python -m pytest tests/throughput/test_allocator.py -n 0 --benchmark-enable -s

prints the ratios of throughputs. Without --benchmark-enable both run once on small pictures, to show that they run.
No time is asserted.
"""

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.allocator import KEEP_MEMORY
from bench.execution.helper import environment
from bench.machine import usable_cores

SCRIPT = Path(__file__).with_name("drawing.py")
ROOT = Path(__file__).parents[2]
ROUNDS = 11


@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_kept_memory_against_memory_that_is_handed_back(framework, benchmark):
    side, steps, rounds, threads = (16, 1, 1, 1) if benchmark.disabled else (64, 5, ROUNDS, usable_cores())
    command = [sys.executable, str(SCRIPT), framework, str(side), str(steps), str(threads)]
    kept = {**environment(), **KEEP_MEMORY, "PYTHONPATH": str(ROOT)}
    handed_back = {name: value for name, value in kept.items() if name not in KEEP_MEMORY}
    with ExitStack() as stack:
        pair = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=variables,
                )
            )
            for variables in (kept, handed_back)
        ]

        def ask(process):
            process.stdin.write("\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        found = []

        def both():
            # The machine's speed drifts: each is first in every other round.
            order = (0, 1) if len(found) % 2 else (1, 0)
            answers = {place: ask(pair[place]) for place in order}
            found.append([answers[0], answers[1]])

        benchmark.pedantic(both, rounds=rounds)
    assert len(found) == rounds
    for what in ("train", "draw"):
        ratios = [without[what] / kept_[what] for kept_, without in found]
        assert all(ratio > 0 for ratio in ratios)
        median = statistics.median(ratios)
        benchmark.extra_info[what] = median
        first, _, third = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (median,) * 3
        print(
            f"\n{framework}, {what}: {median:.3f} of the throughput without "
            f"(quartiles {first:.3f} to {third:.3f}, {len(ratios)} pairs)",
            end="",
        )
