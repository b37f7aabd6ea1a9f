"""Walks through an autoencoder's latent space, from one test picture to another of another class.

What is seen on the way is judged by the evaluator (`bench.quality.walks`). Both halves of a pair, and all models of
one data set, walk between the same pictures.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets import ImageSet
from bench.models.description import Description
from bench.paths import write_atomically
from bench.training.contract import Array, Autoencoder
from bench.training.pictures import tile, write_png
from bench.training.streams import philox

PAIRS = 64
"""Walks of a trial."""
POINTS = 16
"""Points of a walk, both ends included."""
SHOWN = 8
"""Walks that are kept to look at: the first, none chosen."""
SAMPLES = "walks.npz"
"""File of the pictures along the walks, which goes once they are judged."""
PICTURE = "walks.png"
"""File of the walks that are kept, a row each: the real picture at the start, the walk, the real picture at its end."""


@dataclass(frozen=True)
class Route:
    """Where walks go, by names of classes, and the third class that is looked for on the way."""

    words: str
    starts: tuple[str, ...] = ()
    """Classes of the picture at the start; empty: any."""
    ends: tuple[str, ...] = ()
    """Classes of the picture at the end; empty: any other than that of the start."""
    by_way_of: str | None = None
    """None: any class but those of the two ends."""


ANYWHERE = Route("from one class to another by way of a third")
ROUTES: Mapping[str, Route] = {
    "fashion-mnist": Route(
        "from a shoe to trousers by way of a pullover", ("Sandal", "Sneaker", "Ankle boot"), ("Trouser",), "Pullover"
    ),
}
"""The walks that the seed tells of, by the domain of their data set; on other sets they go `ANYWHERE`."""


def route_of(images: ImageSet) -> Route:
    """The walk that the seed tells of, where the data set has its classes; else `ANYWHERE`."""
    route, names = ROUTES.get(images.domain or ""), images.class_names or ()
    if route is None or route.by_way_of not in names:
        return ANYWHERE
    there = all(len(_of_classes(images, classes)) for classes in (route.starts, route.ends))
    return route if there else ANYWHERE


def why_none(description: Description, images: ImageSet) -> str | None:
    """Why a model cannot be led on such walks; None where it can."""
    if description.family != "autoencoder":
        return "only autoencoders have a point for a given picture, to walk from and to"
    if description.needs_labels:
        return "it is told the class of what it draws, which then is no finding"
    if images.test_labels is None:
        return "the data set has no labels"
    if images.num_classes < 3 or len(np.unique(images.test_labels)) < 2:
        return "the data set has too few classes to go from one to another by way of a third"
    return None


def ends(images: ImageSet, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The test pictures, as numbers int64 [PAIRS], at which the walks of a seed start and end."""
    route, chance = route_of(images), philox(seed, "walks")
    labels = images.test_labels
    if labels is None:
        raise ValueError(f"{images.name} has no labels")
    starts = chance.choice(_of_classes(images, route.starts), PAIRS)
    last = _of_classes(images, route.ends)
    others = [last[labels[last] != labels[start]] for start in starts]
    return starts, np.array([chance.choice(other) for other in others], np.int64)


def straight(starts: Array, ends: Array, points: int = POINTS) -> Array:
    """Points [W, points, ...] at even steps on the straight line from each start [W, ...] to its end, both exact."""
    at = np.linspace(0.0, 1.0, points, dtype=starts.dtype).reshape(1, points, *[1] * (starts.ndim - 1))
    line: Array = (1 - at) * starts[:, np.newaxis] + at * ends[:, np.newaxis]
    return line


def take_walks(model: Autoencoder, images: ImageSet, seed: int, folder: Path) -> str:
    """Walk between the posterior means of test pictures; returns the name of the file of the pictures on the way.

    It holds `images` uint8 [PAIRS, POINTS, H, W, C], `starts` and `ends` int64 [PAIRS], which are numbers of test
    pictures, and the seed that drew them. The first walks are drawn to `PICTURE` as well.
    """
    starts, stops = ends(images, seed)
    real = np.array(images.test_images[np.concatenate([starts, stops])])
    mean, _ = model.encode(real)
    points = straight(mean[:PAIRS], mean[PAIRS:])
    walks = model.sample(points.reshape(PAIRS * POINTS, -1)).reshape(PAIRS, POINTS, *images.image_shape)
    first, last = real[:SHOWN, np.newaxis], real[PAIRS : PAIRS + SHOWN, np.newaxis]
    rows = np.concatenate([first, walks[:SHOWN], last], axis=1)
    write_png(folder / PICTURE, tile(rows.reshape(-1, *images.image_shape), columns=POINTS + 2))
    buffer = io.BytesIO()
    np.savez(buffer, images=walks, starts=starts, ends=stops, seed=seed)
    write_atomically(folder / SAMPLES, buffer.getvalue())
    return SAMPLES


def _of_classes(images: ImageSet, names: tuple[str, ...]) -> NDArray[np.int64]:
    """Numbers of the test pictures of some classes, or of all."""
    labels = images.test_labels if images.test_labels is not None else np.zeros(0, np.int64)
    known = images.class_names or ()
    wanted = [known.index(name) for name in names if name in known]
    return np.flatnonzero(np.isin(labels, wanted) if names else labels >= 0)
