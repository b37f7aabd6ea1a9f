"""How a domain extractor is trained: one recipe, one seed, the train split alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.quality.network import DomainNetwork, to_pixels

SMALLEST_BATCH, LARGEST_BATCH, BATCHES_AN_EPOCH = 16, 256, 16
"""A batch is the largest power of two that an epoch has so many of: 256 from 4,096 images on."""
FEWEST_EPOCHS, FEWEST_STEPS = 5, 400
"""Fewer than 400 steps of a small batch leave a classifier half trained: a small set is seen more often."""

Notify = Callable[[str, float], None]
"""Called with what has been done last, in words, and with the share of the steps that are done."""


@dataclass(frozen=True)
class Recipe:
    """What, besides the images, decides the weights: Adam with a one-cycle schedule (Smith & Topin 2019)."""

    epochs: int = 5  # Passes over the training images.
    batch_size: int = 256  # Images a step; the rest of an epoch that fills no batch is left out.
    peak_learning_rate: float = 4e-3  # Adam's rate at the top of the cycle.
    dropout: float = 0.25  # Share of units dropped before each of the two dense layers.
    seed: int = 0  # Of the initial weights, the dropout masks and the order of the images.

    @classmethod
    def for_images(cls, count: int, epochs: int | None = None, seed: int = 0) -> Recipe:
        """The recipe for a number of training images; their number decides the epochs unless they are given."""
        batch_size = 2 ** int(math.log2(max(1, count // BATCHES_AN_EPOCH)))
        batch_size = min(LARGEST_BATCH, max(SMALLEST_BATCH, batch_size))
        steps = max(1, count // batch_size)
        return cls(
            epochs=epochs or max(FEWEST_EPOCHS, math.ceil(FEWEST_STEPS / steps)), batch_size=batch_size, seed=seed
        )


def train_network(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    num_classes: int,
    recipe: Recipe,
    notify: Notify = lambda *_: None,
) -> DomainNetwork:
    """A trained classifier, in evaluation mode, its `feature_rms` set, for images uint8 [N, H, W, C].

    The result is the same to the bit for the same arguments, versions, machine and thread count. torch's
    global random state is used and left changed: this is a process's only job.
    """
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True)
    order = np.random.Generator(np.random.Philox(recipe.seed))
    height, width, channels = images.shape[1:]
    network = DomainNetwork((height, width, channels), num_classes, recipe.dropout)
    network = network.to(memory_format=torch.channels_last)
    pixels, targets = to_pixels(images), torch.from_numpy(labels)
    batch_size = min(recipe.batch_size, len(images))
    steps = len(images) // batch_size
    optimiser = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.peak_learning_rate, total_steps=recipe.epochs * steps
    )
    done = f"training on {len(images):,} images"
    for epoch in range(recipe.epochs):
        shuffled = torch.from_numpy(order.permutation(len(images)))
        total = 0.0
        for step, batch in enumerate(shuffled[: steps * batch_size].view(steps, batch_size)):
            notify(done, (epoch * steps + step) / (recipe.epochs * steps))
            _, logits = network(pixels[batch])
            loss = nn.functional.cross_entropy(logits, targets[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += loss.item()
        done = f"epoch {epoch + 1} of {recipe.epochs}: mean loss {total / steps:.4f}"
    notify(done, 1.0)
    network.eval()
    network.feature_rms.fill_(_root_mean_square(network, pixels))
    return network


@torch.inference_mode()
def _root_mean_square(network: DomainNetwork, pixels: Tensor) -> float:
    """Of the features of all images, before they are divided by it (the buffer is still 1)."""
    squares = 0.0
    for start in range(0, len(pixels), 250):
        features, _ = network(pixels[start : start + 250])
        squares += float(features.double().square().sum())
    return float(np.sqrt(squares / (len(pixels) * network.hidden.out_features)))
