"""The two halves of each model are one model: what `python -m bench verify` proves, proved.

The modes that ship are all held to it; eager TensorFlow, which is slow, for two models that use both optimisers and
both kinds of engine.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.models import every_choice
from bench.proof.cases import SHAPES, written
from bench.proof.tolerances import TOLERANCES

ROOT = Path(__file__).parents[2]
EVERY = [choice.text for choice in every_choice()]
IN_BOTH_MODES = ["gan", "cvae"]
ALWAYS = {"losses", "gradients", "samples", "levels"}
TRAINED = {"trajectory", "weights", "long call", "resumed"}
ENCODED = {"posterior", "bound"}

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
    """Rows and exit status of every model in the mode that ships."""
    return verify(tmp_path_factory.mktemp("cache"), "--mode", "compiled")


@pytest.mark.parametrize("model", EVERY)
def test_a_pair_is_proved_in_every_quantity(proof, model):
    rows = [row for row in proof[0] if row["model"] == model]
    assert [f"{row['quantity']} {row['deviation']} {row['where']}" for row in rows if not row["passed"]] == []
    encoded = ENCODED if "posterior" in {row["quantity"] for row in rows} else set()
    assert bool(encoded) == (model not in ("gan", "dcgan"))
    for shape in map(written, SHAPES):
        for precision, expected in (("fp64", ALWAYS | TRAINED | encoded), ("fp32", ALWAYS | encoded)):
            mine = [row for row in rows if (row["shape"], row["precision"]) == (shape, precision)]
            assert {row["quantity"] for row in mine} == expected
            assert len(mine) == len(expected)


def test_the_command_says_that_all_is_proved(proof):
    assert proof[1] == 0
    assert {row["mode"] for row in proof[0]} == {"compiled"}
    assert {row["between"] for row in proof[0]} == {"torch, tensorflow"}


def test_the_proof_is_about_two_frameworks(proof):
    """Two frameworks never round alike throughout: a proof whose deviations are all zero compared a half to itself."""
    gradients = [row for row in proof[0] if row["quantity"] == "gradients" and row["precision"] == "fp32"]
    assert all(row["deviation"] > 0 for row in gradients)


def test_both_modes_of_a_half_are_one_model(tmp_path):
    rows, status = verify(tmp_path, "--models", ",".join(IN_BOTH_MODES))
    assert status == 0
    assert all(row["passed"] for row in rows)
    for model in IN_BOTH_MODES:
        between = {(row["mode"], row["between"]) for row in rows if row["model"] == model}
        assert ("eager", "tensorflow: eager, compiled") in between
        assert ("eager", "torch, tensorflow") in between
    assert {row["quantity"] for row in rows} <= TOLERANCES["fp64"].keys()
