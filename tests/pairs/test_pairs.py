"""The two halves of each model compute the same thing: in float64 to rounding, in float32 closely.

The deviation of two tensors is ||a - b|| / max(||b||, floor). In float64 only real differences remain: a disturbance
of 2e-16 grows to about 1e-14 in the 50 steps, so that the tolerances below leave room for rounding and for nothing
else. Float32 is held over one batch only, because training amplifies its rounding without bound.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.training.names import check_names

PROBE = Path(__file__).with_name("probe.py")
ROOT = Path(__file__).parents[2]
FRAMEWORKS = ("torch", "tensorflow")

MODELS = ("gan", "cvae", "cvae[equal]")
SHAPES = ("28x28x1", "16x24x3")
PROOFS = [f"{model}|{shape}|fp64|compiled" for model in MODELS for shape in SHAPES]
PROOFS += [f"{model}|28x28x1|fp64|eager" for model in MODELS]
SINGLES = [f"{model}|28x28x1|fp32|compiled" for model in MODELS]

TOLERANCES = {"losses": 1e-12, "posterior": 1e-12, "bound": 1e-12, "gradients": 1e-11}
TRAJECTORY = {"trajectory": 1e-10, "weights": 1e-10}
# At the first step KL is a small difference of large sums, which costs float32 two of its seven digits.
SINGLE_TOLERANCES = {"losses": 2e-4, "posterior": 1e-5, "bound": 2e-4, "gradients": 1e-4}
FLOOR = 1e-8
"""Below it a tensor counts as zero: its own rounding would be divided by nothing."""


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """What each half found for every case, each half in a process of its own."""
    folder = tmp_path_factory.mktemp("halves")
    for framework in FRAMEWORKS:
        command = [sys.executable, str(PROBE), framework, str(folder / f"{framework}.npz"), *PROOFS, *SINGLES]
        done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    found = {}
    for framework in FRAMEWORKS:
        with np.load(folder / f"{framework}.npz", allow_pickle=False) as arrays:
            found[framework] = dict(arrays)
    return found


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::UserWarning"}


def quantities(half, case, quantity):
    prefix = f"{case}/{quantity}/"
    return {name.removeprefix(prefix): value for name, value in half.items() if name.startswith(prefix)}


def deviations(halves, case, quantity):
    torch, tensorflow = (quantities(halves[framework], case, quantity) for framework in FRAMEWORKS)
    check_names(torch, tensorflow)
    return {
        name: np.linalg.norm(np.ravel(torch[name] - tensorflow[name]))
        / max(np.linalg.norm(np.ravel(tensorflow[name])), FLOOR)
        for name in torch
    }


@pytest.mark.parametrize("case", PROOFS)
def test_a_pair_is_equal_in_float64(halves, case):
    for quantity, tolerance in {**TOLERANCES, **TRAJECTORY}.items():
        for name, deviation in deviations(halves, case, quantity).items():
            assert deviation <= tolerance, f"{quantity}/{name} deviates by {deviation:.1e}"
    for pictures in ("first samples", "samples", "reconstructions"):
        torch, tensorflow = (quantities(halves[framework], case, pictures) for framework in FRAMEWORKS)
        assert torch.keys() == tensorflow.keys()
        for name in torch:
            np.testing.assert_array_equal(torch[name], tensorflow[name], err_msg=pictures)


@pytest.mark.parametrize("case", SINGLES)
def test_a_pair_is_close_in_float32(halves, case):
    for quantity, tolerance in SINGLE_TOLERANCES.items():
        for name, deviation in deviations(halves, case, quantity).items():
            assert deviation <= tolerance, f"{quantity}/{name} deviates by {deviation:.1e}"
    pictures = [quantities(halves[framework], case, "first samples")["pictures"] for framework in FRAMEWORKS]
    levels = np.abs(pictures[0].astype(int) - pictures[1].astype(int))
    assert levels.max() <= 1
    assert (levels > 0).mean() <= 0.001


@pytest.mark.parametrize("case", PROOFS)
def test_the_proof_is_about_something(halves, case):
    """Weights moved, gradients are not all zero, and pictures differ from one another."""
    half = halves["torch"]
    assert all(np.linalg.norm(gradient) > 0 for gradient in quantities(half, case, "gradients").values())
    losses = quantities(half, case, "trajectory")
    assert all(len(np.unique(values)) == len(values) == 50 for values in losses.values())
    assert len(np.unique(quantities(half, case, "samples")["pictures"], axis=0)) > 1


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("case", PROOFS)
def test_a_stored_state_resumes_exactly(halves, framework, case):
    resumed = quantities(halves[framework], case, "resumed")
    assert resumed["moved"] > 0
    assert resumed["apart"] == 0


@pytest.mark.parametrize("model", MODELS)
def test_compiled_and_eager_are_one_model(halves, model):
    """The mode that ships computes what the eager one does, to rounding."""
    for framework in FRAMEWORKS:
        half = halves[framework]
        for quantity, tolerance in {**TOLERANCES, **TRAJECTORY}.items():
            compiled = quantities(half, f"{model}|28x28x1|fp64|compiled", quantity)
            for name, value in quantities(half, f"{model}|28x28x1|fp64|eager", quantity).items():
                apart = np.linalg.norm(np.ravel(compiled[name] - value)) / max(np.linalg.norm(np.ravel(value)), FLOOR)
                assert apart <= tolerance, f"{framework}: {quantity}/{name} deviates by {apart:.1e}"
