"""The few distributions that the autoencoders are made of, in TensorFlow. Densities are in nats an image."""

import math

import tensorflow as tf
from tensorflow import Tensor


def reparametrise(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """A sample [N, Z] of diagonal Gaussians from standard normal noise [N, Z] (Kingma & Welling 2014)."""
    return mean + tf.exp(0.5 * log_variance) * noise


def log_bernoulli(x: Tensor, logits: Tensor) -> Tensor:
    """Log-likelihood [N] of pixels x in [0, 1] given logits of the same shape, summed over all pixels.

    Where x is binary this is log p(x); for grey x it is a cross-entropy, and not that of a normalised density.
    """
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    return -tf.reduce_sum(cross_entropy, axis=(1, 2, 3))


def log_normal(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Log-density [N] of diagonal Gaussians at z [N, Z]."""
    log_tau = math.log(2.0 * math.pi)
    squares = (z - mean) ** 2 * tf.exp(-log_variance)
    return -0.5 * tf.reduce_sum(squares + log_variance + log_tau, axis=1)


def log_standard_normal(z: Tensor) -> Tensor:
    """Log-density [N] of the standard normal at z [N, Z]."""
    return log_normal(z, tf.zeros_like(z), tf.zeros_like(z))


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence [N] of diagonal Gaussians from the standard normal, in closed form (ibid., appendix B)."""
    return 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1.0 - log_variance, axis=1)
