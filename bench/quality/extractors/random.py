"""`random`: fixed random features, for images of which there is no classifier.

A convolutional network that was never trained still tells real pictures from blurred, repeated or noisy ones,
coarsely: it sees layout and texture, and nothing of what a picture means. It scores whatever has no extractor of its
own, unlabelled images above all.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from bench.datasets import ImageSet
from bench.quality import random_weights
from bench.quality.features import Extractor, Features, Images, checked_images, in_batches
from bench.quality.network import to_pixels

BATCH_SIZE = 50  # Divides 10,000, 2,000 and 1,500; a batch of 256x256 pictures still takes little memory.


class RandomExtractor:
    """A network with pinned random weights (see `bench.quality.random_weights`): 128 features, no classes.

    Images keep their size, because scaling would hide the very blur that a score should see; averaging the last maps
    to a grid of 4x4 makes 128 features of every size. Grey images are repeated to three channels, so that one set of
    weights serves both, and a grey picture scores alike however it is stored. There is no training set to take a
    scale from: features are divided by one constant for all images.
    """

    batch_size = BATCH_SIZE
    name = random_weights.NAME
    title = f"FD-random [{random_weights.NAME}]"
    weights_sha256 = random_weights.SHA256
    dimension = random_weights.DIMENSION
    least_n = 10 * random_weights.DIMENSION
    num_classes: int | None = None
    no_classes = "random features classify nothing"

    def __init__(self, device: str = "cpu") -> None:
        torch.backends.cudnn.allow_tf32 = False
        self.device = device
        layers = [torch.from_numpy(weights).to(device) for weights in random_weights.random_weights().values()]
        *self._convolutions, self._features = layers

    def __call__(self, images: Images) -> Features:
        """Features float32 [N, 128] of images of any height and width, grey or RGB."""
        return in_batches(checked_images(images), self, self._forward)

    @torch.inference_mode()
    def _forward(self, images: Images) -> Features:
        maps = to_pixels(images).to(self.device).expand(-1, 3, -1, -1)
        # In one order in memory, because the order of a sum decides its last bit.
        maps = maps.float().contiguous() / 127.5 - 1.0
        return Features(self._embedded(maps).cpu().numpy(), None)

    def _embedded(self, maps: Tensor) -> Tensor:
        first, second, third = self._convolutions
        for weights in (first, second):
            # Rounded up, so that even a picture of one pixel has a map.
            maps = functional.max_pool2d(
                functional.relu(functional.conv2d(maps, weights, padding=1)), 2, ceil_mode=True
            )
        maps = functional.adaptive_avg_pool2d(
            functional.relu(functional.conv2d(maps, third, padding=1)), random_weights.GRID
        )
        return functional.linear(maps.flatten(1), self._features) / random_weights.FEATURE_SCALE


def load(images: ImageSet, weights: Path | None, device: str) -> Extractor:  # noqa: ARG001 -- one for all images
    """The extractor, which takes any images and has no file."""
    return RandomExtractor(device)
