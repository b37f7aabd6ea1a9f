"""What the harness costs: its loop against a bare loop over the same compiled step, alternately in one run.

    python -m pytest tests/throughput -n 0 --benchmark-enable -s

prints the ratio of throughputs, harness over bare, by wall time and by the training clock; 1 means that the harness
costs nothing. Without --benchmark-enable each loop runs once, to show that it runs. No time is asserted.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from bench.machine import usable_cores

LOOPS = Path(__file__).with_name("loops.py")
ROOT = Path(__file__).parents[2]
STEPS, ROUNDS = 160, 3
"""160 steps are eight calls of 20; `quick` makes calls of 50, so that it costs less than what is printed."""


@pytest.fixture(params=["torch", "tensorflow"])
def framework(request):
    return request.param


@pytest.fixture(params=["gan", "cvae"])
def calls(request, framework, benchmark):
    """A function that trains once and gives the seconds of each call, by kind of loop."""
    steps, threads = (16, 1) if benchmark.disabled else (STEPS, usable_cores())
    command = [sys.executable, str(LOOPS), framework, request.param, str(steps), str(threads)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(threads)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:

        def ask(kind):
            process.stdin.write(f"{kind}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


def compare(calls, benchmark, name, kind, loops):
    """Train some times; print each loop's throughput as a share of the bare loop's, call by call."""
    found = []
    benchmark.pedantic(lambda: found.extend(calls(kind)), rounds=ROUNDS)
    assert found
    for loop in loops:
        ratios = [call["bare"] / call[loop] for call in found]
        assert all(ratio > 0 for ratio in ratios)
        median = statistics.median(ratios)
        benchmark.extra_info[f"{loop}_over_bare"] = median
        first, _, third = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (median,) * 3
        print(
            f"\n{name}: {loop} {median:.3f} of the bare loop's throughput "
            f"(quartiles {first:.3f} to {third:.3f}, {len(ratios)} pairs)",
            end="",
        )


def test_harness_against_bare_loop(calls, benchmark, request):
    compare(calls, benchmark, request.node.callspec.id, "harness", ("harness", "clock"))


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler on a CPU")
@pytest.mark.parametrize("framework", ["torch"], indirect=True)
def test_torch_compile_against_eager(calls, benchmark, request):
    """What decides that `compiled` is eager in PyTorch on a CPU."""
    if benchmark.disabled:
        pytest.skip("compiling takes half a minute: with --benchmark-enable")
    compare(calls, benchmark, request.node.callspec.id, "compiled", ("compiled",))
