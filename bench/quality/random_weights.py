"""The weights of the random-feature extractor: no file, but numbers from a fixed seed and a pinned hash. No framework.

They are made of Philox's raw output, which NumPy promises never to change (of its distributions it does not), by
steps that floating point rounds alike everywhere: the same bytes on every machine.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

SEED = 0
DIMENSION = 128
GRID = 4
"""Side of the grid to which every image's last maps are averaged."""
FEATURE_SCALE = 3.0
"""What features are divided by: then their root mean square is 0.8, 0.6 and 0.5 over digits, clothes and monsters.

At their own size the cube in the kernel of KID makes so much of large features that binarised clothes are farther
from real ones than noise is.
"""
ARCHITECTURE = (
    f"conv16-pool-conv32-pool-conv64-mean{GRID}x{GRID}-fc{DIMENSION}, "
    f"3x3, ReLU, RGB, no biases, random, divided by {FEATURE_SCALE}"
)
SHAPES = {
    "convolution1": (16, 3, 3, 3),
    "convolution2": (32, 16, 3, 3),
    "convolution3": (64, 32, 3, 3),
    "features": (DIMENSION, 64 * GRID * GRID),
}
"""Layer to the shape of its weights, outputs first, in the order in which they are drawn."""

SHA256 = "f6f0a9ad1cd8a42ea2018e25d833d6a59d5fb66b3dfc6457e2a687233866c634"
"""Of architecture and weights, in hex: whoever changes either makes another extractor, whose scores do not compare."""
NAME = f"random-{SHA256[:8]}"

Weights = dict[str, NDArray[np.float32]]


def random_weights() -> Weights:
    """The weights, float32, by layer. Numbers whose hash is not `SHA256` are a RuntimeError: no score is better."""
    weights = _drawn()
    found = weights_sha256(weights)
    if found != SHA256:
        raise RuntimeError(
            f"the random features' weights are not the pinned ones (sha256 {found[:8]}…, expected {SHA256[:8]}…): "
            "their scores would not compare with anybody's"
        )
    return weights


def weights_sha256(weights: Weights) -> str:
    """The SHA-256, in hex, of the architecture and of the weights as little-endian bytes, layer by layer."""
    digest = hashlib.sha256(ARCHITECTURE.encode())
    for layer, values in weights.items():
        digest.update(f"\n{layer} {values.shape}\n".encode())
        digest.update(values.astype("<f4").tobytes())
    return digest.hexdigest()


def _drawn() -> Weights:
    """Uniform between ±√(6 / inputs): through layers of ReLU the signal keeps its size (He 2015)."""
    philox = np.random.Philox(SEED)
    weights = {}
    for layer, shape in SHAPES.items():
        # 24 bits become odd multiples of 2⁻²⁴ between -1 and 1: float32 holds each of them exactly.
        bits = (philox.random_raw(int(np.prod(shape))) >> np.uint64(40)).astype(np.int64)
        uniform = ((2 * bits - (2**24 - 1)) / 2**24).astype(np.float32)
        bound = np.float32(np.sqrt(6 / np.prod(shape[1:])))
        weights[layer] = (uniform * bound).reshape(shape)
    return weights
