"""The model contract: what the harness asks of either half of a pair.

A half is `models_tf/<model>.py` or `models_torch/<model>.py`; each has a class `Model` that fulfils `Model` below.
K is the number of optimiser steps in a call, B the batch size, H, W, C the picture's shape, Z the latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Noise = Mapping[str, Array]


class Model(Protocol):
    """One half of a pair: a model on a device, in a precision, with its optimisers.

    Noises are those that its configuration names. A model with dropout takes its masks (`Description.masks`) among
    them while a pair is being proved; without them the framework draws its own.
    """

    chunk: int
    """Pictures decoded or encoded at a time, so that memory stays bounded."""
    mode_detail: str
    """What the requested mode means in this framework on this device, in words."""

    def parameters(self) -> dict[str, Array]:
        """Trainable weights: canonical name -> array in TensorFlow's layout, float32 or float64."""
        ...

    def load(self, parameters: Mapping[str, Array]) -> None:
        """Set all weights. Missing, extra or misshapen names are a ValueError that names them."""
        ...

    def state(self) -> dict[str, Array]:
        """Everything that an exact resume needs: weights, optimiser slots, step counts."""
        ...

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go back to a `state()` of the same model in the same framework."""
        ...

    def stage(self, images: NDArray[np.uint8], labels: NDArray[np.int64] | None) -> None:
        """Put the whole data set [N, H, W, C] onto the device, once."""
        ...

    def train(self, batches: NDArray[np.int32], noise: Noise) -> dict[str, Array]:
        """K optimiser steps in one call.

        `batches` [K, B] indexes the staged pictures; each noise is [K, B, ...]. Returns each loss as [K],
        complete when it returns. Any K works without retracing.
        """
        ...

    def losses(self, batch: NDArray[np.int32], noise: Noise) -> dict[str, float]:
        """Every loss term of one batch [B], nothing updated."""
        ...

    def gradients(self, batch: NDArray[np.int32], noise: Noise) -> dict[str, Array]:
        """Canonical name -> gradient of the loss that moves that weight; one batch [B], nothing updated."""
        ...

    def sample(self, noise: Array, labels: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
        """Pictures [N, H, W, C] from latent noise [N, Z]: round(255 x), clamped.

        Labels [N] are asked of a model that is told them; others take no notice.
        """
        ...

    def own_dropout(self, count: int) -> dict[str, Array]:
        """What each dropout layer makes of `count` ones by its own draw; for the proof. Without any it is empty."""
        ...

    def sync(self) -> None:
        """Wait until the device has done all that was asked of it."""
        ...

    def memory(self) -> int:
        """Peak bytes so far: allocated on an accelerator, resident size of this process on a CPU."""
        ...


class Autoencoder(Model, Protocol):
    """What an autoencoder can do besides."""

    binarises: bool
    """Whether its likelihood sees pixels binarised at 0.5, rather than grey values as they are."""

    def encode(self, images: NDArray[np.uint8], labels: NDArray[np.int64] | None = None) -> tuple[Array, Array]:
        """Mean and log-variance, each [N, Z], of the posterior of pictures [N, H, W, C].

        Here and below, labels [N] are those of the pictures, for a model that is told them.
        """
        ...

    def reconstruct(self, images: NDArray[np.uint8], labels: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
        """Pictures decoded from the posterior's mean [N, H, W, C]."""
        ...

    def bound(
        self, images: NDArray[np.uint8], noise: Array, labels: NDArray[np.int64] | None = None
    ) -> dict[str, Array]:
        """Terms of the bound per picture, in nats, from standard normal noise [S, N, Z].

        `reconstruction` [N]: mean log-likelihood over the S posterior samples; `kl` [N]: KL divergence of the
        posterior from the prior, in closed form; the ELBO is their difference. `iwae` [N]: the tighter bound of
        Burda et al. (2016), k = S.
        """
        ...
