"""The TensorFlow side of `test_mutations.py`: what the real half and every changed one find.

    python -m pairs.tf_mutants FOLDER

A process of its own, because the tests import PyTorch. Writes case_N.npz and mutant_N.npz, N being their places in
`CASES` and `MUTANTS`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from bench.training.frameworks import prepare

from .mutants import CASES, MUTANTS
from .mutation import carried_out, findings


def main(folder: Path) -> None:
    """Carry everything out."""
    prepare("tensorflow", threads=1, device="cpu")
    for number, case in enumerate(CASES.values()):
        np.savez(folder / f"case_{number}.npz", **carried_out(case, "tensorflow"))
    for number, mutant in enumerate(MUTANTS):
        if mutant.half == "tensorflow":
            np.savez(folder / f"mutant_{number}.npz", **findings(mutant, folder / "halves"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
