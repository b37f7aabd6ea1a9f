"""GAN: a generator and a discriminator with convolutions, in TensorFlow."""

import math

import tensorflow as tf
from keras import layers
from tensorflow import Tensor

from bench.models.gan import Config
from bench.models.geometry import ImageShape, base_grid
from models_tf.engine import Engine, Network, Tensors


class Generator(Network):
    """Latent noise [N, Z] to pictures in [0, 1], [N, H, W, C]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        base, first, second = config.generator_widths
        grid = (*base_grid(image_shape), base)
        self.dense = layers.Dense(math.prod(grid))
        self.unflatten = layers.Reshape(grid)
        self.up1 = layers.Conv2DTranspose(first, 3, strides=2, padding="same")
        self.up2 = layers.Conv2DTranspose(second, 3, strides=2, padding="same")
        self.out = layers.Conv2DTranspose(image_shape[2], 3, strides=1, padding="same")

    def call(self, latent: Tensor) -> Tensor:
        x = tf.nn.relu(self.dense(latent))
        x = self.unflatten(x)
        x = tf.nn.relu(self.up1(x))
        x = tf.nn.relu(self.up2(x))
        return tf.sigmoid(self.out(x))


class Discriminator(Network):
    """Pictures [N, H, W, C] to logits [N, 1]: positive means real."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.discriminator_widths
        self.conv1 = layers.Conv2D(first, 3, strides=2)
        self.conv2 = layers.Conv2D(second, 3, strides=2)
        self.flatten = layers.Flatten()
        self.logit = layers.Dense(1)

    def call(self, images: Tensor) -> Tensor:
        x = tf.nn.relu(self.conv1(images))
        x = tf.nn.relu(self.conv2(x))
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
    targets = tf.fill(tf.shape(logits), tf.cast(target, logits.dtype))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))
