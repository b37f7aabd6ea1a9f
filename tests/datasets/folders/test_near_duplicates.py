"""Near-duplicates are found, whatever their order, and the split never parts them."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bench import datasets
from bench.datasets.folders import near_duplicates
from bench.datasets.folders.near_duplicates import difference_hashes, groups, summary
from bench.datasets.folders.split import draw, straddling
from bench.datasets.monsters import drawing
from bench.errors import UserError

PATIENT = settings(deadline=None, derandomize=True, max_examples=60)
SIDE = 64
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
            differences = summaries[one].astype(float) - summaries[other]
            grey, colour = differences[:72].std(), (differences[72:] ** 2).mean() ** 0.5
            near = grey <= near_duplicates.MOST_DISTANCE and colour <= near_duplicates.MOST_COLOUR_DISTANCE
            if bits <= near_duplicates.MOST_BITS and near:
                old, new = label[one], label[other]
                label = [new if number == old else number for number in label]
    return partition(np.array(label))


@PATIENT
@given(SEEDS, st.integers(1, 40))
def test_they_are_those_that_comparing_every_pair_would_find(seed, count):
    summaries = clustered(seed, count)
    assert partition(groups(summaries, SIDE)) == plainly(summaries)


@PATIENT
@given(SEEDS, st.integers(2, 60))
def test_groups_do_not_depend_on_the_order(seed, count):
    summaries = clustered(seed, count)
    order = np.random.default_rng(seed).permutation(count)
    shuffled = {frozenset(order[list(group)].tolist()) for group in partition(groups(summaries[order], SIDE))}
    assert shuffled == partition(groups(summaries, SIDE))


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
        lambda image: saved_again(image, 30),
        lambda image: image.resize((48, 48)).resize((96, 96)),
        lambda image: image.point(lambda value: min(255, value + 5)),
    ],
    ids=["saved again", "scaled", "brighter"],
)
def test_copies_are_joined_and_others_are_not(landscapes, change):
    summaries = np.stack([summary(np.array(image)) for image in (*landscapes, *map(change, landscapes))])
    labels = groups(summaries, SIDE)
    assert np.mean(labels[:40] == labels[40:]) >= 0.95
    assert len(np.unique(labels[:40])) == 40


def test_plain_pictures_of_different_colours_are_different():
    colours = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 90, 255), (127, 127, 127)]
    summaries = np.stack([summary(np.full((16, 16, 3), colour, np.uint8)) for colour in colours])
    assert (difference_hashes(summaries) == 0).all()
    assert len(np.unique(groups(summaries, SIDE))) == 6


def test_a_crowd_of_one_hash_is_joined_without_comparing_all():
    assert groups(np.zeros((20_000, near_duplicates.SUMMARY), np.uint8), SIDE).max() == 0


def hashed(images):
    """Pictures in the order of their SHA-256, as a collection has them, and the four words [N, 4] of each."""
    words = np.array([np.frombuffer(hashlib.sha256(image.tobytes()).digest(), ">u8") for image in images])
    order = np.lexsort(words.T[::-1])
    return order, words[order]


def simple(name):
    """Pictures and labels of a bundled set, of the monsters the first 1,200."""
    if name == "monsters":
        return drawing.draw(1200), drawing.labels(1200)
    images = datasets.load(name)
    return (
        np.concatenate([images.train_images, images.test_images]),
        np.concatenate([images.train_labels, images.test_labels]),
    )


@pytest.mark.parametrize("name", ["mnist-mini", "fashion-mnist-mini", "monsters"])
def test_unrelated_pictures_of_one_kind_are_no_chain_and_every_class_keeps_its_share(name):
    pictures, labels = simple(name)
    order, words = hashed(pictures)
    labels = labels[order]
    group = groups(np.stack([summary(pictures[index]) for index in order]), pictures.shape[1])
    assert np.bincount(group).max() <= 6
    test = draw(group, words[:, 1])
    sizes = np.bincount(labels)
    shares = np.bincount(labels[test], minlength=len(sizes)) / sizes
    assert (np.abs(shares - 0.2) < 4 * np.sqrt(0.2 * 0.8 / sizes)).all()


def test_small_pictures_must_be_closer():
    rng = np.random.default_rng(0)
    one = rng.integers(20, 236, near_duplicates.SUMMARY)
    other = one + np.where(np.arange(near_duplicates.SUMMARY) % 2, 3, -3)
    pair = np.stack([one, other]).astype(np.uint8)
    assert len(np.unique(groups(pair, 64))) == 1
    assert len(np.unique(groups(pair, 28))) == 2


GROUPS = st.lists(st.integers(0, 30), min_size=2, max_size=200).filter(lambda labels: len(set(labels)) > 1)


def numbered(labels):
    """Group numbers from 0 in order of first appearance."""
    number = {label: index for index, label in enumerate(dict.fromkeys(labels))}
    return np.array([number[label] for label in labels])


def lots(count, seed=0):
    return np.random.default_rng(seed).integers(0, 2**64, count, np.uint64)


@PATIENT
@given(GROUPS)
def test_no_group_is_parted_and_both_sides_have_pictures(labels):
    group = numbered(labels)
    test = draw(group, lots(len(group)))
    assert straddling(group, test) == 0
    assert 0 < test.sum() < len(test)


@PATIENT
@given(st.integers(5, 500))
def test_without_near_duplicates_a_fifth_is_for_testing(count):
    assert draw(np.arange(count), lots(count)).sum() == max(1, round(0.2 * count))


def trials(size, count=1000):
    """Whether a group of so many among single pictures is for testing: each trial with another order and other lots."""
    for seed in range(300):
        order = np.random.default_rng(seed).permutation(count)
        labels = np.maximum(order - size + 1, 0)
        yield bool(draw(numbered(labels.tolist()), lots(count, seed))[labels == 0].all())


def test_a_group_is_for_testing_as_often_as_a_single_picture():
    assert abs(np.mean(list(trials(10))) - 0.2) < 0.07
    assert abs(np.mean(list(trials(1))) - 0.2) < 0.07


def test_a_group_that_would_be_half_of_the_test_pictures_is_for_training():
    assert not any(trials(100))


def test_large_groups_are_for_testing_where_there_is_nothing_else():
    group = np.repeat(np.arange(10), 20)
    assert draw(group, lots(200)).sum() == 40


def test_the_lots_decide_and_not_the_order():
    drawn = np.array([7, 3, 9, 1, 5], np.uint64)
    assert draw(np.arange(5), drawn).tolist() == [False, False, False, True, False]
    assert draw(np.arange(5), drawn[::-1].copy()).tolist() == [False, True, False, False, False]


def test_pictures_that_are_all_one_group_cannot_be_split():
    with pytest.raises(UserError, match="all pictures are nearly the same"):
        draw(np.zeros(30, np.int64), lots(30))


def test_groups_on_both_sides_are_counted():
    assert straddling(np.array([0, 0, 1, 1, 2]), np.array([True, False, True, True, False])) == 1
