"""What `verify` must see: a model of which one half is slightly wrong does not pass.

Each mutant is one wrong change to one half. The other half, as it is, says what is right, as in every proof; both are
carried out and compared by the very functions that `verify` uses, with its tolerances. Without a change, all pass.
"""

import functools
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.models import descriptions
from bench.proof.cases import SHAPES
from bench.proof.compare import compare
from bench.proof.tolerances import TOLERANCES

from .mutants import CASES, MUTANTS
from .mutation import COLOUR, GREY, ROOT, carried_out, findings

OWN = [name for name, description in descriptions().items() if not description.halves]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Found:
    """What the halves found, by case and by mutant."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self) -> None:
        """Let TensorFlow, in a process of its own, carry out all that is its own."""
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        command = [sys.executable, "-m", "pairs.tf_mutants", str(self._folder)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]

    @functools.cache  # noqa: B019 - lives as long as the module's tests
    def right(self, framework: str, title: str) -> dict[str, np.ndarray]:
        """What the real half finds in a case."""
        if framework == "torch":
            return carried_out(CASES[title], "torch")
        return self._read(f"case_{list(CASES).index(title)}")

    def wrong(self, mutant) -> dict[str, np.ndarray]:
        """What a changed half finds."""
        if mutant.half == "torch":
            return findings(mutant, self._folder / "torch")
        return self._read(f"mutant_{MUTANTS.index(mutant)}")

    def _read(self, name: str) -> dict[str, np.ndarray]:
        with np.load(self._folder / f"{name}.npz", allow_pickle=False) as arrays:
            return dict(arrays)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    found = Found(tmp_path_factory.mktemp("mutants"))
    found.start()
    return found


def failed(case, torch, tensorflow):
    """The quantities that do not pass, in the order of the table of tolerances."""
    return [row.quantity for row in compare(case, torch, tensorflow) if not row.passed]


@pytest.mark.parametrize("title", CASES)
def test_without_a_change_every_case_passes(found, title):
    rows = compare(CASES[title], found.right("torch", title), found.right("tensorflow", title))
    assert [f"{row.quantity} {row.deviation} {row.where}" for row in rows if not row.passed] == []
    assert {row.quantity for row in rows} >= {"losses", "gradients", "samples", "levels"}


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.id) for mutant in MUTANTS])
def test_a_wrong_change_is_caught(found, mutant):
    halves = {framework: found.right(framework, mutant.case.title) for framework in ("torch", "tensorflow")}
    halves[mutant.half] = found.wrong(mutant)
    assert failed(mutant.case, **halves)[:1] == [mutant.caught_by]


@pytest.mark.parametrize("name", OWN)
def test_every_model_has_mutants_of_both_halves(name):
    halves = Counter(mutant.half for mutant in MUTANTS if mutant.name == name)
    assert halves.total() >= 5
    assert set(halves) == {"torch", "tensorflow"}


def test_the_mutants_are_carried_through_cases_of_verify():
    assert {COLOUR, GREY} == set(SHAPES)
    assert {case.precision for case in CASES.values()} <= set(TOLERANCES)
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("old", ["no such text", "self"])
def test_a_change_needs_exactly_one_place(old):
    stale = replace(MUTANTS[0], old=old)
    with pytest.raises(ValueError, match="times in"):
        stale.source(Path(stale.file).stem)
