"""Conditional VAE: a convolutional VAE that is told the class of each picture, in PyTorch."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.models.cond_vae import Config, check_labels
from bench.models.geometry import ImageShape, base_grid, valid_grid
from models_torch.distributions import log_bernoulli, log_normal, log_standard_normal, reparametrise
from models_torch.engine import (
    AutoencoderEngine,
    ConvTranspose2dSame,
    Flatten,
    Network,
    Tensors,
    Unflatten,
)


class Encoder(Network):
    """Pictures [N, C, H, W] and labels [N, K] to moments of q(z given x, y), [N, 2 Z]."""

    def __init__(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        super().__init__()
        first, second = config.encoder_widths
        self.conv1 = nn.Conv2d(image_shape[2], first, 3, stride=2)
        self.conv2 = nn.Conv2d(first, second, 3, stride=2)
        self.flatten = Flatten()
        features = second * math.prod(valid_grid(image_shape))
        self.posterior = nn.Linear(features + num_classes, 2 * config.latent)

    def forward(self, images: Tensor, one_hot: Tensor) -> Tensor:
        x = F.relu(self.conv1(images))
        x = F.relu(self.conv2(x))
        return self.posterior(torch.cat([self.flatten(x), one_hot], dim=1))


class Decoder(Network):
    """Latent vectors [N, Z] and labels [N, K] to Bernoulli logits, [N, C, H, W]."""

    def __init__(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        super().__init__()
        base, first, second = config.decoder_widths
        grid = (*base_grid(image_shape), base)
        self.dense = nn.Linear(config.latent + num_classes, math.prod(grid))
        self.unflatten = Unflatten(grid)
        self.up1 = ConvTranspose2dSame(base, first, 3, stride=2)
        self.up2 = ConvTranspose2dSame(first, second, 3, stride=2)
        self.out = ConvTranspose2dSame(second, image_shape[2], 3, stride=1)

    def forward(self, latent: Tensor, one_hot: Tensor) -> Tensor:
        x = F.relu(self.dense(torch.cat([latent, one_hot], dim=1)))
        x = self.unflatten(x)
        x = F.relu(self.up1(x))
        x = F.relu(self.up2(x))
        return self.out(x)


class Model(AutoencoderEngine):
    """The conditional VAE: one loss, the negative bound, moving both networks."""

    def build(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        check_labels(num_classes)
        self.num_classes = num_classes
        self.binarises = config.binarises(image_shape)
        self.encoder = Encoder(config, image_shape, num_classes)
        self.decoder = Decoder(config, image_shape, num_classes)
        self.updates = {"loss": (self.encoder, self.decoder)}

    def losses_of(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        x = self.observed(images)
        mean, log_variance = self.posterior(x, labels)
        z = reparametrise(mean, log_variance, noise["posterior"])
        reconstruction = self.log_likelihood(x, z, labels)
        kl = log_normal(z, mean, log_variance) - log_standard_normal(z)
        return {
            "loss": -(reconstruction - kl).mean(),
            "reconstruction": reconstruction.mean(),
            "kl": kl.mean(),
        }

    def observed(self, images: Tensor) -> Tensor:
        return (images > 0.5).to(images.dtype) if self.binarises else images

    def posterior(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.encoder(x, self.one_hot(labels)).chunk(2, dim=1)
        return mean, log_variance

    def log_likelihood(self, x: Tensor, z: Tensor, labels: Tensor) -> Tensor:
        return log_bernoulli(x, self.decoder(z, self.one_hot(labels)))

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        return torch.sigmoid(self.decoder(latent, self.one_hot(labels)))

    def one_hot(self, labels: Tensor) -> Tensor:
        """Labels [N] as vectors [N, K] with a single one."""
        return F.one_hot(labels, self.num_classes).to(self.dtype)
