"""Sample grids side by side, and films of the same noise while training."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bench.numbers import count, significant
from bench.quality.record import PAIR_PICTURES, Quality
from bench.report import images, latent_pictures
from bench.report.captions import Picture, asked_classes, by_class, drawn
from bench.results.folder import RunFolder
from bench.results.groups import FRAMEWORKS, Setting, cells, ending
from bench.results.pairs import unproved_models
from bench.results.record import DatasetRecord, Framework, TrialRecord

PICTURE_BYTES = 12_000_000
"""What all pictures of a page may weigh together; beyond it, what moves is left out, then checkpoints, then colours."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Film:
    """The grids of one trial's checkpoints, in order."""

    model: str
    framework: Framework
    frames: Sequence[Picture]


@dataclass(frozen=True)
class Exhibit:
    """All pictures of one data set in one setting: real ones, then each model's in both frameworks."""

    setting: Setting
    real: Picture
    pairs: dict[str, list[Picture]]
    films: list[Film]
    nearest: dict[str, list[Picture]]
    """Of each model: generated images above the training images nearest to them."""
    planes: dict[str, list[Picture]]
    """Of each model with a latent space of two numbers: what it draws all over that plane."""
    walks: dict[str, list[latent_pictures.Walk]]
    unproved: dict[str, str]
    """Each model whose frameworks may not be compared, and why."""
    walk_command: str = ""
    """What draws the film of its first walk."""

    @property
    def stands_still(self) -> bool:
        """Whether the page had to do without films of its walks."""
        return any(walk.strip.uri and not walk.film for walks in self.walks.values() for walk in walks)


def exhibit(
    setting: Setting, trials: Sequence[TrialRecord], folder: RunFolder, read: DatasetRecord | None, full: str = ""
) -> Exhibit:
    """The pictures of each model's first seed, which both frameworks share.

    `read` is the data set, if it was here; `full` its name as the command line has it, if the page has a shorter one.
    """
    name, walk_command = setting.dataset, ""
    real = drawn(f"{name}, real", f"Real test images of {name}", "", lambda: _real(folder, read))
    pairs: dict[str, list[Picture]] = {}
    films = []
    nearest: dict[str, list[Picture]] = {}
    planes: dict[str, list[Picture]] = {}
    walks: dict[str, list[latent_pictures.Walk]] = {}
    names = read.class_names if read else None
    for (model, _), pair in cells(trials).items():
        seed = min(trial.seed for cell in pair for trial in cell.trials)
        for trial in (trial for cell in pair for trial in cell.trials if trial.seed == seed):
            pairs.setdefault(model, []).append(_final(trial, folder, names))
            if trial.quality is not None and trial.status == "ok":
                found = _nearest(trial, trial.quality, folder)
                if found:
                    nearest.setdefault(model, []).extend(found)
            plane, walk = latent_pictures.plane(trial, folder), latent_pictures.walk(trial, folder, names)
            if plane is not None:
                planes.setdefault(model, []).append(plane)
            if walk is not None:
                walks.setdefault(model, []).append(walk)
                walk_command = walk_command or _walk_command(trial, folder, full or name)
            frames = _frames(trial, folder)
            if frames:
                films.append(Film(model, trial.framework, frames))
    return Exhibit(setting, real, pairs, films, nearest, planes, walks, unproved_models(trials), walk_command)


def thin(exhibits: Sequence[Exhibit], limit: int) -> list[Exhibit]:
    """Leave things out until all pictures together weigh no more than so many bytes.

    First the moving walks, those of the data set whose walks weigh most before others; then every other checkpoint,
    but never a film's last. Where that is not enough, the pictures after training keep few colours, and planes and
    strips half their size besides; they say so.
    """
    thinned = list(exhibits)
    for place in sorted(range(len(thinned)), key=lambda place: _moving(thinned[place]), reverse=True):
        if _weight(thinned) > limit:
            thinned[place] = replace(thinned[place], walks=_each(thinned[place].walks, latent_pictures.Walk.standing))
    while _weight(thinned) > limit and any(len(film.frames) > 1 for e in thinned for film in e.films):
        thinned = [
            replace(e, films=[replace(film, frames=film.frames[::-2][::-1]) for film in e.films]) for e in thinned
        ]
    if _weight(thinned) <= limit:
        return thinned
    return [
        replace(
            e, pairs=_each(e.pairs, _coarse), planes=_each(e.planes, _small), walks=_each(e.walks, _with_small_strip)
        )
        for e in thinned
    ]


