"""Sketches of weights: small, and as far apart as the weights themselves are."""

from __future__ import annotations

import hashlib

import numpy as np

from bench.training.contract import Array

BUCKETS = 512
"""Numbers in a sketch. The distance of two sketches estimates that of the tensors to about 1/√(BUCKETS/2) = 6 %."""


def sketch(name: str, tensor: Array) -> Array:
    """A tensor as at most `BUCKETS` numbers: the count sketch of Charikar, Chen & Farach-Colton (2002).

    Each element is added, with a sign of its own, to a bucket of its own, both drawn once for the tensor's name. The
    sketch is linear, and the expected square of its norm is that of the tensor: so two trainings can be compared after
    every step without keeping 50 copies of all weights. A tensor that is small enough is its own sketch.
    """
    flat = np.ravel(tensor)
    if flat.size <= BUCKETS:
        return flat.copy()
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    random = np.random.Generator(np.random.Philox(seed))
    buckets = random.integers(0, BUCKETS, flat.size)
    signs = 1.0 - 2.0 * random.integers(0, 2, flat.size)
    return np.bincount(buckets, weights=signs * flat, minlength=BUCKETS)
