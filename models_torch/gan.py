"""GAN: a generator and a discriminator with convolutions, in PyTorch."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.models.gan import Config
from bench.models.geometry import ImageShape, base_grid, valid_grid
from models_torch.engine import ConvTranspose2dSame, Engine, Flatten, Network, Tensors, Unflatten


class Generator(Network):
    """Latent noise [N, Z] to pictures in [0, 1], [N, C, H, W]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        base, first, second = config.generator_widths
        grid = (*base_grid(image_shape), base)
        self.dense = nn.Linear(config.latent, math.prod(grid))
        self.unflatten = Unflatten(grid)
        self.up1 = ConvTranspose2dSame(base, first, 3, stride=2)
        self.up2 = ConvTranspose2dSame(first, second, 3, stride=2)
        self.out = ConvTranspose2dSame(second, image_shape[2], 3, stride=1)

    def forward(self, latent: Tensor) -> Tensor:
        x = F.relu(self.dense(latent))
        x = self.unflatten(x)
        x = F.relu(self.up1(x))
        x = F.relu(self.up2(x))
        return torch.sigmoid(self.out(x))


class Discriminator(Network):
    """Pictures [N, C, H, W] to logits [N, 1]: positive means real."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.discriminator_widths
        self.conv1 = nn.Conv2d(image_shape[2], first, 3, stride=2)
        self.conv2 = nn.Conv2d(first, second, 3, stride=2)
        self.flatten = Flatten()
        self.logit = nn.Linear(second * math.prod(valid_grid(image_shape)), 1)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(self.conv1(images))
        x = F.relu(self.conv2(x))
        return self.logit(self.flatten(x))


class Model(Engine):
    """The GAN: both losses from one forward pass, each moving its own network."""

    def build(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        self.generator = Generator(config, image_shape)
        self.discriminator = Discriminator(config, image_shape)
        self.updates = {
            "generator_loss": (self.generator,),
            "discriminator_loss": (self.discriminator,),
        }

    def losses_of(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        fakes = self.generator(noise["latent"])
        real_logits = self.discriminator(images)
        fake_logits = self.discriminator(fakes)
        generator_loss = cross_entropy(fake_logits, 1.0)
        discriminator_loss = cross_entropy(real_logits, 1.0) + cross_entropy(fake_logits, 0.0)
        return {"generator_loss": generator_loss, "discriminator_loss": discriminator_loss}

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        return self.generator(latent)


def cross_entropy(logits: Tensor, target: float) -> Tensor:
    """Sigmoid cross-entropy of logits [N, 1] against one target, mean over the batch."""
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))
