"""Pictures that are nearly the same: copies that were saved again, scaled or retouched.

Each is boiled down to 9×8 grey values and a mean colour. The signs of the differences between neighbours are 64 bits
(dHash: N. Krawetz, "Kind of Like That", 2013). Two pictures are near-duplicates when at most `MOST_BITS` of those
differ *and* the values themselves are close: the bits alone would call all plain backgrounds the same. Overall
brightness counts as colour only, so that the limit on what is drawn can be tight: with a loose one, unrelated pictures
of one simple kind are each near some other, and a class becomes one chain.

Candidates are found as in M. Norouzi, A. Punjani & D. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing"
(2012): of five bands of bits, one must be equal where at most four bits differ, so only pictures that share a band are
compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_BITS = 4
"""Bits of 64 that may differ."""
MOST_DISTANCE = 4.0
"""Standard deviation of the differences of the grey values, in levels of 256, from 64×64 pixels on; see `limit`."""
MOST_COLOUR_DISTANCE = 10.0
"""Root mean square difference of the mean colours, in levels of 256."""
SUMMARY = 8 * 9 + 3
"""Bytes that a picture is boiled down to: 8 rows of 9 grey values, and the mean of each colour."""

_MARGIN = 2  # levels: in a plain area, noise must not decide
_BANDS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))  # first bit and how many: one band more than `MOST_BITS`
# In a crowd that shares a band (dark pictures, white borders) each picture is compared with so many that are
# nearest to it in brightness. Near-duplicates are, and all pairs of a crowd would take hours.
_NEIGHBOURS = 64


def summary(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a picture uint8 [H, W, C] is boiled down to: uint8 [SUMMARY]."""
    grey_only = picture.shape[2] == 1
    image = Image.fromarray(picture[..., 0] if grey_only else picture)
    grey = np.asarray((image if grey_only else image.convert("L")).resize((9, 8), Image.Resampling.BOX))
    colour = np.broadcast_to(picture.reshape(-1, picture.shape[2]).mean(axis=0), 3)
    return np.concatenate([grey.ravel(), np.rint(colour).astype(np.uint8)])


def difference_hashes(summaries: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The 64 bits [N] of summaries [N, SUMMARY]: whether a value is brighter than the one to its left."""
    grey = summaries[:, : 8 * 9].reshape(-1, 8, 9).astype(np.int16)
    bits = grey[:, :, 1:] > grey[:, :, :-1] + _MARGIN
    return np.packbits(bits.reshape(len(bits), 64), axis=1).view(">u8").astype(np.uint64).reshape(-1)


def limit(side: int) -> float:
    """`MOST_DISTANCE` for pictures whose short side has so many pixels: in proportion below 64.

    The smaller pictures are, the more are alike that nobody copied: of the 70,000 of MNIST (28×28), 4 levels chain 932
    ones, 1.75 at most 9. The price: of MNIST's pictures saved again as JPEG, all are found at quality 90, and 62 % at
    quality 75. A class whose pictures leave the test side in one piece would do more harm.
    """
    return MOST_DISTANCE * min(1.0, side / 64)


def groups(summaries: NDArray[np.uint8], side: int) -> NDArray[np.int64]:
    """The group [N] of each picture, from 0 in order of first appearance; near-duplicates of one share a group.

    `side` is the short side of the pictures in pixels. Being nearly the same passes on from pair to pair: a group may
    be a chain whose ends differ. Takes time in proportion to N.
    """
    hashes = difference_hashes(summaries)
    brightness = summaries[:, : 8 * 9].sum(axis=1, dtype=np.int64)
    labels = np.arange(len(summaries))
    for first_bit, bits in _BANDS:
        band = hashes >> np.uint64(first_bit) & np.uint64(2**bits - 1)
        order = np.lexsort((np.arange(len(band)), brightness, band))
        labels = _joined(labels, order, band[order], hashes, summaries, limit(side))
    _, appearance, group = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(appearance), np.int64)
    rank[np.argsort(appearance)] = np.arange(len(appearance))
    return rank[group.reshape(-1)]


def _joined(
    labels: NDArray[np.int64],
    order: NDArray[np.int64],
    band: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    summaries: NDArray[np.uint8],
    most: float,
) -> NDArray[np.int64]:
    """Labels [N] of components, with the near-duplicates joined that share a value of `band`, which is in `order`."""
    for step in range(1, min(_NEIGHBOURS, len(band) - 1) + 1):
        same = np.flatnonzero(band[step:] == band[:-step])
        if not len(same):
            break  # a run that is longer than this step would have ended in a pair
        first, second = order[same], order[same + step]
        # The cheapest question comes first: most pairs of a crowd are joined by their first neighbours.
        new = labels[first] != labels[second]
        first, second = first[new], second[new]
        near = _ones(hashes[first] ^ hashes[second]) <= MOST_BITS
        first, second = first[near], second[near]
        near = _close(summaries, first, second, most)
        if near.any():
            labels = _merged(labels, first[near], second[near])
    return labels


def _merged(labels: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(first), np.int8), (labels[first], labels[second])), shape=(len(labels),) * 2)
    _, components = connected_components(links, directed=False)
    merged: NDArray[np.int64] = components.astype(np.int64)[labels]
    return merged


def _ones(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """How many bits of each word are 1 (H. Warren, "Hacker's Delight", 2nd ed., figure 5-2)."""
    one, two, four = (np.uint64(mask) for mask in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F))
    pairs = words - (words >> np.uint64(1) & one)
    nibbles = (pairs & two) + (pairs >> np.uint64(2) & two)
    octets = nibbles + (nibbles >> np.uint64(4)) & four
    count: NDArray[np.uint64] = octets * np.uint64(0x0101010101010101) >> np.uint64(56)
    return count


def _close(
    summaries: NDArray[np.uint8], one: NDArray[np.int64], other: NDArray[np.int64], most: float
) -> NDArray[np.bool_]:
    close = np.empty(len(one), np.bool_)
    for start in range(0, len(one), 2**16):
        piece = slice(start, start + 2**16)
        differences = summaries[one[piece]].astype(np.float32) - summaries[other[piece]]
        grey = differences[:, : 8 * 9].var(axis=1)
        colour = (differences[:, 8 * 9 :] ** 2).mean(axis=1)
        close[piece] = (grey <= most**2) & (colour <= MOST_COLOUR_DISTANCE**2)
    return close
