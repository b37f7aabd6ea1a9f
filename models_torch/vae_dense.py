"""Dense VAE: a variational autoencoder without convolutions, in PyTorch."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.models.geometry import ImageShape
from bench.models.vae_dense import Config
from models_torch.distributions import kl_to_standard_normal, log_bernoulli, reparametrise
from models_torch.engine import AutoencoderEngine, Flatten, Network, Tensors, Unflatten


class Encoder(Network):
    """Pictures [N, C, H, W] to mean and log-variance of q(z given x), [N, 2 Z]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.encoder_widths
        self.flatten = Flatten()
        self.dense1 = nn.Linear(math.prod(image_shape), first)
        self.dense2 = nn.Linear(first, second)
        self.posterior = nn.Linear(second, 2 * config.latent)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(self.dense1(self.flatten(images)))
        x = F.relu(self.dense2(x))
        return self.posterior(x)


class Decoder(Network):
    """Latent vectors [N, Z] to Bernoulli logits, [N, C, H, W]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        self.dense = nn.Linear(config.latent, config.decoder_width)
        self.out = nn.Linear(config.decoder_width, math.prod(image_shape))
        self.unflatten = Unflatten(image_shape)

    def forward(self, latent: Tensor) -> Tensor:
        x = F.relu(self.dense(latent))
        return self.unflatten(self.out(x))


class Model(AutoencoderEngine):
    """The dense VAE: one loss, the negative bound on grey values, moving both networks."""

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
