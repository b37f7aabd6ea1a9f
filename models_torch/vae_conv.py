"""VAE with pooling: a VAE with convolutions, pooling and upsampling, in PyTorch."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.models.geometry import ImageShape, base_grid
from bench.models.vae_conv import Config
from models_torch.distributions import kl_to_standard_normal, log_bernoulli, reparametrise
from models_torch.engine import AutoencoderEngine, Conv2dSame, Flatten, Network, Tensors, Unflatten


class Encoder(Network):
    """Pictures [N, C, H, W] to mean and log-variance of q(z given x), [N, 2 Z]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.encoder_widths
        self.conv1 = Conv2dSame(image_shape[2], first, 3, stride=1)
        self.conv2 = Conv2dSame(first, second, 3, stride=1)
        self.pool = nn.MaxPool2d(2)
        self.flatten = Flatten()
        features = second * math.prod(base_grid(image_shape))
        self.posterior = nn.Linear(features, 2 * config.latent)

    def forward(self, images: Tensor) -> Tensor:
        x = self.pool(F.relu(self.conv1(images)))
        x = self.pool(F.relu(self.conv2(x)))
        return self.posterior(self.flatten(x))


class Decoder(Network):
    """Latent vectors [N, Z] to Bernoulli logits, [N, C, H, W]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        base, first, second = config.decoder_widths
        grid = (*base_grid(image_shape), base)
        self.dense = nn.Linear(config.latent, math.prod(grid))
        self.unflatten = Unflatten(grid)
        self.conv1 = Conv2dSame(base, first, 3, stride=1)
        self.conv2 = Conv2dSame(first, second, 3, stride=1)
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.out = Conv2dSame(second, image_shape[2], 3, stride=1)

    def forward(self, latent: Tensor) -> Tensor:
        x = F.relu(self.dense(latent))
        x = self.unflatten(x)
        x = self.upsample(F.relu(self.conv1(x)))
        x = self.upsample(F.relu(self.conv2(x)))
        return self.out(x)


class Model(AutoencoderEngine):
    """The VAE with pooling: one loss, the negative bound on grey values, moving both networks."""

    def build(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        self.encoder = Encoder(config, image_shape)
        self.decoder = Decoder(config, image_shape)
        self.updates = {"loss": (self.encoder, self.decoder)}

    def losses_of(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        mean, log_variance = self.posterior(images, labels)
        z = reparametrise(mean, log_variance, noise["posterior"])
        reconstruction = self.log_likelihood(images, z, labels)
        kl = kl_to_standard_normal(mean, log_variance)
        return {
            "loss": -(reconstruction - kl).mean(),
            "reconstruction": reconstruction.mean(),
            "kl": kl.mean(),
        }

    def posterior(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        return mean, log_variance

    def log_likelihood(self, x: Tensor, z: Tensor, labels: Tensor) -> Tensor:
        return log_bernoulli(x, self.decoder(z))

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        return torch.sigmoid(self.decoder(latent))
