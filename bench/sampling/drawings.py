"""What is drawn of a trial: grids and walks from its weights, the film from the grids that its training left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import datasets, models
from bench.errors import UserError, unknown
from bench.models import Choice
from bench.results.record import TrialRecord
from bench.sampling.animation import Animation, Picture, captioned, enlarge, factor_for, read_picture
from bench.sampling.drawer import Drawer
from bench.training.contract import Array
from bench.training.interpolation import STOPS, walk_pictures
from bench.training.pictures import WIDEST, tile
from bench.training.streams import Streams

LARGEST_SIDE = WIDEST
"""Most rows and most columns of a grid: 4,096 pictures."""
GIF_SIDE, GIF_STEPS, GIF_MILLISECONDS = 4, 15, 80
"""A moving walk: rows and columns of walks, frames from stop to stop, time of each: round in 4.8 s."""
STRIP_WALKS, STRIP_STEPS = 8, 3
"""A walk on paper: rows, pictures from stop to stop."""
FILM_MILLISECONDS, FILM_LAST_MILLISECONDS = 300, 2500
"""Time of each frame of a film, and of the last."""


@dataclass(frozen=True)
class Subject:
    """What is drawn: a trial, its model as it is known here, and the shape of its pictures."""

    trial: TrialRecord
    choice: Choice
    image_shape: tuple[int, int, int]
    num_classes: int

    @classmethod
    def of(cls, trial: TrialRecord) -> Subject:
        """The subject of a trial; refused is a model whose settings have changed since."""
        choice = models.choose(trial.model)
        changed = [name for name, value in trial.config.items() if choice.settings.get(name) != value]
        if changed:
            raise UserError(f"{trial.model} is another model now than in this run: {', '.join(changed)} changed")
        if trial.image_shape is None or trial.num_classes is None:
            images = datasets.load(trial.dataset)  # the trial was recorded before it said so itself
            return cls(trial, choice, images.image_shape, images.num_classes)
        return cls(trial, choice, trial.image_shape, trial.num_classes)

    @property
    def factor(self) -> int:
        """By how much its pictures are enlarged."""
        return factor_for(self.image_shape)

    def latent(self, seed: int, count: int) -> Array:
        """Latent noise [count, Z] of a seed: that which every trial of this seed is sampled from."""
        dtype = np.float64 if self.trial.precision == "fp64" else np.float32
        return Streams(seed, 1, 1, {}, dtype).latent(count, self.choice.config.latent)

    def labels(self, text: str | None) -> tuple[int, ...] | None:
        """Classes by number or name, as in `3,7` or `Bag,Coat`; None: every class. A model without labels has None."""
        if not self.choice.description.needs_labels:
            if text is not None:
                raise UserError(f"{self.trial.model} sees no labels: leave out --labels")
            return None
        if text is None:
            return tuple(range(self.num_classes))
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not words:
            raise UserError("--labels: name at least one class")
        return tuple(self._label(word) for word in words)

    def _label(self, word: str) -> int:
        numbers = [str(number) for number in range(self.num_classes)]
        if word in numbers:
            return int(word)
        # The data set is read for its names alone, and need not be here for numbers.
        names = () if word.isdecimal() else datasets.load(self.trial.dataset).class_names or ()
        for number, name in enumerate(names):
            if name.casefold() == word.casefold():
                return number
        raise unknown(f"class of {self.trial.dataset}", word, names or numbers)


def columns_for(labels: Sequence[int] | None, near: int) -> int:
    """Columns of a grid: one for each class, as in the trial's own grids; `near` where there is no or one class."""
    return near if labels is None or not 1 < len(labels) <= WIDEST else len(labels)


def draw_grid(
    drawer: Drawer, subject: Subject, seed: int, labels: Sequence[int] | None, rows: int, columns: int
) -> Picture:
    """A grid of pictures: the first latent vectors of the seed, row by row."""
    count = rows * columns
    pictures = drawer.draw(subject.latent(seed, count), None if labels is None else np.resize(labels, count))
    return enlarge(tile(pictures, columns), subject.factor)


def moving_walk(drawer: Drawer, subject: Subject, seed: int, labels: Sequence[int] | None) -> Animation:
    """About 4 x 4 walks at once, each of one class; the first frame follows the last without a seam."""
    columns = columns_for(labels, GIF_SIDE)
    walks = columns * max(1, round(GIF_SIDE**2 / columns))
    frames = _walked(drawer, subject, seed, labels, walks, GIF_STEPS)
    return Animation(
        [enlarge(tile(frame, columns), subject.factor) for frame in frames], [GIF_MILLISECONDS] * len(frames)
    )


def walk_strip(drawer: Drawer, subject: Subject, seed: int, labels: Sequence[int] | None) -> Picture:
    """A picture with a row for each walk, each of one class; the first of a row follows its last."""
    frames = _walked(drawer, subject, seed, labels, columns_for(labels, STRIP_WALKS), STRIP_STEPS)
    rows = frames.swapaxes(0, 1)
    return enlarge(tile(rows.reshape(-1, *rows.shape[2:]), rows.shape[1]), subject.factor)


def _walked(drawer: Drawer, subject: Subject, seed: int, labels: Sequence[int] | None, walks: int, steps: int) -> Array:
    """Pictures [frames, walks, H, W, C]. The walks start from the first latent vectors of the seed: its grid's."""
    stops = subject.latent(seed, STOPS * walks).reshape(STOPS, walks, -1)
    return walk_pictures(drawer.draw, stops, steps, None if labels is None else np.resize(labels, walks))


def film_of(folder: Path, trial: TrialRecord, factor: int) -> Animation:
    """The grids of a trial's checkpoints, enlarged, with the images seen so far below; `folder` is the trial's."""
    grids = [(point.images, point.grid) for point in trial.curve if point.grid is not None]
    if not grids:
        raise UserError(f"trial {trial.id} kept no grids of its checkpoints: there is nothing to film")
    frames = [
        captioned(enlarge(read_picture(file_in(folder, name)), factor), f"{images:,} images seen")
        for images, name in grids
    ]
    if len({frame.shape for frame in frames}) > 1:
        raise UserError(f"the grids in {folder / 'checkpoints'} are not of one size")
    return Animation(frames, [*[FILM_MILLISECONDS] * (len(frames) - 1), FILM_LAST_MILLISECONDS])


def file_in(folder: Path, name: str) -> Path:
    """A file of a trial, which a record may have from anywhere; one outside the trial's folder is refused."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{name} leads out of {folder}")
    return path
