"""What to type for an answer that a run does not give."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from bench.budget import BATCH_SIZE
from bench.results.record import BudgetRecord
from bench.statistics.decision import LEAST_SEEDS
from bench.verdict.cases import Case
from bench.verdict.declared import LEAST_STEPS

MOST_ADVISED = 20
"""More seeds are not advised, whatever their number would have to be: then nothing that matters differs."""


def run_command(
    models: Sequence[str], datasets: str, seeds: int, budget: BudgetRecord | None, options: Sequence[str] = ()
) -> str:
    """A run of these models; `budget` is one that was tried, None: `standard`. `datasets` as `--datasets` takes it."""
    command = ["python", "-m", "bench", "run", "--models", ",".join(models), "--datasets", datasets, *options]
    command += ["--seeds", str(min(seeds, MOST_ADVISED))]
    if budget is None or budget.name not in ("images", "seconds"):
        return shlex.join([*command, "--budget", budget.name if budget else "standard"])
    limit = budget.images if budget.name == "images" else budget.seconds
    return shlex.join([*command, f"--{budget.name}", str(limit), "--batch-size", str(budget.batch_size)])


def answer_command(case: Case, models: Sequence[str], seeds: int) -> str:
    """What answers a contest on one data set: its own budget where that has steps enough, else the shortest one.

    The shortest one is `LEAST_STEPS` steps of as many images, because a verdict is of a budget, and any that is long
    enough may be asked for.
    """
    tried = [case.recipes[name] for name in models]
    budget = case.setting.budget
    if not budget.verdicts or any(recipe.steps < LEAST_STEPS for recipe in tried):
        batch = budget.batch_size if budget.verdicts else BATCH_SIZE
        budget = BudgetRecord(name="images", images=LEAST_STEPS * batch, seconds=None, batch_size=batch, verdicts=True)
    command = run_command(models, case.setting.dataset, max(seeds, LEAST_SEEDS), budget)
    ran = list(dict.fromkeys(framework for recipe in tried for framework in recipe.frameworks))
    return command if len(ran) > 1 else f"{command} --frameworks {ran[0]}"
