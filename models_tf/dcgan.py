"""DCGAN: a generator and a discriminator with leaky ReLUs and dropout, in TensorFlow."""

import math

import tensorflow as tf
from keras import layers
from tensorflow import Tensor

from bench.models.dcgan import Config
from bench.models.geometry import ImageShape, base_grid
from models_tf.engine import Dropout, Engine, Network, Tensors, leaky_relu


class Generator(Network):
    """Latent noise [N, Z] to pictures in [0, 1], [N, H, W, C]."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        base, first, second = config.generator_widths
        grid = (*base_grid(image_shape), base)
        self.slope = config.slope
        self.dense = layers.Dense(math.prod(grid))
        self.unflatten = layers.Reshape(grid)
        self.up1 = layers.Conv2DTranspose(first, 4, strides=2, padding="same")
        self.up2 = layers.Conv2DTranspose(second, 4, strides=2, padding="same")
        self.out = layers.Conv2D(image_shape[2], 7, padding="same")

    def call(self, latent: Tensor) -> Tensor:
        x = leaky_relu(self.dense(latent), self.slope)
        x = self.unflatten(x)
        x = leaky_relu(self.up1(x), self.slope)
        x = leaky_relu(self.up2(x), self.slope)
        return tf.sigmoid(self.out(x))


class Discriminator(Network):
    """Pictures [N, H, W, C] to logits [N, 1]: positive means real."""

    def __init__(self, config: Config, image_shape: ImageShape) -> None:
        super().__init__()
        first, second = config.discriminator_widths
        self.slope = config.slope
        self.conv1 = layers.Conv2D(first, 3, strides=2, padding="same")
        self.dropout1 = Dropout(config.dropout[0])
        self.conv2 = layers.Conv2D(second, 3, strides=2, padding="same")
        self.dropout2 = Dropout(config.dropout[1])
        self.flatten = layers.Flatten()
        self.logit = layers.Dense(1)

    def call(self, images: Tensor, mask1: Tensor | None, mask2: Tensor | None) -> Tensor:
        x = leaky_relu(self.conv1(images), self.slope)
        x = self.dropout1(x, mask1)
        x = leaky_relu(self.conv2(x), self.slope)
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
    targets = tf.fill(tf.shape(logits), tf.cast(target, logits.dtype))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))
