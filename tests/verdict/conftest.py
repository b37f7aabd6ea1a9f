"""Runs with known truths: two recipes, their scores by seed, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bench.quality.curve import TimeToQuality
from bench.quality.record import Quality
from bench.results.folder import RunFolder
from bench.results.record import DatasetRecord, PairRecord, RunRecord, TrialRecord
from bench.verdict.judge import judge
from bench.verdict.record import AnswerRecord
from tests.report.conftest import BUDGET, FRAMEWORKS, MadeUp

CONTEST = ("gan", "cvae[equal]")
SHARES = {"coverage": 0.5, "recall": 0.4, "density": 0.8, "precision": 0.7, "ambiguous": 0.2, "ambiguous_real": 0.05}

EVERY = ("cvae", "dcgan", "cond_vae", "vae_dense", "vae_conv")
NOTEBOOK = BUDGET.model_copy(update={"name": "notebook", "images": None, "verdicts": False})
UNPROVED = PairRecord(certificate="0", proved=False, reason="gradients differ", deviations={})


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
            "datasets": self.read(finished),
            "trials": finished,
            "experiments": (),
            "planned": len(finished),
        }
        return RunRecord(**(facts | changes))

    def read(self, trials: Iterable[TrialRecord]) -> dict[str, DatasetRecord]:
        """What a run says of the data sets of its trials: shapes and numbers of classes are those of the trials."""
        first: dict[str, TrialRecord] = {}
        for trial in trials:
            first.setdefault(trial.dataset, trial)
        return {
            name: self.dataset(name, classes=trial.num_classes or 0, image_shape=trial.image_shape or (4, 4, 1))
            for name, trial in first.items()
        }

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

    def kinds(self) -> dict[str, AnswerRecord]:
        """What runs of every kind answer: of each, all sentences must read well."""
        full = self.contest()
        failing = {"status": "failed", "reason": "out of memory"}
        others = [self.trial("dcgan", name, status="skipped", reason="left out") for name in FRAMEWORKS]
        near = self.cell("gan", range(70, 76), figures={"coverage": 0.1, "recall": 0.1})
        varied = self.cell("cvae[equal]", range(90, 96), figures={"coverage": 0.5, "recall": 0.5})
        spread = [50.0, 80.0, 20.0, 60.0, 30.0, 90.0]
        small = BUDGET.model_copy(update={"images": 12_800})
        clock = BUDGET.model_copy(update={"name": "seconds", "images": None, "seconds": 30.0})
        third = [*self.contest(dataset="mnist-mini"), *self.contest(dataset="monsters", image_shape=(4, 4, 3))]
        lone = [self.trial("gan", name, seed=0, **failing) for name in FRAMEWORKS]
        doubted = [t.model_copy(update={"pair": UNPROVED}) for t in full]
        made: dict[str, Iterable[TrialRecord]] = {
            "smoke": self.contest(1, steps=32),
            "one seed": self.contest(1),
            "one seed as in the seed": self.contest(1, "cvae") + others,
            "two seeds": self.contest(2),
            "three seeds": self.contest(3),
            "few steps": self.contest(steps=499),
            "winner": full,
            "both arms": full + [t for t in self.contest(b="cvae") if t.model == "cvae"],
            "split": near + varied,
            "alike": self.cell("gan", spread) + self.cell("cvae[equal]", [fd + 9 for fd in spread]),
            "equal": self.cell("gan", [50.0] * 6) + self.cell("cvae[equal]", [50.0] * 6),
            "unproved": doubted,
            "one unproved": [t for t in doubted if t.model == "gan"] + [t for t in full if t.model != "gan"],
            "unfinished": full,
            "unfinished smoke": self.contest(1, steps=32),
            "kid": self.by_kid("mnist-mini"),
            "one framework": [t for t in full if t.framework == "torch"],
            "failed": lone + self.cell("cvae[equal]", range(60, 66)),
            "diverged once": [self.trial("gan", "tensorflow", status="diverged", reason="loss is NaN"), *full[1:]],
            "all failed": [self.trial(t.model, t.framework, seed=t.seed, **failing) for t in full],
            "unscored": [t.model_copy(update={"quality": None, "curve": ()}) for t in full],
            "notebook": self.contest(budget=NOTEBOOK),
            "two budgets": full + [t.model_copy(update={"budget": small}) for t in full],
            "in seconds": self.contest(budget=clock),
            "two data sets": full + self.contest(dataset="mnist-mini"),
            "three data sets": full + third,
            "three data sets, one seed": [t for t in full + third if t.seed == 0],
            "one by kid": full + third[:24] + self.by_kid("monsters"),
            "every model": full + [t for m in EVERY for t in self.cell(m, range(60, 66))],
            "every model, one seed": [t for m in EVERY for t in self.cell(m, [60.0])],
            "nothing to compare": [self.trial("vae_dense")],
            "unknown recipes": self.cell("mine[x=1]", [60.0]),
        }
        return {
            kind: self.judged(
                [trial.model_copy(update={"id": f"{place}"}) for place, trial in enumerate(trials)],
                **({"planned": 99} if kind.startswith("unfinished") else {}),
            )
            for kind, trials in made.items()
        }

    def by_kid(self, dataset: str, seeds: int = 6) -> list[TrialRecord]:
        """A contest that has no Fréchet distance."""
        kids = {"gan": 0.1, "cvae[equal]": 0.3}
        return [
            self.trial(model, "torch", dataset, seed, quality=self.score(None, kid=kid + seed / 100))
            for model, kid in kids.items()
            for seed in range(seeds)
        ]


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> dict[str, AnswerRecord]:
    """What runs of every kind answer, by the kind."""
    return Runs(tmp_path_factory.mktemp("kinds")).kinds()


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Runs are judged in the test's own folder."""
    return Runs(tmp_path)
