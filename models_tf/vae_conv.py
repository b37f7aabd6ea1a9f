"""VAE with pooling: a VAE with convolutions, pooling and upsampling, in TensorFlow."""

import math

import tensorflow as tf
from keras import layers
from tensorflow import Tensor

from bench.models.geometry import ImageShape, base_grid
from bench.models.vae_conv import Config
from models_tf.distributions import kl_to_standard_normal, log_bernoulli, reparametrise
from models_tf.engine import AutoencoderEngine, Network, Tensors


class Encoder(Network):
    """Pictures [N, H, W, C] to mean and log-variance of q(z given x), [N, 2 Z]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.encoder_widths
        self.conv1 = layers.Conv2D(first, 3, padding="same")
        self.conv2 = layers.Conv2D(second, 3, padding="same")
        self.pool = layers.MaxPooling2D(2)
        self.flatten = layers.Flatten()
        self.posterior = layers.Dense(2 * config.latent)

    def call(self, images: Tensor) -> Tensor:
        x = self.pool(tf.nn.relu(self.conv1(images)))
        x = self.pool(tf.nn.relu(self.conv2(x)))
        return self.posterior(self.flatten(x))


class Decoder(Network):
    """Latent vectors [N, Z] to Bernoulli logits, [N, H, W, C]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        base, first, second = config.decoder_widths
        grid = (*base_grid(image_shape), base)
        self.dense = layers.Dense(math.prod(grid))
        self.unflatten = layers.Reshape(grid)
        self.conv1 = layers.Conv2D(first, 3, padding="same")
        self.conv2 = layers.Conv2D(second, 3, padding="same")
        self.upsample = layers.UpSampling2D(2, interpolation="nearest")
        self.out = layers.Conv2D(image_shape[2], 3, padding="same")

    def call(self, latent: Tensor) -> Tensor:
        x = tf.nn.relu(self.dense(latent))
        x = self.unflatten(x)
        x = self.upsample(tf.nn.relu(self.conv1(x)))
        x = self.upsample(tf.nn.relu(self.conv2(x)))
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
            "loss": -tf.reduce_mean(reconstruction - kl),
            "reconstruction": tf.reduce_mean(reconstruction),
            "kl": tf.reduce_mean(kl),
        }

    def posterior(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = tf.split(self.encoder(x), 2, axis=1)
        return mean, log_variance

    def log_likelihood(self, x: Tensor, z: Tensor, labels: Tensor) -> Tensor:
        return log_bernoulli(x, self.decoder(z))

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        return tf.sigmoid(self.decoder(latent))
