"""How a domain extractor is trained: one recipe, one seed, the train split alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.quality.network import DomainNetwork, to_pixels

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """What, besides the images, decides the weights: Adam with a one-cycle schedule (Smith & Topin 2019)."""

    epochs: int = 5  # Passes over the training images.
    batch_size: int = 256  # Images a step; the rest of an epoch that fills no batch is left out.
    peak_learning_rate: float = 4e-3  # Adam's rate at the top of the cycle.
    dropout: float = 0.25  # Share of units dropped before each of the two dense layers.
    seed: int = 0  # Of the initial weights, the dropout masks and the order of the images.


def train_network(
    images: NDArray[np.uint8], labels: NDArray[np.int64], num_classes: int, recipe: Recipe
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
    for epoch in range(recipe.epochs):
        shuffled = torch.from_numpy(order.permutation(len(images)))
        total = 0.0
        for batch in shuffled[: steps * batch_size].view(steps, batch_size):
            _, logits = network(pixels[batch])
            loss = nn.functional.cross_entropy(logits, targets[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += loss.item()
        log.info("epoch %d of %d: mean loss %.4f", epoch + 1, recipe.epochs, total / steps)
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
