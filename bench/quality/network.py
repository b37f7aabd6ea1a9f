"""The domain extractor's network: a small classifier whose last hidden layer is the feature space."""

from __future__ import annotations

import copy
import math
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

DIMENSION = 128
LARGEST_SIDE = 28
"""A larger image is first halved, once or more: its dense layer would make a file of many megabytes."""


class DomainNetwork(nn.Module):
    """A classifier of small images: conv32-pool-conv64-conv64-pool, 128 features, one logit a class.

    Before them stands one conv32-pool more for each time that the image must be halved until no side is longer than
    28. Every convolution is 3x3 with batch normalisation and ReLU. The features are the outputs of the 128-wide
    layer before its ReLU (a quarter of the units is never active on clothes and would leave the covariance
    singular), divided by `feature_rms`, a buffer that training fills with their root mean square over the
    training images: it travels inside the weights file, so that the file's hash covers it.

    `image_shape` is (height, width, channels): sides divisible by 4, 1 or 3 channels; anything else is a
    ValueError.
    """

    feature_rms: Tensor

    def __init__(self, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.25) -> None:
        super().__init__()
        height, width, channels = image_shape
        if height % 4 or width % 4 or min(height, width) < 4 or channels not in (1, 3):
            raise ValueError(f"image shape {image_shape}: need sides divisible by 4 and 1 or 3 channels")
        if num_classes < 2:
            raise ValueError(f"{num_classes} classes: a classifier needs at least 2")
        self.image_shape = image_shape
        first, *more = [channels] + [32] * _halvings(image_shape)
        self.convolutions = nn.Sequential(
            *_convolution(first, 32),
            _halved(),
            *(layer for inputs in more for layer in (*_convolution(inputs, 32), _halved())),
            *_convolution(32, 64),
            *_convolution(64, 64),
            _halved(),
            nn.Flatten(),
        )
        self.dropout = nn.Dropout(dropout)
        reduction = 4 * 2 ** len(more)
        self.hidden = nn.Linear(64 * math.ceil(height / reduction) * math.ceil(width / reduction), DIMENSION)
        self.classify = nn.Linear(DIMENSION, num_classes)
        self.register_buffer("feature_rms", torch.ones(()))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features float32 [N, 128] and logits float32 [N, classes] of images uint8 [N, C, H, W]."""
        pixels = images.to(torch.float32) / 127.5 - 1.0
        hidden = self.hidden(self.dropout(self.convolutions(pixels)))
        return hidden / self.feature_rms, self.classify(self.dropout(torch.relu(hidden)))

    def folded(self) -> DomainNetwork:
        """A copy for inference that gives the same but for rounding, in about two thirds of the time.

        Each batch normalisation is folded into the convolution before it, and where pictures are halved, ReLU comes
        after the maximum: there it has a quarter to do.
        """
        found = copy.deepcopy(self).eval()
        layers: list[nn.Module] = []
        for layer in found.convolutions:
            match layer:
                case nn.BatchNorm2d():
                    layers.append(fuse_conv_bn_eval(cast(nn.Conv2d, layers.pop()), layer))
                case nn.ReLU():
                    layers.append(nn.ReLU(inplace=True))
                case nn.MaxPool2d():
                    layers.insert(-1, layer)
                case _:
                    layers.append(layer)
        found.convolutions = nn.Sequential(*layers)
        return found


def architecture(image_shape: tuple[int, int, int]) -> str:
    """The network for images of a shape, layer by layer, in words."""
    first = "-".join(["conv32-pool"] * (1 + _halvings(image_shape)))
    return f"{first}-conv64-conv64-pool-fc{DIMENSION}-fc, 3x3, batch norm, ReLU"


def to_pixels(images: NDArray[np.uint8]) -> Tensor:
    """Images uint8 [N, H, W, C] as a tensor uint8 [N, C, H, W] whose memory stays channels last."""
    # torch has no read-only tensors: it warns of an array that is, and a loaded data set may be.
    writable = images if images.flags.writeable else images.copy()
    return torch.from_numpy(writable).permute(0, 3, 1, 2)


def _halvings(image_shape: tuple[int, int, int]) -> int:
    """How often an image must be halved until no side is longer than `LARGEST_SIDE`."""
    return max(0, math.ceil(math.log2(max(image_shape[:2]) / LARGEST_SIDE)))


def _halved() -> nn.Module:
    # Rounded up, so that a very long image keeps a short side.
    return nn.MaxPool2d(2, ceil_mode=True)


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    # Batch normalisation has its own offset: a bias before it would be a parameter without effect.
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
