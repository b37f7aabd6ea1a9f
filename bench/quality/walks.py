"""The classes that a classifier sees along walks through a latent space, and along plain cross-fades."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from bench.datasets import ImageSet
from bench.quality.features import Extractor, Images, why_no_classes, why_other_classes
from bench.quality.latent import WalkRecord
from bench.training.walks import route_of, straight

PROBABILITY = 0.5
"""A class is seen where it is the most probable one with at least this."""
MOST_NAMED = 5
"""Third classes that are counted by name."""
UNSEEN = -1
"""In the place of a class where none is seen."""
LEAST_COUNTED = 10
"""Walks that must count for a share. Of one or two it is 0 or 1 by chance alone, and seeds that agree by chance have no
spread to be judged by."""
NONE_COUNTS = "no walk counts: the classifier sees no two ends as the classes that they came from"


def why_no_classifier(extractor: Extractor, against: ImageSet) -> str | None:
    """Why an extractor cannot tell the classes of a data set apart; None where it can."""
    if extractor.num_classes is None:
        return why_no_classes(extractor)
    return why_other_classes(extractor.num_classes, against.num_classes)


def judge_walks(path: Path, against: ImageSet, extractor: Extractor) -> WalkRecord:
    """The record of the walks in a file that `bench.training.walks.take_walks` wrote, by a classifier of the set.

    A third class is one that is seen between the ends and is that of neither. Walks count whose ends are seen as the
    classes that they came from, reconstructed and real, so that latent walks and cross-fades are judged on the same
    pairs; fewer than `LEAST_COUNTED` have no share. 64 walks of 16 pictures of 28x28 take about a second.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        walks, starts, stops, seed = (stored[name] for name in ("images", "starts", "ends", "seed"))
    if against.test_labels is None:
        raise ValueError(f"{against.name} has no labels")
    own = np.stack([against.test_labels[starts], against.test_labels[stops]], axis=1)
    on_walks = seen_classes(walks, extractor)
    on_fades = seen_classes(cross_fades(against.test_images, starts, stops, walks.shape[1]), extractor)
    counts = np.all([seen[:, [0, -1]] == own for seen in (on_walks, on_fades)], axis=(0, 2))
    walked, faded = (third_classes(seen, own, against.num_classes)[counts] for seen in (on_walks, on_fades))
    route = route_of(against)
    names = against.class_names or tuple(map(str, range(against.num_classes)))
    wanted = list(range(len(names))) if route.by_way_of is None else [names.index(route.by_way_of)]
    counted = int(counts.sum())
    too_few = f"too few walks count: {counted}, and a share takes {LEAST_COUNTED}" if counted else NONE_COUNTS
    figures: dict[str, Any] = {"absent": dict.fromkeys(WalkRecord.figures, too_few)}
    if counted >= LEAST_COUNTED:
        shares = (float(np.mean(thirds[:, wanted].any(axis=1))) for thirds in (walked, faded))
        figures = dict(zip(WalkRecord.figures, shares, strict=True))
    return WalkRecord.model_validate(
        {
            "extractor": extractor.name,
            "route": route.words,
            "starts": route.starts,
            "ends": route.ends,
            "by_way_of": route.by_way_of,
            "pairs": len(walks),
            "points": walks.shape[1],
            "seed": int(seed),
            "probability": PROBABILITY,
            "recognised": counted,
            "third_classes": _commonest(walked, names),
            "cross_fade_classes": _commonest(faded, names),
            **figures,
        }
    )


def seen_classes(walks: Images, extractor: Extractor) -> NDArray[np.int64]:
    """The class int64 [W, S] seen in each picture of walks uint8 [W, S, H, W, C], or `UNSEEN`."""
    logits = extractor(walks.reshape(-1, *walks.shape[2:])).logits
    if logits is None:
        raise ValueError(f"{extractor.name}: {why_no_classes(extractor)}")
    probabilities = softmax(logits.astype(np.float64), axis=1)
    seen = np.where(probabilities.max(axis=1) >= PROBABILITY, probabilities.argmax(axis=1), UNSEEN)
    return seen.reshape(walks.shape[:2])


def cross_fades(images: Images, starts: NDArray[np.int64], ends: NDArray[np.int64], points: int) -> Images:
    """Pictures uint8 [W, points, H, W, C] in which the pixels of one picture fade into those of another."""
    first, last = (np.asarray(images[which], np.float32) for which in (starts, ends))
    return straight(first, last, points).round().astype(np.uint8)


def third_classes(seen: NDArray[np.int64], own: NDArray[np.int64], num_classes: int) -> NDArray[np.bool_]:
    """Of each walk, bool [W, classes]: which classes are seen between its ends, less those of its two ends [W, 2]."""
    found: NDArray[np.bool_] = (seen[:, 1:-1, np.newaxis] == np.arange(num_classes)).any(axis=1)
    np.put_along_axis(found, own, values=False, axis=1)
    return found


def _commonest(thirds: NDArray[np.bool_], names: Sequence[str]) -> list[dict[str, Any]]:
    counts = thirds.sum(axis=0)
    order = np.argsort(-counts, kind="stable")[:MOST_NAMED]
    return [
        {"label": int(label), "name": names[label], "walks": int(counts[label])} for label in order if counts[label]
    ]
