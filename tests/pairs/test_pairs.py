"""The two halves of each model are one model: what `python -m bench verify` proves, proved.

The command as it is typed without options: every model, both shapes, float64 and float32, both modes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.models import every_choice
from bench.proof.cases import cases, written

ROOT = Path(__file__).parents[2]
EVERY = [choice.text for choice in every_choice()]
MODES = ("compiled", "eager")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def verify(folder, *arguments):
    """The rows that the command prints as JSON, and its exit status."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BENCH_CACHE": str(folder)}
    command = [sys.executable, "-m", "bench", "verify", "--device", "cpu", "--json", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout), done.returncode


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    """Rows and exit status."""
    return verify(tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("model", EVERY)
def test_a_pair_is_proved_in_every_quantity(proof, model):
    rows = [row for row in proof[0] if row["model"] == model]
    assert [f"{row['quantity']} {row['deviation']} {row['where']}" for row in rows if not row["passed"]] == []
    (choice,) = (choice for choice in every_choice() if choice.text == model)
    for case in cases([choice], "fp32", MODES):
        subject = (written(case.image_shape), case.precision, case.mode)
        mine = [row for row in rows if (row["shape"], row["precision"], row["mode"]) == subject]
        between = {"torch, tensorflow"}
        if case.mode == "eager":
            between |= {"torch: eager, compiled", "tensorflow: eager, compiled"}
        assert {(row["between"], row["quantity"]) for row in mine} == {
            (pair, quantity) for pair in between for quantity in case.quantities
        }


def test_the_command_says_that_all_is_proved(proof):
    assert proof[1] == 0
    assert {row["model"] for row in proof[0]} == set(EVERY)


def test_the_proof_is_about_two_frameworks(proof):
    """Two frameworks never round alike throughout: a proof whose deviations are all zero compared a half to itself."""
    rows = [row for row in proof[0] if row["between"] == "torch, tensorflow"]
    gradients = [row for row in rows if row["quantity"] == "gradients" and row["precision"] == "fp32"]
    assert all(row["deviation"] > 0 for row in gradients)
