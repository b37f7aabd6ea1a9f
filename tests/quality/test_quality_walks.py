"""Classes along walks: what is seen, which walks count, what stands on the way, in walks and in cross-fades."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from bench.datasets import ImageSet
from bench.quality.features import Features, Images
from bench.quality.latent import WalkRecord
from bench.quality.walks import (
    LEAST_COUNTED,
    NONE_COUNTS,
    UNSEEN,
    cross_fades,
    judge_walks,
    seen_classes,
    third_classes,
)

BLACK, GREY, WHITE = 0, 1, 2
TIMES = LEAST_COUNTED
"""So often that one kind of walk is enough for a share."""


class Greys:
    """Tells black, grey and white pictures apart, and is sure of none in between."""

    name = "greys-00000000"
    num_classes: int | None = 3

    def __call__(self, images: Images) -> Features:
        level = images.reshape(len(images), -1).mean(axis=1)[:, np.newaxis]
        far = np.abs(level - np.array([0, 128, 255])) / 30
        return Features(np.zeros((len(images), 1), np.float32), (-far).astype(np.float32))


@pytest.fixture
def greys() -> ImageSet:
    """Black, grey and white pictures, ten of each."""
    labels = np.arange(30, dtype=np.int64) % 3
    images = np.array([0, 128, 255], np.uint8)[labels][:, None, None, None] * np.ones((1, 8, 8, 1), np.uint8)
    return ImageSet(name="greys", train_images=images, train_labels=labels, test_images=images, test_labels=labels)


@pytest.fixture
def judge(greys: ImageSet, tmp_path: Path) -> Callable[..., WalkRecord]:
    """Judge walks between the first pictures of two classes, given as the greys along each, taken `TIMES` times."""

    def run(*walks: list[int], ends: tuple[int, int] = (BLACK, WHITE), **changes: Any) -> WalkRecord:
        greys_along = np.repeat(np.array(walks, np.uint8), changes.get("times", TIMES), axis=0)
        images = greys_along[..., None, None, None] * np.ones((8, 8, 1), np.uint8)
        starts, stops = (np.full(len(images), end) for end in ends)
        np.savez(tmp_path / "walks.npz", images=images, starts=starts, ends=stops, seed=7)
        return judge_walks(tmp_path / "walks.npz", greys, changes.get("extractor", Greys()))

    return run


def test_a_third_class_on_the_way_is_seen(judge: Callable[..., WalkRecord]) -> None:
    jump, by_grey = [0, 0, 255, 255], [0, 130, 250, 255]
    found = judge(jump, by_grey, by_grey, jump)
    made = 4 * TIMES
    assert (found.share, found.recognised, found.pairs, found.points, found.seed) == (0.5, made, made, 4, 7)
    assert [(third.label, third.name, third.walks) for third in found.third_classes] == [(GREY, "1", made // 2)]
    assert (found.route, found.by_way_of) == ("from one class to another by way of a third", None)


def test_the_cross_fade_is_of_the_real_pictures_and_of_as_many_points(judge: Callable[..., WalkRecord]) -> None:
    found = judge([0, 0, 0, 255, 255], [0, 0, 0, 0, 255])
    assert (found.share, found.cross_fade) == (0.0, 1.0)  # the third of five greys is 128
    assert [(third.label, third.walks) for third in found.cross_fade_classes] == [(GREY, 2 * TIMES)]
    neighbours = judge([0, 0, 128], [0, 0, 128], ends=(BLACK, GREY))
    assert (neighbours.cross_fade, neighbours.cross_fade_classes) == (0.0, ())


def test_walks_count_whose_ends_are_what_they_came_from(judge: Callable[..., WalkRecord]) -> None:
    lost_start, lost_end, neither_nor = [255, 128, 128, 255], [0, 128, 128, 0], [64, 128, 128, 255]
    found = judge(lost_start, lost_end, neither_nor, [0, 0, 255, 255])
    assert (found.recognised, found.share) == (TIMES, 0.0)
    none = judge(lost_start, lost_end)
    assert (none.recognised, none.share, none.cross_fade, none.third_classes) == (0, None, None, ())
    assert none.absent == {"share": NONE_COUNTS, "cross_fade": NONE_COUNTS}


def test_a_share_takes_walks_enough(judge: Callable[..., WalkRecord]) -> None:
    few = judge([0, 128, 255], times=LEAST_COUNTED - 1)
    assert (few.recognised, few.share, few.cross_fade) == (LEAST_COUNTED - 1, None, None)
    reason = f"too few walks count: {LEAST_COUNTED - 1}, and a share takes {LEAST_COUNTED}"
    assert few.absent == {"share": reason, "cross_fade": reason}
    assert [third.walks for third in few.third_classes] == [LEAST_COUNTED - 1]  # what was seen is shown all the same
    assert judge([0, 128, 255], times=LEAST_COUNTED).share == 1.0


def test_real_pictures_that_are_not_recognised_do_not_count_either(judge: Callable[..., WalkRecord]) -> None:
    class Mistaken(Greys):
        def __call__(self, images: Images) -> Features:
            found = super().__call__(images)
            assert found.logits is not None
            swapped = np.where(images[:, :1, 0, 0] == 255, found.logits[:, [2, 1, 0]], found.logits)
            return Features(found.features, swapped)

    # The classifier takes pure white for black; the walk ends a little darker, and is seen as white.
    found = judge([0, 128, 128, 250], extractor=Mistaken())
    assert found.recognised == 0


def test_the_ends_themselves_are_not_on_the_way_and_neither_are_their_classes() -> None:
    seen = np.array([[0, 1, UNSEEN, 2, 2], [0, 3, 0, 2, 2], [0, 0, 2, 2, 2]])
    own = np.array([[0, 2], [0, 2], [1, 3]])  # of the last walk neither end is what it came from
    found = third_classes(seen, own, 4)
    np.testing.assert_array_equal(found, [[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]])


def test_a_class_is_seen_where_it_has_half_of_the_probability(greys: ImageSet) -> None:
    between = np.full((1, 3, 8, 8, 1), [[[[[0]]], [[[64]]], [[[128]]]]], np.uint8)
    np.testing.assert_array_equal(seen_classes(between, Greys()), [[BLACK, UNSEEN, GREY]])


def test_a_cross_fade_is_rounded_and_exact_at_both_ends() -> None:
    images = np.array([0, 100, 255], np.uint8)[:, None, None, None]
    fades = cross_fades(images, np.array([0, 1]), np.array([2, 1]), 4)
    np.testing.assert_array_equal(fades[..., 0, 0, 0], [[0, 85, 170, 255], [100, 100, 100, 100]])


def test_a_route_by_way_of_one_class_counts_no_other(
    judge: Callable[..., WalkRecord], greys: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.quality import walks
    from bench.training.walks import Route

    object.__setattr__(greys, "class_names", ("black", "grey", "white"))
    for by_way_of, share in (("grey", 1.0), ("white", 0.0)):
        route = Route("somewhere", ("black",), ("white",), by_way_of)
        monkeypatch.setattr(walks, "route_of", lambda _, route=route: route)
        found = judge([0, 128, 255])
        assert (found.share, found.by_way_of, found.route) == (share, by_way_of, "somewhere")
        assert [third.name for third in found.third_classes] == ["grey"]


def test_a_record_says_why_a_share_is_null(judge: Callable[..., WalkRecord]) -> None:
    whole = judge([0, 128, 255]).model_dump()
    with pytest.raises(ValidationError, match="reasons have"):
        WalkRecord.model_validate({**whole, "share": None})
    with pytest.raises(ValidationError, match="reasons have"):
        WalkRecord.model_validate({**whole, "absent": {"share": "why"}})
