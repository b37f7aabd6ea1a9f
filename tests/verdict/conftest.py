"""Runs with known truths: two recipes, their scores by seed, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bench.quality.curve import TimeToQuality
from bench.quality.record import Quality
from bench.results.folder import RunFolder
from bench.results.record import RunRecord, TrialRecord
from bench.verdict.judge import judge
from bench.verdict.record import AnswerRecord
from tests.report.conftest import FRAMEWORKS, MadeUp

CONTEST = ("gan", "cvae[equal]")
SHARES = {"coverage": 0.5, "recall": 0.4, "density": 0.8, "precision": 0.7, "ambiguous": 0.2, "ambiguous_real": 0.05}


class Runs(MadeUp):
    """Makes runs and judges them; the second recipe is worse in everything unless the test says otherwise."""

    def score(self, fd: float | None, **figures: float | None) -> Quality:
        """A score with every figure that a criterion needs."""
        return self.quality(fd, **(SHARES | {"kid": 0.1, "kid_floor": 0.0, "kid_ceiling": 1.0} | figures))

    def cell(self, model: str, fds: Iterable[float], **changes: Any) -> list[TrialRecord]:
        """Both halves of a recipe, a seed each value; `figures` are the other figures of its scores."""
        figures = changes.pop("figures", {})
        return [
            self.trial(model, framework, seed=seed, fd=fd, **{"quality": self.score(fd, **figures), **changes})
            for framework in FRAMEWORKS
            for seed, fd in enumerate(fds)
        ]

    def contest(self, seeds: int = 6, b: str = "cvae[equal]", **changes: Any) -> list[TrialRecord]:
        """`gan` far ahead of `b` in distance and variety."""
        worse = {"coverage": 0.3, "recall": 0.2, "density": 0.5, "precision": 0.5}
        return [
            *self.cell("gan", [76 + seed / 4 for seed in range(seeds)], **changes),
            *self.cell(b, [93 + seed / 4 for seed in range(seeds)], figures=worse, **changes),
        ]

    def record(self, trials: Iterable[TrialRecord], **changes: Any) -> RunRecord:
        """The record of a run of given trials, without its folder."""
        finished = tuple(trials)
        facts: dict[str, Any] = {
            "name": "demo",
            "created": "2026-01-02T03:04:05Z",
            "command": "python -m bench run --all",
            "study": {},
            "machine": {},
            "versions": {},
            "git": None,
            "datasets": {name: self.dataset(name) for name in dict.fromkeys(trial.dataset for trial in finished)},
            "trials": finished,
            "experiments": (),
            "planned": len(finished),
        }
        return RunRecord(**(facts | changes))

    def judged(self, trials: Iterable[TrialRecord], **changes: Any) -> AnswerRecord:
        """What such a run answers."""
        return judge(self.record(trials, **changes), RunFolder(self.folder / "demo"))

    def pace(self, seconds: float | None, reached: str = "between checkpoints") -> TimeToQuality:
        """What a curve says of how soon it came to its target."""
        gone = ("images_to_target", "seconds_to_target") if seconds is None else ()
        return TimeToQuality.model_validate(
            {
                "figure": "fd",
                "extractor": "fashion-mnist-162c87b7",
                "n": 1500,
                "reference": "fashion-mnist-mini test, 1,500 of 2,000 images",
                "first_images": 512,
                "last_images": 51_200,
                "curve_area": 100.0,
                "target": 100.0,
                "target_source": "blurred pictures",
                "reached": reached,
                "images_to_target": None if gone else 20_000.0,
                "seconds_to_target": seconds,
                "absent": dict.fromkeys(gone, reached),
            }
        )


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Runs are judged in the test's own folder."""
    return Runs(tmp_path)
