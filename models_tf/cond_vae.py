"""Conditional VAE: a convolutional VAE that is told the class of each picture, in TensorFlow."""

import math

import tensorflow as tf
from keras import layers
from tensorflow import Tensor

from bench.models.cond_vae import Config, check_labels
from bench.models.geometry import ImageShape, base_grid
from models_tf.distributions import log_bernoulli, log_normal, log_standard_normal, reparametrise
from models_tf.engine import AutoencoderEngine, Network, Tensors


class Encoder(Network):
    """Pictures [N, H, W, C] and labels [N, K] to moments of q(z given x, y), [N, 2 Z]."""

    def __init__(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        super().__init__()
        first, second = config.encoder_widths
        self.conv1 = layers.Conv2D(first, 3, strides=2)
        self.conv2 = layers.Conv2D(second, 3, strides=2)
        self.flatten = layers.Flatten()
        self.posterior = layers.Dense(2 * config.latent)

    def call(self, images: Tensor, one_hot: Tensor) -> Tensor:
        x = tf.nn.relu(self.conv1(images))
        x = tf.nn.relu(self.conv2(x))
        return self.posterior(tf.concat([self.flatten(x), one_hot], axis=1))


class Decoder(Network):
    """Latent vectors [N, Z] and labels [N, K] to Bernoulli logits, [N, H, W, C]."""

    def __init__(self, config: Config, image_shape: ImageShape, num_classes: int) -> None:
        super().__init__()
        base, first, second = config.decoder_widths
        grid = (*base_grid(image_shape), base)
        self.dense = layers.Dense(math.prod(grid))
        self.unflatten = layers.Reshape(grid)
        self.up1 = layers.Conv2DTranspose(first, 3, strides=2, padding="same")
        self.up2 = layers.Conv2DTranspose(second, 3, strides=2, padding="same")
        self.out = layers.Conv2DTranspose(image_shape[2], 3, strides=1, padding="same")

    def call(self, latent: Tensor, one_hot: Tensor) -> Tensor:
        x = tf.nn.relu(self.dense(tf.concat([latent, one_hot], axis=1)))
        x = self.unflatten(x)
        x = tf.nn.relu(self.up1(x))
        x = tf.nn.relu(self.up2(x))
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
            "loss": -tf.reduce_mean(reconstruction - kl),
            "reconstruction": tf.reduce_mean(reconstruction),
            "kl": tf.reduce_mean(kl),
        }

    def observed(self, images: Tensor) -> Tensor:
        return tf.cast(images > 0.5, images.dtype) if self.binarises else images

    def posterior(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = tf.split(self.encoder(x, self.one_hot(labels)), 2, axis=1)
        return mean, log_variance

    def log_likelihood(self, x: Tensor, z: Tensor, labels: Tensor) -> Tensor:
        return log_bernoulli(x, self.decoder(z, self.one_hot(labels)))

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        return tf.sigmoid(self.decoder(latent, self.one_hot(labels)))

    def one_hot(self, labels: Tensor) -> Tensor:
        """Labels [N] as vectors [N, K] with a single one."""
        return tf.one_hot(labels, self.num_classes, dtype=self.dtype)
