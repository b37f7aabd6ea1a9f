"""What a run answers: the claims of the seed, GAN or CVAE, and whether it is the framework. Framework-free."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.paths import write_atomically

if TYPE_CHECKING:
    from bench.results.folder import RunFolder

__all__ = ["write"]


def write(folder: RunFolder) -> Path:
    """Write `answer.json` from the run's `results.json` and its trials' pictures; returns its path.

    The run may still be under way: then nothing in it is a verdict. The same results make the same bytes. Raises
    `UserError` where the folder holds no results.
    """
    # NumPy and SciPy are imported by who judges, not by who asks for help.
    from bench.verdict.judge import judge

    path = folder.answer
    write_atomically(path, judge(folder.read(), folder).to_json())
    return path
