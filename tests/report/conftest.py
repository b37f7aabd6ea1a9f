"""A run folder as a run leaves it: made-up figures, tiny real pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench.report
from bench.quality.fixed_noise import OF_CLASSES
from bench.quality.latent import FixedNoiseRecord, ThirdClass, WalkRecord
from bench.quality.record import NOT_BUILT, Quality
from bench.results.folder import RunFolder
from bench.results.record import BudgetRecord, CurvePoint, DatasetRecord, Framework, PairRecord, RunRecord, TrialRecord
from bench.training.pictures import GRID_SIDE, tile, write_png

BUDGET = BudgetRecord(name="quick", images=51_200, seconds=None, batch_size=64, verdicts=True)
FRAMEWORKS: tuple[Framework, ...] = ("tensorflow", "torch")
PROVED = PairRecord(
    certificate="0a1b2c3d4e5f6071",
    proved=True,
    reason=None,
    deviations={"losses": 4.4e-16, "gradients": 3.1e-14, "weights": 9e-15, "samples": 0.0},
)
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """A page taken apart: its references, ids, headings and visible words; complains of bad nesting."""

    def __init__(self, folder: RunFolder) -> None:
        super().__init__()
        self.html = bench.report.build(folder).read_text(encoding="utf-8")
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(self.html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


class MadeUp:
    """Makes scores, trials and whole runs; what is not given has a plausible value."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def quality(self, fd: float | None = 40.0, **changes: Any) -> Quality:
        """A score by the domain extractor; what is not given is absent with a reason."""
        given: dict[str, Any] = {
            "extractor": "fashion-mnist-162c87b7",
            "title": "FD-domain [fashion-mnist-162c87b7]",
            "n": 2000,
            "reference": "fashion-mnist-mini test, 2,000 of 2,000 images",
            "floor": 3.1,
            "ceiling": 812.0,
            "is": 7.9,
            "is_std": 0.1,
            "is_real": 8.37,
        } | changes
        if fd is not None:
            given["fd"] = fd
        reasons = given.pop("absent", {})
        absent = {name: NOT_BUILT for name in Quality.figures() if given.get(name) is None}
        return Quality(**given, absent=absent | reasons)

    def trial(
        self,
        model: str = "gan",
        framework: Framework = "torch",
        dataset: str = "fashion-mnist-mini",
        seed: int = 0,
        fd: float = 40.0,
        **changes: Any,
    ) -> TrialRecord:
        """A trial that ended ok, unless `changes` say otherwise."""
        trial_id = changes.pop("id", f"{model}-{framework}-{dataset}-{seed}".replace("/", "_"))
        speed = (900.0 if framework == "torch" else 1500.0) * (1 + 0.02 * seed)
        facts: dict[str, Any] = {
            "id": trial_id,
            "model": model,
            "config": {"latent": 64},
            "config_hash": "0a1b2c3d",
            "framework": framework,
            "dataset": dataset,
            "seed": seed,
            "budget": BUDGET,
            "image_shape": (4, 4, 1),
            "num_classes": 10,
            "device": "cpu",
            "precision": "fp32",
            "mode": "compiled",
            "mode_detail": "tf.function" if framework == "tensorflow" else "eager: compiling did not pay",
            "threads": 2,
            "status": "ok",
            "command": f"python -m bench run --models '{model}' --frameworks {framework} --seed {seed}",
        }
        if changes.get("status", "ok") == "ok":
            facts |= {
                "images_seen": 51_200,
                "steps": 800,
                "train_seconds": 51_200 / speed,
                "images_per_second": speed,
                "images_per_second_quartiles": (speed * 0.97, speed * 1.02),
                "first_step_seconds": (2.5 if framework == "tensorflow" else 0.2) / (1 if seed == 0 else 10),
                "cold_start": seed == 0,
                "sample_images_per_second": speed * 8,
                "peak_memory_bytes": 900 * 2**20,
                "parameters": 310_786,
                "quality": self.quality(fd),
                "curve": tuple(
                    CurvePoint(
                        steps=steps,
                        images=steps * 64,
                        seconds=steps * 64 / speed,
                        n=1500,
                        fd=fd * (800 / steps) ** 0.5,
                        extractor="fashion-mnist-162c87b7",
                        reference="fashion-mnist-mini test, 1,500 of 2,000 images",
                        grid=f"checkpoints/{steps:06d}.png",
                    )
                    for steps in (8, 80, 800)
                ),
                "pair": PROVED,
                "absent": {"energy_joules": "no counter on this machine"},
                "artifacts": {"grid": "grid.png", "samples": "samples.npz", "log": "log.txt"},
            }
        return TrialRecord(**(facts | changes))

    def trials(
        self, models: Iterable[str] = ("gan", "cvae[equal]"), seeds: int = 2, **changes: Any
    ) -> list[TrialRecord]:
        """Every model in both frameworks with every seed."""
        return [
            self.trial(model, framework, seed=seed, fd=40.0 + 25 * number + seed, **changes)
            for number, model in enumerate(models)
            for framework in FRAMEWORKS
            for seed in range(seeds)
        ]

    def walks(self, share: float | None = 0.25, cross_fade: float | None = 0.0, **changes: Any) -> WalkRecord:
        """Walks of clothes as the seed tells it; a figure that is None has its reason."""
        given: dict[str, Any] = {
            "extractor": "fashion-mnist-162c87b7",
            "route": "from a shoe to trousers by way of a pullover",
            "starts": ("Sandal", "Sneaker"),
            "ends": ("Trouser",),
            "by_way_of": "Pullover",
            "pairs": 64,
            "points": 16,
            "seed": 0,
            "probability": 0.5,
            "recognised": 40,
            "share": share,
            "cross_fade": cross_fade,
            "third_classes": (
                ThirdClass(label=8, name="Bag", walks=12),
                ThirdClass(label=2, name="Pullover", walks=10),
            ),
            "cross_fade_classes": (),
        }
        absent = {name: "no walk counts" for name in ("share", "cross_fade") if given[name] is None}
        return WalkRecord(**(given | {"absent": absent} | changes))

    def fixed_noise(
        self, lasting: float | None = 0.1, by_chance: float | None = 0.01, **changes: Any
    ) -> FixedNoiseRecord:
        """What the same noise shows; without `lasting` the classes are not known."""
        given: dict[str, Any] = {"extractor": "fashion-mnist-162c87b7", "n": 2000, "images": (12_800, 25_600, 51_200)}
        given["drift"] = 0.75
        if lasting is None:
            given["absent"] = dict.fromkeys(OF_CLASSES, "no labels")
        else:
            given |= {"class_changes": 0.5, "ambiguous": (0.3, 0.2, 0.15)}
            given |= {"lasting": lasting, "lasting_by_chance": by_chance}
        return FixedNoiseRecord(**(given | changes))

    def walking(self, model: str = "gan", framework: Framework = "torch", **changes: Any) -> TrialRecord:
        """A trial that left its walks through latent space, and of `cvae` its plane."""
        trial = self.trial(model, framework, **changes)
        left = {"interpolation": "interpolation.png"} | ({"plane": "plane.png"} if model == "cvae" else {})
        return trial.model_copy(update={"artifacts": trial.artifacts | left})

    def dataset(self, name: str = "fashion-mnist-mini", **changes: Any) -> DatasetRecord:
        """What a run says of a data set of this name."""
        facts: dict[str, Any] = {
            "label": name,
            "title": "ten kinds of clothes",
            "origin": "bundled",
            "licence": "MIT",
            "path": None,
            "fingerprint": hashlib.sha256(name.encode()).hexdigest(),
            "grid": f"datasets/{hashlib.sha256(name.encode()).hexdigest()[:16]}.png",
            "train": 8_000,
            "test": 2_000,
            "image_shape": (4, 4, 1),
            "classes": 2,
            "class_names": ("shirt", "shoe"),
            "split": "as in the source",
            "near_duplicate_groups": None,
            "straddling_groups": None,
            "made": None,
            "skipped": (),
        }
        return DatasetRecord(**(facts | changes))

    def run(self, trials: Iterable[TrialRecord], name: str = "demo", **changes: Any) -> RunFolder:
        """Write a run of given trials, with their pictures, and return its folder."""
        folder = RunFolder(self.folder / name)
        folder.path.mkdir(parents=True)
        finished = tuple(trials)
        facts: dict[str, Any] = {
            "name": name,
            "created": "2026-01-02T03:04:05Z",
            "command": f"python -m bench run --all --name {name}",
            "study": {"models": ["gan", "cvae[equal]"], "seeds": 2},
            "machine": {"cpu": "Example CPU", "cores": 2, "memory_bytes": 8 * 2**30, "gpus": []},
            "versions": {"torch": "2.15.0", "tensorflow": "2.21.0"},
            "git": None,
            "datasets": {name: self.dataset(name) for name in dict.fromkeys(trial.dataset for trial in finished)},
            "trials": finished,
            "experiments": (),
            "planned": len(finished),
        }
        run = RunRecord(**(facts | changes))
        for trial in finished:
            draw_pictures(folder, trial)
        for read in run.datasets.values():
            if read.grid is not None:
                write_png(folder.path / read.grid, tile(np.full((GRID_SIDE**2, 4, 4, 1), 128, np.uint8)))
        folder.results.write_text(run.model_dump_json(), encoding="utf-8")
        return folder

    def open(self, folder: RunFolder) -> Page:
        """Build a run's page, and take it apart."""
        return Page(folder)

    def page(self, trials: Iterable[TrialRecord]) -> Page:
        """The page of a run of given trials."""
        return Page(self.run(trials))


@pytest.fixture
def made(tmp_path: Path) -> MadeUp:
    """Runs are written to the test's own folder."""
    return MadeUp(tmp_path)


def draw_pictures(folder: RunFolder, trial: TrialRecord) -> None:
    """Grids of 8 rows of pictures of 4x4 pixels, for every grid that the record names, and its latent pictures."""
    random = np.random.default_rng(trial.seed)
    asked = trial.model == "cond_vae"
    columns = (trial.num_classes or 0) if asked else GRID_SIDE
    names = [trial.artifacts.get("grid"), *(point.grid for point in trial.curve)]
    for path in (folder.trial(trial.id) / name for name in names if name):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_png(path, tile(random.integers(0, 256, (GRID_SIDE * columns, 4, 4, 1), dtype=np.uint8), columns))
    shape = trial.image_shape or (4, 4, 1)
    for name, count, across, gap in (("plane", 400, 20, 0), ("interpolation", 32 * (columns if asked else 4), 32, 1)):
        if name in trial.artifacts:
            pictures = tile(random.integers(0, 256, (count, *shape), np.uint8), across, gap)
            write_png(folder.trial(trial.id) / f"{name}.png", pictures, quickly=True)
