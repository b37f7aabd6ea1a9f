"""Where all chance comes from: initial weights, batch order and noise, drawn by the harness with NumPy's Philox.

Both halves of a pair are given the same arrays, so they are one experiment run twice. Every stream is addressed by
(seed, purpose, position): the noise of step 700 is the same whether or not steps 1 to 699 were drawn before, how many
steps a call has, and on which machine. Philox is a counter-based generator (Salmon et al. 2011): the position goes
into the upper words of its counter, which the generator itself never reaches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike, NDArray

from bench.training.contract import Array


def philox(seed: int, purpose: str, position: int = 0) -> np.random.Generator:
    """The random generator of one place in one stream."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, position, 0]))


def initial_parameters(parameters: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """The canonical first weights for a model's names and shapes.

    Kernels are Glorot-uniform (Glorot & Bengio 2010, Keras' default): U(−l, l), l = √(6 / (fan_in + fan_out)), where
    a convolution's fans are its channels times its window; everything else is 0. Drawn in float64 and then rounded to
    the model's own type, so that all precisions start from the same numbers.
    """
    return {name: _initial(name, array, seed) for name, array in parameters.items()}


def _initial(name: str, array: Array, seed: int) -> Array:
    if not name.endswith("/kernel"):
        return np.zeros_like(array)
    window = int(np.prod(array.shape[:-2]))
    limit = np.sqrt(6.0 / (window * (array.shape[-2] + array.shape[-1])))
    draw = philox(seed, f"init/{name}").uniform(-limit, limit, array.shape)
    return draw.astype(array.dtype)


class Streams:
    """Batches and noise of one seed for a data set of `images` pictures.

    `noise` maps the name of each noise to its shape for one image.
    """

    def __init__(
        self, seed: int, images: int, batch_size: int, noise: Mapping[str, tuple[int, ...]], dtype: DTypeLike
    ) -> None:
        self._seed = seed
        self._images = images
        self._batch_size = batch_size
        self._shapes = dict(noise)
        self._dtype = np.dtype(dtype)
        self._epochs: dict[int, NDArray[np.int32]] = {}

    def batches(self, step: int, steps: int) -> NDArray[np.int32]:
        """Picture numbers int32 [steps, B] from `step` on: each epoch a permutation, read across its end."""
        first, last = step * self._batch_size, (step + steps) * self._batch_size
        epochs = range(first // self._images, (last - 1) // self._images + 1)
        order = np.concatenate([self._epoch(epoch) for epoch in epochs])
        start = first - epochs[0] * self._images
        return order[start : start + last - first].reshape(steps, self._batch_size)

    def noise(self, step: int, steps: int) -> dict[str, Array]:
        """Standard normal noise, each [steps, B, ...], from `step` on."""
        return {
            name: np.stack(
                [self._normal(f"noise/{name}", s, (self._batch_size, *shape)) for s in range(step, step + steps)]
            )
            for name, shape in self._shapes.items()
        }

    def latent(self, count: int, size: int) -> Array:
        """The fixed latent noise [count, size] from which every model of this seed is sampled.

        A longer draw begins with the shorter one.
        """
        return self._normal("sample", 0, (count, size))

    def _normal(self, purpose: str, position: int, shape: tuple[int, ...]) -> Array:
        return philox(self._seed, purpose, position).standard_normal(shape).astype(self._dtype)

    def _epoch(self, epoch: int) -> NDArray[np.int32]:
        if epoch not in self._epochs:
            # Two epochs at most are ever needed at once.
            self._epochs = {e: order for e, order in self._epochs.items() if e == epoch - 1}
            self._epochs[epoch] = philox(self._seed, "batches", epoch).permutation(self._images).astype(np.int32)
        return self._epochs[epoch]
