"""What all tests share: none of them reads from, or leaves anything in, the user's own places."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench import machine
from bench.models import choose
from bench.plan import Trial
from bench.results.record import BudgetRecord, TrialRecord

ROOT = Path(__file__).parents[1]
FAKES = Path(__file__).parent / "execution"
VERSIONS = {"torch": {"torch": "2.0", "numpy": "1.0"}, "tensorflow": {"tensorflow": "2.0", "numpy": "1.0"}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: begun last, one would keep one worker busy while the other has nothing left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def own_places(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own, and full data sets only for tests that are marked `data`."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    if request.node.get_closest_marker("data") is None:
        monkeypatch.delenv("BENCH_DATA", raising=False)


@pytest.fixture(scope="session")
def library_extractor() -> Callable[..., str]:
    """A function that makes a network an extractor of torch-fidelity, and returns the name that it is asked for by."""
    return _library_extractor


def _library_extractor(name: str, network: Callable[[Any], tuple[Any, ...]], *provided: str) -> str:
    """Register by the five hooks of the library's API; `network` gives what is `provided`, features first."""
    import torch
    import torch_fidelity

    class Registered(torch_fidelity.FeatureExtractorBase):  # type: ignore[misc]
        def __init__(self, name: str, features_list: list[str], **_: object) -> None:
            super().__init__(name, features_list)

        @staticmethod
        def get_provided_features_list() -> tuple[str, ...]:
            return provided

        @staticmethod
        def get_default_feature_layer_for_metric(metric: str) -> str:
            return "logits" if metric == "isc" else "features"

        @staticmethod
        def can_be_compiled() -> bool:
            return False

        @staticmethod
        def get_dummy_input_for_compile() -> torch.Tensor:
            return torch.zeros((1, 1, 28, 28), dtype=torch.uint8)

        def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
            found = dict(zip(provided, network(images), strict=True))
            return tuple(found[layer] for layer in self.features_list)

    torch_fidelity.register_feature_extractor(name, Registered)
    return name


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ended]]:
    """Run `python -m bench` with some arguments in this process."""
    from bench.cli import main

    polite_end = signal.getsignal(signal.SIGTERM)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        return Ended(end.value.code or 0, written.out, written.err)  # type: ignore[arg-type]

    yield run
    signal.signal(signal.SIGTERM, polite_end)


@pytest.fixture
def cpu_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a GPU that has both frameworks, whatever this one has."""
    monkeypatch.setattr(machine, "gpus", list)
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: VERSIONS[name])


@dataclass
class Fakes:
    """Stand-ins for worker and evaluator, told by environment what to do; see `tests/execution/fake_*.py`."""

    environment: pytest.MonkeyPatch
    asked: Path

    def worker(self, **by_seed: str) -> None:
        """What the worker does for a seed: `worker(seed1="sigkill")`; otherwise it succeeds."""
        for name, behaviour in by_seed.items():
            self.environment.setenv(f"FAKE_WORKER_{name.upper()}", behaviour)

    def evaluator(self, behaviour: str) -> None:
        """What the evaluator does with every request."""
        self.environment.setenv("FAKE_EVALUATOR", behaviour)

    @property
    def trained(self) -> list[str]:
        """The trials that workers were asked for, in order, each with its worker's process number."""
        return self.asked.read_text().splitlines() if self.asked.exists() else []


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    """Runs train with a fake worker and score with a fake evaluator."""
    from functools import partial

    from bench import run
    from bench.execution import evaluation
    from bench.execution.local import LocalExecutor
    from bench.proof import Place

    monkeypatch.setenv("PYTHONPATH", f"{FAKES}{os.pathsep}{ROOT}")
    monkeypatch.setenv("FAKE_WORKER_ASKED", str(tmp_path / "asked.txt"))
    monkeypatch.setattr(run, "LocalExecutor", partial(LocalExecutor, worker="fake_worker"))
    monkeypatch.setattr(run, "Evaluator", partial(evaluation.Evaluator, evaluator="fake_evaluator"))
    monkeypatch.setattr(run, "Place", partial(Place, probe="fake_probe"))
    monkeypatch.setattr(evaluation, "scoring_unavailable", lambda: None)
    return Fakes(monkeypatch, tmp_path / "asked.txt")


def _trial(seed: int = 0, **changes: Any) -> Trial:
    facts: dict[str, Any] = {
        "id": f"trial-{seed}",
        "choice": choose("gan"),
        "framework": "torch",
        "dataset": "mnist-mini",
        "seed": seed,
        "budget": BudgetRecord(name="smoke", images=2048, seconds=None, batch_size=64, verdicts=True),
        "samples": 8,
        "curve_samples": 4,
        "checkpoints": 2,
        "iwae": False,
        "device": "cpu",
        "precision": "fp32",
        "mode": "compiled",
        "threads": 1,
        "extractors": ("domain",),
        "image_shape": (28, 28, 1),
        "versions": {"torch": "2.0"},
        "skip": None,
    }
    return Trial(**(facts | changes))


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    """A function that makes trials: `make_trial(seed=1, framework="tensorflow")`."""
    return _trial


class Quiet:
    """A display that remembers, and that may be told to raise when a trial has ended."""

    def __init__(self, raise_after: int | None = None) -> None:
        self.records: list[TrialRecord] = []
        self.fractions: list[float] = []
        self.notes: list[str] = []
        self._raise_after = raise_after

    def trial_progress(self, trial: Trial, fraction: float) -> None:
        """Remember how far it was."""
        self.fractions.append(fraction)
        if self._raise_after is not None and len(self.records) >= self._raise_after:
            raise KeyboardInterrupt

    def trial_finished(self, record: TrialRecord) -> None:
        """Remember how it ended."""
        self.records.append(record)

    def note(self, text: str) -> None:
        """Remember what else was worth a line."""
        self.notes.append(text)


@pytest.fixture
def quiet() -> type[Quiet]:
    """The class of a display that remembers: `quiet(raise_after=1)` is interrupted in the second trial."""
    return Quiet
