"""What TensorFlow, Keras and this project's TensorFlow half make of given arrays: the other side of `test_traps.py`.

    python tf_facts.py GIVEN.npz FACTS.npz

A process of its own, because the tests import PyTorch. All in float64 unless a name says otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from bench import models
from bench.models import optimizers
from bench.training.frameworks import make_model, prepare
from bench.training.streams import Streams, initial_parameters
from models_tf import engine, gan
from models_tf.distributions import log_bernoulli

Given = dict[str, np.ndarray]
Facts = Iterator[tuple[str, Any]]


def applied(layer: keras.Layer, x: np.ndarray, *weights: np.ndarray) -> np.ndarray:
    """A layer's output with these weights."""
    layer.build(x.shape)
    layer.set_weights(weights)
    return layer(x).numpy()


def same_padding(given: Given) -> Facts:
    """Keras' convolutions with "same" padding, by names such as `same/Conv2D/k3/s2`."""
    for name in given:
        if name.startswith("same/") and name.endswith("/kernel"):
            case = name.removesuffix("/kernel")
            _, kind, size, stride = case.split("/")
            filters = len(given[f"{case}/bias"])
            layer = getattr(layers, kind)(filters, int(size[1:]), strides=int(stride[1:]), padding="same")
            yield case, applied(layer, given["same/x"], given[name], given[f"{case}/bias"])


def layouts(given: Given) -> Facts:
    """Keras' layers with kernels in its own layout, and the order of flattening."""
    for kind in ("Conv2D", "Conv2DTranspose"):
        for form in ("oblong", "square"):
            kernel, bias = given[f"layout/{kind}/{form}/kernel"], given[f"layout/{kind}/{form}/bias"]
            layer = getattr(layers, kind)(len(bias), kernel.shape[:2])
            yield f"layout/{kind}/{form}", applied(layer, given["layout/x"], kernel, bias)
    for form in ("oblong", "square"):
        kernel, bias = given[f"layout/Dense/{form}/kernel"], given[f"layout/Dense/{form}/bias"]
        yield f"layout/Dense/{form}", applied(layers.Dense(len(bias)), given["layout/vectors"], kernel, bias)
    flat = layers.Flatten()(given["layout/x"])
    yield "flatten", applied(layers.Dense(2), flat, given["flatten/kernel"], np.zeros(2))
    yield "unflatten", layers.Reshape(given["layout/x"].shape[1:])(flat).numpy()


def descents(given: Given) -> Facts:
    """The path of weights that start at zero, by this project's optimisers and by Keras' own."""
    for name, optimizer in {
        "adam": engine.Adam(optimizers.Adam(1e-3, beta_1=0.5)),
        "adam/keras": keras.optimizers.Adam(1e-3, beta_1=0.5),
        "rmsprop": engine.RMSprop(optimizers.RMSprop(5e-3)),
        "rmsprop/keras": keras.optimizers.RMSprop(5e-3),
    }.items():
        weights = keras.Variable(np.zeros(given["descent/gradients"].shape[1]), dtype="float64")
        path = []
        for gradient in given["descent/gradients"]:
            optimizer.apply([tf.constant(gradient)], [weights])
            path.append(weights.numpy())
        yield f"descent/{name}", np.stack(path)


def leaky_relus(given: Given) -> Facts:
    """Values and slopes of the leaky ReLU, and what the frameworks' own take for a slope."""
    for precision in ("float64", "float32"):
        x = tf.constant(given["leaky/x"], precision)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = engine.leaky_relu(x, 0.2)
        yield f"leaky/{precision}/values", y.numpy()
        yield f"leaky/{precision}/slopes", tape.gradient(y, x).numpy()
    minus_one = tf.constant(-1.0, tf.float64)
    yield "leaky/tf.nn", tf.nn.leaky_relu(minus_one, 0.2).numpy()
    yield "leaky/tf.nn/default", tf.nn.leaky_relu(minus_one).numpy()
    yield "leaky/keras/default", layers.LeakyReLU()(minus_one).numpy()


def losses(given: Given) -> Facts:
    """Cross-entropies from logits, and Keras' from probabilities."""
    x, logits = tf.constant(given["loss/x"]), tf.constant(given["loss/logits"])
    yield "loss/log_bernoulli", log_bernoulli(x, logits).numpy()
    extreme = tf.constant(given["loss/extreme"])
    for target in (0.0, 1.0):
        yield f"loss/extreme/{target:.0f}", gan.cross_entropy(extreme, target).numpy()
        likelihoods = log_bernoulli(tf.fill([2, 1, 1, 1], tf.constant(target, tf.float64)), extreme[:, :, None, None])
        yield f"loss/extreme/bernoulli/{target:.0f}", likelihoods.numpy()
        clipped = keras.losses.binary_crossentropy(tf.fill(extreme.shape, target), tf.sigmoid(extreme))
        yield f"loss/extreme/keras/{target:.0f}", clipped.numpy()


