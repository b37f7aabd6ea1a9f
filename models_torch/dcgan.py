"""DCGAN: a generator and a discriminator with leaky ReLUs and dropout, in PyTorch."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.models.dcgan import Config
from bench.models.geometry import ImageShape, base_grid
from models_torch.engine import (
    Conv2dSame,
    ConvTranspose2dSame,
    Dropout,
    Engine,
    Flatten,
    Network,
    Tensors,
    Unflatten,
)


class Generator(Network):
    """Latent noise [N, Z] to pictures in [0, 1], [N, C, H, W]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        base, first, second = config.generator_widths
        grid = (*base_grid(image_shape), base)
        self.slope = config.slope
        self.dense = nn.Linear(config.latent, math.prod(grid))
        self.unflatten = Unflatten(grid)
        self.up1 = ConvTranspose2dSame(base, first, 4, stride=2)
        self.up2 = ConvTranspose2dSame(first, second, 4, stride=2)
        self.out = Conv2dSame(second, image_shape[2], 7, stride=1)

    def forward(self, latent: Tensor) -> Tensor:
        x = F.leaky_relu(self.dense(latent), self.slope)
        x = self.unflatten(x)
        x = F.leaky_relu(self.up1(x), self.slope)
        x = F.leaky_relu(self.up2(x), self.slope)
        return torch.sigmoid(self.out(x))


class Discriminator(Network):
    """Pictures [N, C, H, W] to logits [N, 1]: positive means real."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.discriminator_widths
        self.slope = config.slope
        self.conv1 = Conv2dSame(image_shape[2], first, 3, stride=2)
        self.dropout1 = Dropout(config.dropout[0])
        self.conv2 = Conv2dSame(first, second, 3, stride=2)
        self.dropout2 = Dropout(config.dropout[1])
        self.flatten = Flatten()
        self.logit = nn.Linear(second * math.prod(base_grid(image_shape)), 1)

    def forward(self, images: Tensor, mask1: Tensor | None, mask2: Tensor | None) -> Tensor:
        x = F.leaky_relu(self.conv1(images), self.slope)
        x = self.dropout1(x, mask1)
        x = F.leaky_relu(self.conv2(x), self.slope)
        x = self.dropout2(x, mask2)
        return self.logit(self.flatten(x))


class Model(Engine):
    """The DCGAN: both losses from one forward pass, each moving its own network."""

    def build(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        self.generator = Generator(config, image_shape)
        self.discriminator = Discriminator(config, image_shape)
        self.updates = {
            "generator_loss": (self.generator,),
            "discriminator_loss": (self.discriminator,),
        }

    def losses_of(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        # Masks are given while the pair is being proved; otherwise dropout draws its own.
        real_masks = noise.get("real_mask1"), noise.get("real_mask2")
        fake_masks = noise.get("fake_mask1"), noise.get("fake_mask2")
        fakes = self.generator(noise["latent"])
        real_logits = self.discriminator(images, *real_masks)
        fake_logits = self.discriminator(fakes, *fake_masks)
        generator_loss = cross_entropy(fake_logits, 1.0)
        discriminator_loss = cross_entropy(real_logits, 1.0) + cross_entropy(fake_logits, 0.0)
        return {"generator_loss": generator_loss, "discriminator_loss": discriminator_loss}

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        return self.generator(latent)


def cross_entropy(logits: Tensor, target: float) -> Tensor:
    """Sigmoid cross-entropy of logits [N, 1] against one target, mean over the batch."""
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))
