"""What the harness costs: its loop against a bare loop over the same compiled step, alternately in one run.

    python -m pytest tests/throughput -n 0 --benchmark-enable -s

prints the ratio of throughputs, harness over bare, by wall time and by the training clock; 1 means that the harness
costs nothing. Without --benchmark-enable each loop runs once, to show that it runs. No time is asserted.
"""

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
STEPS, ROUNDS = 100, 7


@pytest.fixture(params=["torch", "tensorflow"])
def framework(request):
    return request.param


@pytest.fixture(params=["gan", "cvae"])
def seconds(request, framework, benchmark):
    """A function that runs one of the loops and says how long it took."""
    steps, threads = (10, 1) if benchmark.disabled else (STEPS, usable_cores())
    command = [sys.executable, str(LOOPS), framework, request.param, str(steps), str(threads)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(threads)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:

        def ask(loop):
            process.stdin.write(f"{loop}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield ask
        process.stdin.close()


def compare(loops, seconds, benchmark, name):
    """Run the bare loop and others alternately; print each one's throughput as a share of the bare loop's."""
    taken = {loop: [] for loop in ("bare", *loops)}

    def note(loop):
        taken[loop].append(seconds(loop))

    def others():
        for loop in ("bare", *loops[1:]):
            note(loop)

    benchmark.pedantic(note, args=(loops[0],), setup=others, rounds=ROUNDS)
    for loop in loops:
        ratios = [bare / other for bare, other in zip(taken["bare"], taken[loop], strict=True)]
        assert all(ratio > 0 for ratio in ratios)
        benchmark.extra_info[f"{loop}_over_bare"] = statistics.median(ratios)
        print(
            f"\n{name}: {loop} {statistics.median(ratios):.3f} of the bare loop's throughput "
            f"({min(ratios):.3f} to {max(ratios):.3f}, {len(ratios)} pairs)",
            end="",
        )


def test_harness_against_bare_loop(seconds, benchmark, request):
    compare(("harness", "clock"), seconds, benchmark, request.node.callspec.id)


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler on a CPU")
@pytest.mark.parametrize("framework", ["torch"], indirect=True)
def test_torch_compile_against_eager(seconds, benchmark, request):
    """What decides that `compiled` is eager in PyTorch on a CPU."""
    if benchmark.disabled:
        pytest.skip("compiling takes half a minute: with --benchmark-enable")
    seconds("compiled")
    compare(("compiled",), seconds, benchmark, request.node.callspec.id)