class Shown(engine.Engine):
    """A model without networks that decodes latent vectors to the pixels that they are."""

    def build(self, config: Any, image_shape: tuple[int, int, int], num_classes: int) -> None:
        """No networks."""
        self.updates = {}

    def losses_of(self, images: tf.Tensor, labels: tf.Tensor, noise: engine.Tensors) -> engine.Tensors:
        """No losses."""
        return {}

    def decode(self, latent: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """The latent vectors as pictures."""
        return tf.reshape(latent, [-1, *self.image_shape])


def levels(given: Given) -> Facts:
    """Bytes to pixels and pixels to bytes."""
    shape = tuple(map(int, given["levels/shape"]))
    for precision in ("fp64", "fp32"):
        for compiled in (False, True):
            shown = Shown(
                SimpleNamespace(noise={}, optimizers={}), shape, 1, device="cpu", precision=precision, compiled=compiled
            )
            mode = "compiled" if compiled else "eager"
            yield f"levels/bytes/{precision}/{mode}", shown.sample(given["levels/pixels"])
        yield f"levels/pixels/{precision}", shown._pixels(tf.constant(given["levels/bytes"])).numpy()


def dropout(given: Given) -> Facts:
    """Dropout by a mask that is given, and by the framework's own numbers."""
    keras.utils.set_random_seed(0)
    layer = engine.Dropout(0.4)
    x = tf.constant(given["layout/x"])
    yield "dropout/given", layer(x, tf.constant(given["dropout/mask"])).numpy()
    yield "dropout/drawn", layer(x).numpy()


def pools(given: Given) -> Facts:
    """Max-pooling of ties, its gradient, and upsampling."""
    x = tf.constant(given["pool/ties"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        pooled = layers.MaxPooling2D(2)(x)
        total = tf.reduce_sum(pooled * given["pool/weights"])
    yield "pool/values", pooled.numpy()
    yield "pool/gradient", tape.gradient(total, x).numpy()
    yield "upsampled", layers.UpSampling2D(2, interpolation="nearest")(tf.constant(given["layout/x"])).numpy()


def normalisation(given: Given) -> Facts:
    """Keras' defaults of batch normalisation."""
    layer = layers.BatchNormalization()
    yield "normalisation", np.array([layer.momentum, layer.epsilon])


def halves(given: Given) -> Facts:
    """What the TensorFlow half of each model gives, small and eager."""
    shape = tuple(map(int, given["model/shape"]))
    images, labels, swapped = given["model/images"], given["model/labels"], given["model/swapped"]
    for text in map(str, given["model/texts"]):
        choice = models.choose(text)
        name = choice.description.name

        def made(seed: int = 0, choice: models.Choice = choice) -> Any:
            return make_model(
                choice.description, "tensorflow", choice.config, shape, 10,
                device="cpu", precision="fp64", compiled=False, seed=seed,
            )  # fmt: skip

        model = made()
        for weight, value in model.parameters().items():
            yield f"{name}/fresh/{weight}", value
        found = {type(layer).__name__ for network in model.networks.values() for layer in network.layers}
        yield f"{name}/layers", np.array(sorted(found))
        first = initial_parameters(model.parameters(), seed=0)
        streams = Streams(0, len(images), 3, choice.config.noise, np.float64)
        batch, noise = streams.batches(0, 1)[0], {key: values[0] for key, values in streams.noise(0, 1).items()}
        model.stage(images, labels)

        model.load({weight: np.zeros_like(value) for weight, value in first.items()})
        for loss, value in model.losses(batch, noise).items():
            yield f"{name}/blank/{loss}", value
        model.load(first)
        for weight, value in model.parameters().items():
            yield f"{name}/loaded/{weight}", value

        if name == "vae_conv":
            model.stage(given["model/constant"], labels)
            for weight, value in model.gradients(batch, noise).items():
                yield f"{name}/ties/{weight}", value
        if name == "cond_vae":
            yield f"{name}/mean", model.encode(images, labels)[0]
            yield f"{name}/mean/swapped", model.encode(images, swapped)[0]
            latent = tf.constant(given["model/latent"])
            yield f"{name}/decoded", model.decode(latent, tf.constant(labels)).numpy()
            yield f"{name}/decoded/swapped", model.decode(latent, tf.constant(swapped)).numpy()
        if name == "dcgan":
            masks = choice.description.masks(choice.config, shape)
            ones = {key: np.ones((3, *mask.shape)) for key, mask in masks.items()}
            black = np.zeros_like(images)
            model.stage(black, labels)
            for weight, value in model.gradients(batch, {**noise, **ones}).items():
                yield f"{name}/black/{weight}", value
            yield from drawn(name, made, first, streams, images)


def drawn(name: str, made: Any, first: Given, streams: Streams, images: np.ndarray) -> Facts:
    """Dropout's own numbers: losses of two models of one seed, of another seed, and of one that is restored."""
    batch, noise = streams.batches(0, 1)[0], {key: values[0] for key, values in streams.noise(0, 1).items()}
    for label, seed in (("a", 0), ("b", 0), ("c", 1)):
        model = made(seed)
        model.load(first)
        model.stage(images, None)
        seen = [model.losses(batch, noise)["discriminator_loss"] for _ in range(2)]
        yield f"{name}/drawn/{label}", np.array(seen)
    model.train(streams.batches(0, 2), streams.noise(0, 2))
    state = model.state()
    for go in ("first", "again"):
        model.restore(state)
        model.train(streams.batches(2, 2), streams.noise(2, 2))
        for weight, value in model.parameters().items():
            yield f"{name}/resumed/{go}/{weight}", value


TOPICS = (same_padding, layouts, descents, leaky_relus, losses, dropout, pools, normalisation, levels, halves)

if __name__ == "__main__":
    given_file, facts_file = sys.argv[1:]
    prepare("tensorflow", threads=1, device="cpu")
    with np.load(given_file, allow_pickle=False) as arrays:
        given = dict(arrays)
    facts: dict[str, Any] = {}
    with engine.keras_precision("fp64"):
        for topic in TOPICS:
            facts |= dict(topic(given))
    np.savez(facts_file, **facts)
