"""What ran, and where: the machine, the versions, the study, in words."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench import numbers
from bench.results.record import BudgetRecord, RunRecord, TrialRecord

_ACRONYMS = {"cpu", "gpu", "os", "cuda"}
_EXPLAINED = {"fingerprint": "of CPU, cores, GPUs and allocator: times compare only where it is equal"}


def finished(run: RunRecord) -> bool:
    """Whether every planned trial has ended, however it ended, and every experiment."""
    return run.over


def nothing(run: RunRecord) -> bool:
    """Whether the run is finished without a single trial that ended ok."""
    return finished(run) and not any(trial.status == "ok" for trial in run.trials)


def status(run: RunRecord) -> str:
    """That the run is finished, and whether for nothing, or how far it is."""
    if nothing(run):
        return "finished: nothing was measured"
    extra, planned = len(run.experiments), run.experiments_planned
    if finished(run):
        return f"finished: {_trials(len(run.trials))}" + (f" and {_experiments(extra)}" if extra else "")
    more = f" and {extra} of {_experiments(planned)}" if planned else ""
    return f"running: {len(run.trials)} of {_trials(run.planned)}{more}"


def again(command: str) -> str:
    """The command that measures anew: a run's own name would resume it, and so measure nothing."""
    try:
        words = shlex.split(command)
    except ValueError:  # No shell would take it either.
        return command
    kept = []
    rest = iter(words)
    for word in rest:
        if word == "--name":
            next(rest, None)
        elif word != "--fresh" and not word.startswith("--name="):
            kept.append(word)
    return shlex.join(kept)


def counts(trials: Sequence[TrialRecord]) -> dict[str, int]:
    """How many trials ended in which way; every way is named, also those that did not happen."""
    found = Counter(trial.status for trial in trials)
    return {name: found.get(name, 0) for name in ("ok", "skipped", "failed", "diverged")}


def budgets(trials: Sequence[TrialRecord]) -> list[str]:
    """Each budget of the run in words."""
    return list(dict.fromkeys(_budget(trial.budget) for trial in trials))


def gpu(machine: Mapping[str, Any], trials: Sequence[TrialRecord]) -> str:
    """What is known of the GPU: its name where it was measured, else that it was not and why."""
    found = machine.get("gpus")
    if found is None:
        return "not measured (the machine's record does not say whether there is one)"
    if not found:
        return "not measured (none on this machine)"
    names = ", ".join(_words(gpu.get("name", gpu) if isinstance(gpu, Mapping) else gpu) for gpu in found)
    if trials and all(trial.device == "cpu" for trial in trials):
        return f"not measured (there is {names}, but every trial ran on the CPU)"
    return names


def table(facts: Mapping[str, Any], leave_out: Sequence[str] = ()) -> dict[str, str]:
    """A free-form record as label and text; sizes in bytes get a unit, what is null or empty is left out."""
    return {
        _label(key): _words(value, key) + (f" ({_EXPLAINED[key]})" if key in _EXPLAINED else "")
        for key, value in facts.items()
        if key not in leave_out and value not in (None, "", [], {})
    }


def _trials(number: int) -> str:
    return f"{number} trial" if number == 1 else f"{number} trials"


def _experiments(number: int) -> str:
    return f"{number} experiment" if number == 1 else f"{number} experiments"


def _budget(budget: BudgetRecord) -> str:
    amounts = []
    if budget.images is not None:
        amounts.append(f"{numbers.count(budget.images)} images")
    if budget.seconds is not None:
        amounts.append(numbers.duration(budget.seconds))
    amounts.append(f"batch {budget.batch_size}")
    return f"{budget.name}: {', '.join(amounts)}"


def _label(key: str) -> str:
    words = key.removesuffix("_bytes").replace("_", " ")
    return words.upper() if words in _ACRONYMS else words[:1].upper() + words[1:]


def _words(value: Any, key: str = "") -> str:
    """Any JSON value on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and key.endswith("_bytes"):
        return numbers.memory(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(str(k))}: {_words(v, str(k))}" for k, v in value.items() if v is not None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_words(item) for item in value)
    return str(value)
