"""Sample grids side by side, and films of the same noise while training."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.numbers import count, significant
from bench.quality.record import PAIR_PICTURES, Quality
from bench.report import images
from bench.results.folder import RunFolder
from bench.results.groups import FRAMEWORKS, Setting, cells, ending
from bench.results.pairs import description_of, unproved_models
from bench.results.record import DatasetRecord, Framework, TrialRecord

PICTURE_BYTES = 12_000_000
"""What all pictures of a page may weigh together; beyond it, checkpoints are left out of the films."""


@dataclass(frozen=True)
class Picture:
    """A picture with its caption; `uri` is None where there is none, and `reason` says why."""

    title: str
    alt: str
    uri: str | None
    detail: str = ""
    reason: str = ""
    framework: str = ""


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
    unproved: dict[str, str]
    """Each model whose frameworks may not be compared, and why."""


def exhibit(setting: Setting, trials: Sequence[TrialRecord], folder: RunFolder, read: DatasetRecord | None) -> Exhibit:
    """The pictures of each model's first seed, which both frameworks share; `read` is the data set, if it was here."""
    name = setting.dataset
    real = _picture(f"{name}, real", f"Real test images of {name}", "", lambda: _real(folder, read))
    pairs: dict[str, list[Picture]] = {}
    films = []
    nearest: dict[str, list[Picture]] = {}
    for (model, _), pair in cells(trials).items():
        seed = min(trial.seed for cell in pair for trial in cell.trials)
        for trial in (trial for cell in pair for trial in cell.trials if trial.seed == seed):
            pairs.setdefault(model, []).append(_final(trial, folder, read.class_names if read else None))
            if trial.quality is not None and trial.status == "ok":
                found = _nearest(trial, trial.quality, folder)
                if found:
                    nearest.setdefault(model, []).extend(found)
            frames = _frames(trial, folder)
            if frames:
                films.append(Film(model, trial.framework, frames))
    return Exhibit(setting, real, pairs, films, nearest, unproved_models(trials))


def thin(exhibits: Sequence[Exhibit], limit: int = PICTURE_BYTES) -> list[Exhibit]:
    """Leave out every other checkpoint, never a film's last, until all pictures together fit the limit.

    Where that is not enough, the pictures after training keep few colours, and say so.
    """
    thinned = list(exhibits)
    while _weight(thinned) > limit and any(len(film.frames) > 1 for e in thinned for film in e.films):
        thinned = [
            replace(e, films=[replace(film, frames=film.frames[::-2][::-1]) for film in e.films]) for e in thinned
        ]
    if _weight(thinned) <= limit:
        return thinned
    return [
        replace(e, pairs={model: [_coarse(picture) for picture in pair] for model, pair in e.pairs.items()})
        for e in thinned
    ]


def _coarse(picture: Picture) -> Picture:
    if picture.uri is None:
        return picture
    detail = ", ".join(filter(None, [picture.detail, f"shown in {images.FEW_COLOURS} colours"]))
    return replace(picture, uri=images.coarse(picture.uri), detail=detail)


def classes(trial: TrialRecord) -> int:
    """How many classes a trial's grids have columns of; 0 where its model is not asked for classes."""
    found = description_of(trial.model)
    return (trial.num_classes or 0) if found is not None and found.needs_labels else 0


def by_class(asked: int, names: Sequence[str] | None = None) -> str:
    """What a grid of so many classes shows, in words; `names` are the classes', in order, where the run knows them."""
    shown = min(asked, images.MOST_CLASSES)
    some = f", the first {shown} of {asked}" if shown < asked else ""
    if names is not None and len(names) == asked:
        return f"each column is a class that was asked for{some}: {', '.join(names[:shown])}"
    return f"each column is a class that was asked for{some or f', 0 to {asked - 1}'}"


def _weight(exhibits: Sequence[Exhibit]) -> int:
    """Bytes of all data URIs."""
    finals = [p for e in exhibits for pair in [[e.real], *e.pairs.values(), *e.nearest.values()] for p in pair]
    frames = [frame for e in exhibits for film in e.films for frame in film.frames]
    return sum(len(picture.uri or "") for picture in finals + frames)


def _real(folder: RunFolder, read: DatasetRecord | None) -> str:
    if read is None or read.grid is None:
        raise images.MissingPictureError("the run kept none of the data set")
    return images.grid(folder.path, read.grid)


def _final(trial: TrialRecord, folder: RunFolder, names: Sequence[str] | None) -> Picture:
    """A trial's samples after training, or why there are none; `names` are those of the classes."""
    framework = FRAMEWORKS[trial.framework]
    asked = classes(trial)
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

    return _picture(framework, alt, detail, draw, trial.framework)


def _frames(trial: TrialRecord, folder: RunFolder) -> list[Picture]:
    """One frame a checkpoint that drew its grid."""
    where = folder.trial(trial.id)
    frames = []
    for point in trial.curve:
        if point.grid is not None:
            title = f"{count(point.images)} images"
            alt = f"Samples of {trial.model} in {FRAMEWORKS[trial.framework]} after {title}"
            draw = functools.partial(images.grid, where, point.grid, classes=classes(trial), film=True)
            frames.append(_picture(title, alt, "", draw))
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
        found.append(_picture(title, alt, said, draw, trial.framework))
    return found


def _picture(title: str, alt: str, detail: str, draw: Callable[[], str], framework: str = "") -> Picture:
    try:
        return Picture(title, alt, draw(), detail, framework=framework)
    except images.MissingPictureError as missing:
        return Picture(title, alt, None, detail, str(missing), framework)