def _each(groups: Mapping[str, Sequence[Item]], change: Callable[[Item], Item]) -> dict[str, list[Item]]:
    return {name: [change(item) for item in items] for name, items in groups.items()}


def _coarse(picture: Picture, *, halved: bool = False) -> Picture:
    if picture.uri is None:
        return picture
    changed = f"shown in {images.FEW_COLOURS} colours" + " and at half its size" * halved
    detail = ", ".join(filter(None, [picture.detail, changed]))
    return replace(picture, uri=images.coarse(picture.uri, halved=halved), detail=detail)


def _small(picture: Picture) -> Picture:
    return _coarse(picture, halved=True)


def _with_small_strip(walk: latent_pictures.Walk) -> latent_pictures.Walk:
    return replace(walk, strip=_small(walk.strip))


def _weight(exhibits: Sequence[Exhibit]) -> int:
    """Bytes of all data URIs."""
    pictures = [
        picture
        for e in exhibits
        for group in [[e.real], *e.pairs.values(), *e.nearest.values(), *e.planes.values()]
        for picture in group
    ]
    strips = [walk.strip for e in exhibits for walks in e.walks.values() for walk in walks]
    frames = [frame for e in exhibits for film in e.films for frame in film.frames]
    return sum(len(picture.uri or "") for picture in pictures + strips + frames) + sum(map(_moving, exhibits))


def _moving(exhibit: Exhibit) -> int:
    """Bytes of an exhibit's moving walks."""
    return sum(len(walk.film or "") for walks in exhibit.walks.values() for walk in walks)


def _walk_command(trial: TrialRecord, folder: RunFolder, dataset: str) -> str:
    """What draws a trial's walk as a film."""
    which = {"model": trial.model, "framework": trial.framework, "dataset": dataset, "seed": str(trial.seed)}
    options = [word for name, value in which.items() for word in (f"--{name}", value)]
    return shlex.join(["python", "-m", "bench", "sample", folder.name, *options, "--walk", "walk.gif"])


def _real(folder: RunFolder, read: DatasetRecord | None) -> str:
    if read is None or read.grid is None:
        raise images.MissingPictureError("the run kept none of the data set")
    return images.grid(folder.path, read.grid)


def _final(trial: TrialRecord, folder: RunFolder, names: Sequence[str] | None) -> Picture:
    """A trial's samples after training, or why there are none; `names` are those of the classes."""
    framework = FRAMEWORKS[trial.framework]
    asked = asked_classes(trial)
    columns = f", {by_class(asked, names)}" if asked else ""
    alt = f"Samples of {trial.model} in {framework} on {trial.dataset}, seed {trial.seed}{columns}"
    trained = f", {count(trial.images_seen)} images" if trial.images_seen is not None else ""
    detail = f"seed {trial.seed}{trained}{columns}"

    def draw() -> str:
        if "grid" not in trial.artifacts:
            raise images.MissingPictureError(
                trial.absent.get("grid", "no grid") if trial.status == "ok" else ending(trial)
            )
        return images.grid(folder.trial(trial.id), trial.artifacts["grid"], classes=asked)

    return drawn(framework, alt, detail, draw, trial.framework)


def _frames(trial: TrialRecord, folder: RunFolder) -> list[Picture]:
    """One frame a checkpoint that drew its grid."""
    where = folder.trial(trial.id)
    frames = []
    for point in trial.curve:
        if point.grid is not None:
            title = f"{count(point.images)} images"
            alt = f"Samples of {trial.model} in {FRAMEWORKS[trial.framework]} after {title}"
            draw = functools.partial(images.grid, where, point.grid, classes=asked_classes(trial), film=True)
            frames.append(drawn(title, alt, "", draw))
    return frames


def _nearest(trial: TrialRecord, quality: Quality, folder: RunFolder) -> list[Picture]:
    """A trial's nearest pairs by features and by pixels, as far as they were drawn."""
    found = []
    for figure, by in zip(PAIR_PICTURES, ("features", "pixels"), strict=True):
        pairs = getattr(quality, figure)
        if not pairs or figure not in trial.artifacts:
            continue
        copies = sum(pair.distance <= pair.threshold for pair in pairs)
        title = f"{FRAMEWORKS[trial.framework]}, by {by}"
        bound = significant(pairs[0].threshold)
        said = f"{copies} of these {len(pairs)} pairs are as near as copies: no farther apart than {bound}"
        alt = f"{trial.model} in {title}: generated images above, the training images nearest to them below. {said}"
        draw = functools.partial(images.strip, folder.trial(trial.id), trial.artifacts[figure], len(pairs))
        found.append(drawn(title, alt, said, draw, trial.framework))
    return found
