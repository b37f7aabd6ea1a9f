"""The few distributions that the autoencoders are made of, in PyTorch. Densities are in nats an image."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def reparametrise(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """A sample [N, Z] of diagonal Gaussians from standard normal noise [N, Z] (Kingma & Welling 2014)."""
    return mean + torch.exp(0.5 * log_variance) * noise


def log_bernoulli(x: Tensor, logits: Tensor) -> Tensor:
    """Log-likelihood [N] of pixels x in [0, 1] given logits of the same shape, summed over all pixels.

    Where x is binary this is log p(x); for grey x it is a cross-entropy, and not that of a normalised density.
    """
    cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return -cross_entropy.sum(dim=(1, 2, 3))


def log_normal(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Log-density [N] of diagonal Gaussians at z [N, Z]."""
    log_tau = math.log(2.0 * math.pi)
    squares = (z - mean) ** 2 * torch.exp(-log_variance)
    return -0.5 * (squares + log_variance + log_tau).sum(dim=1)


def log_standard_normal(z: Tensor) -> Tensor:
    """Log-density [N] of the standard normal at z [N, Z]."""
    return log_normal(z, torch.zeros_like(z), torch.zeros_like(z))


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence [N] of diagonal Gaussians from the standard normal, in closed form (ibid., appendix B)."""
    return 0.5 * (mean**2 + torch.exp(log_variance) - 1.0 - log_variance).sum(dim=1)
