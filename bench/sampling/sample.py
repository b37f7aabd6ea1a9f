"""Pictures from a finished trial: what `python -m bench sample` does, as plain functions.

A grid and a walk are drawn from the trial's weights, by the half that trained them or by the other; a film shows the
grids that the training left at its checkpoints, and needs neither weights nor a framework.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.errors import UserError, unknown
from bench.results.folder import RunFolder
from bench.results.record import TrialRecord
from bench.sampling.animation import Animation, Picture, write_gif
from bench.sampling.drawer import Drawer
from bench.sampling.drawings import (
    LARGEST_SIDE,
    Subject,
    columns_for,
    draw_grid,
    file_in,
    film_of,
    moving_walk,
    walk_strip,
)
from bench.study import FRAMEWORKS
from bench.training.pictures import GRID_SIDE, write_png


@dataclass(frozen=True)
class Order:
    """What to draw. Without any file the grid goes into the run's folder; see `default_png`."""

    grid: str | None = None
    """Such as `8x8`, rows first; None: `GRID_SIDE` rows."""
    png: Path | None = None
    """Takes the grid."""
    walk: Path | None = None
    """Takes the walk: moving (.gif), or a row for each of several walks (.png)."""
    film: Path | None = None
    """Takes the film (.gif)."""
    framework: str | None = None
    """The half that draws; None: the one that was trained."""
    labels: str | None = None
    """Classes by number or name, separated by commas, that follow one another in the grid; None: all of them."""
    noise_seed: int | None = None
    """Of the latent noise; None: the trial's own seed, whose noise its own grids show."""

    @property
    def draws(self) -> bool:
        """Whether anything is to be drawn from weights."""
        return self.has_grid or self.walk is not None

    @property
    def has_grid(self) -> bool:
        """Whether a grid is to be drawn."""
        return self.grid is not None or self.png is not None or (self.walk is None and self.film is None)

    def check(self) -> None:
        """Refuse files of a kind that is not written, a file named twice, and what would have no effect."""
        kinds = {"png": (".png",), "walk": (".gif", ".png"), "film": (".gif",)}
        files: dict[str, Path] = {name: path for name in kinds if (path := getattr(self, name)) is not None}
        for name, path in files.items():
            if path.suffix.lower() not in kinds[name]:
                raise UserError(f"--{name} {path}: the name must end in {' or '.join(kinds[name])}")
            if path.is_dir():
                raise UserError(f"--{name} {path} is a folder: name a file in it")
        if len({path.absolute() for path in files.values()}) < len(files):
            raise UserError("one file cannot take two pictures: name another for each")
        if self.framework is not None and self.framework not in FRAMEWORKS:
            raise unknown("framework", self.framework, FRAMEWORKS)
        if not self.draws and (self.framework, self.labels, self.noise_seed) != (None, None, None):
            raise UserError("--film shows what the training drew: leave out --with, --labels and --noise-seed")


def sample(folder: RunFolder, trial: TrialRecord, order: Order, interpreters: dict[str, str]) -> list[Path]:
    """Draw what was ordered from a trial of the run in `folder`; returns the files that were written.

    `interpreters` are those of the study, by framework. Everything is drawn before the first file is written. Raises
    `UserError` for an order that makes no sense, and for what is missing or cannot be drawn from.
    """
    order.check()
    subject = Subject.of(trial)
    labels = subject.labels(order.labels)
    rows, columns = (GRID_SIDE, columns_for(labels, GRID_SIDE)) if order.grid is None else read_grid(order.grid)
    drawn: dict[Path, Picture | Animation] = {}
    if order.film is not None:
        drawn[order.film] = film_of(folder.trial(trial.id), trial, subject.factor)
    if order.draws:
        with _drawer(folder, subject, order.framework or trial.framework, interpreters) as drawer:
            seed = trial.seed if order.noise_seed is None else order.noise_seed
            if order.has_grid:
                png = order.png or default_png(folder, trial, order, rows, columns)
                drawn[png] = draw_grid(drawer, subject, seed, labels, rows, columns)
            if order.walk is not None:
                walk = moving_walk if order.walk.suffix.lower() == ".gif" else walk_strip
                drawn[order.walk] = walk(drawer, subject, seed, labels)
    for path, picture in drawn.items():
        if isinstance(picture, Animation):
            write_gif(path, picture)
        else:
            write_png(path, picture)
    return list(drawn)


def read_grid(text: str) -> tuple[int, int]:
    """Rows and columns as written in `8x8`."""
    match = re.fullmatch(r"\s*(\d{1,4})\s*[x×]\s*(\d{1,4})\s*", text)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(1 <= side <= LARGEST_SIDE for side in sides):
        raise UserError(f"--grid {text}: write ROWSxCOLUMNS, such as 8x8, each from 1 to {LARGEST_SIDE}")
    return sides


def default_png(folder: RunFolder, trial: TrialRecord, order: Order, rows: int, columns: int) -> Path:
    """Where a grid goes that was given no file: `RUN/samples/TRIAL-8x8.png`, named after all that is not as usual."""
    words = [trial.id, f"{rows}x{columns}"]
    if order.framework not in (None, trial.framework):
        words.append(f"with-{order.framework}")
    if order.noise_seed is not None:
        words.append(f"noise-{order.noise_seed}")
    if order.labels is not None:
        words.append("labels-" + re.sub(r"[^\w]+", "-", order.labels).strip("-"))
    return folder.path / "samples" / ("-".join(words) + ".png")


def _drawer(folder: RunFolder, subject: Subject, framework: str, interpreters: dict[str, str]) -> Drawer:
    trial, interpreter = subject.trial, interpreters.get(framework)
    if "weights" not in trial.artifacts:
        raise UserError(f"trial {trial.id} kept no weights to draw from")
    weights = file_in(folder.trial(trial.id), trial.artifacts["weights"])
    if not weights.is_file():
        raise UserError(f"there is no file {weights}: the trial's weights were removed; run it again")
    if machine.framework_versions(framework, interpreter) is None:
        raise UserError(f"{framework} is not installed for this Python: run `python -m pip install {framework}`")
    facts: dict[str, Any] = {
        "model": trial.model,
        "image_shape": subject.image_shape,
        "num_classes": subject.num_classes,
        # TF32 is a format of GPUs, and this draws on the CPU.
        "precision": "fp32" if trial.precision == "tf32" else trial.precision,
        "mode": trial.mode,
        "weights": str(weights.absolute()),
    }
    return Drawer(framework, facts, machine.usable_cores(), interpreter)
