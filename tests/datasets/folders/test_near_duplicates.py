"""Near-duplicates are found, whatever their order, and the split never parts them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bench.datasets.folders import near_duplicates
from bench.datasets.folders.near_duplicates import difference_hashes, groups, summary
from bench.datasets.folders.split import draw, straddling
from bench.errors import UserError

PATIENT = settings(deadline=None, derandomize=True, max_examples=60)
SEEDS = st.integers(0, 2**32 - 1)


def clustered(seed, count):
    """Summaries, some of which are others with a little noise."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, (max(1, count // 2), near_duplicates.SUMMARY))
    noise = rng.integers(-2, 3, (count, near_duplicates.SUMMARY))
    return np.clip(base[rng.integers(0, len(base), count)] + noise, 0, 255).astype(np.uint8)


def partition(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def plainly(summaries):
    """The same groups, found by comparing every pair."""
    hashes = difference_hashes(summaries)
    label = list(range(len(summaries)))
    for one in range(len(summaries)):
        for other in range(one):
            bits = int(hashes[one] ^ hashes[other]).bit_count()
            squares = (summaries[one].astype(float) - summaries[other]) ** 2
            distance = max(squares[:72].mean(), squares[72:].mean()) ** 0.5
            if bits <= near_duplicates.MOST_BITS and distance <= near_duplicates.MOST_DISTANCE:
                old, new = label[one], label[other]
                label = [new if number == old else number for number in label]
    return partition(np.array(label))


@PATIENT
@given(SEEDS, st.integers(1, 40))
def test_they_are_those_that_comparing_every_pair_would_find(seed, count):
    summaries = clustered(seed, count)
    assert partition(groups(summaries)) == plainly(summaries)


@PATIENT
@given(SEEDS, st.integers(2, 60))
def test_groups_do_not_depend_on_the_order(seed, count):
    summaries = clustered(seed, count)
    order = np.random.default_rng(seed).permutation(count)
    shuffled = {frozenset(order[list(group)].tolist()) for group in partition(groups(summaries[order]))}
    assert shuffled == partition(groups(summaries))


@pytest.fixture(scope="module")
def landscapes():
    """Forty pictures with large and small features, 96×96."""
    made = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        layers = [
            np.asarray(Image.fromarray(rng.integers(0, 256, (n, n, 3), np.uint8)).resize((96, 96), 3), float)
            for n in (3, 8, 24)
        ]
        made.append(Image.fromarray((0.5 * layers[0] + 0.35 * layers[1] + 0.15 * layers[2]).astype(np.uint8)))
    return made


def saved_again(image, quality):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: saved_again(image, 60),
        lambda image: image.resize((48, 48)).resize((96, 96)),
        lambda image: image.point(lambda value: min(255, value + 5)),
    ],
    ids=["saved again", "scaled", "brighter"],
)
def test_copies_are_joined_and_others_are_not(landscapes, change):
    summaries = np.stack([summary(np.array(image)) for image in (*landscapes, *map(change, landscapes))])
    labels = groups(summaries)
    assert np.mean(labels[:40] == labels[40:]) >= 0.95
    assert len(np.unique(labels[:40])) == 40


def test_plain_pictures_of_different_colours_are_different():
    colours = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 90, 255), (127, 127, 127)]
    summaries = np.stack([summary(np.full((16, 16, 3), colour, np.uint8)) for colour in colours])
    assert (difference_hashes(summaries) == 0).all()
    assert len(np.unique(groups(summaries))) == 6


def test_a_crowd_of_one_hash_is_joined_without_comparing_all():
    assert groups(np.zeros((20_000, near_duplicates.SUMMARY), np.uint8)).max() == 0


GROUPS = st.lists(st.integers(0, 30), min_size=2, max_size=200).filter(lambda labels: len(set(labels)) > 1)


def numbered(labels):
    """Group numbers from 0 in order of first appearance."""
    seen = list(dict.fromkeys(labels))
    return np.array([seen.index(label) for label in labels])


@PATIENT
@given(GROUPS)
def test_no_group_is_parted_and_both_sides_have_pictures(labels):
    group = numbered(labels)
    test = draw(group)
    assert straddling(group, test) == 0
    assert 0 < test.sum() < len(test)


@PATIENT
@given(st.integers(5, 500))
def test_without_near_duplicates_a_fifth_is_for_testing(count):
    assert draw(np.arange(count)).sum() == max(1, round(0.2 * count))


def test_pictures_that_are_all_one_group_cannot_be_split():
    with pytest.raises(UserError, match="all pictures are nearly the same"):
        draw(np.zeros(30, np.int64))


def test_groups_on_both_sides_are_counted():
    assert straddling(np.array([0, 0, 1, 1, 2]), np.array([True, False, True, True, False])) == 1
