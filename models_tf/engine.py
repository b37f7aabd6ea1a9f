"""What every TensorFlow half shares: device, precision, staging, the K-step loop, optimisers, canonical weights.

A model file says which networks there are, what the losses are and which loss moves which networks; everything that
TensorFlow needs besides stands here. Pictures are NHWC throughout, and weights are canonical as they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow import Tensor

from bench.models import optimizers as facts
from bench.models.geometry import check_image_shape
from bench.training.memory import peak_resident_bytes
from bench.training.names import RANDOM_STATE, check_names, slot_name
from models_tf.distributions import kl_to_standard_normal, log_normal, log_standard_normal, reparametrise

Tensors = dict[str, Tensor]
"""Noise or losses by name."""


# Layers that Keras does not have as the models need them --------------------------------------------------------------


class Dropout(keras.layers.Dropout):
    """Dropout by Keras' own random numbers, or by a mask of ones and zeros [N, H, W, C] that is given."""

    def call(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        if given is None:
            return super().call(x, training=True)
        return x * given / (1.0 - self.rate)


def leaky_relu(x: Tensor, slope: float) -> Tensor:
    """Leaky ReLU: x where it is positive, else `slope` times x.

    TensorFlow's own keeps its slope in float32 whatever the type of x, which a proof in float64 sees.
    """
    return tf.where(x > 0, x, slope * x) if x.dtype == tf.float64 else tf.nn.leaky_relu(x, slope)


class Network(keras.Model):
    """A network whose output is in full precision, also where its layers compute in bfloat16."""

    def __call__(self, *inputs: Tensor) -> Tensor:
        output = super().__call__(*inputs)
        return tf.cast(output, tf.float32) if output.dtype == tf.bfloat16 else output


# Optimisers -----------------------------------------------------------------------------------------------------------


class Adam(keras.optimizers.Adam):
    """Keras' Adam, the formula of `bench.models.optimizers.Adam`, with the step size worked out in float64.

    Keras itself rounds β to float32 before it takes 1 − βᵗ, which moves the first steps by 2e-5.
    """

    def __init__(self, fact: facts.Adam) -> None:
        super().__init__(fact.rate, fact.beta_1, fact.beta_2, fact.epsilon)
        self._rate = fact.rate

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        t = tf.cast(self.iterations + 1, tf.float64)
        corrected = tf.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        step_size = tf.cast(self._rate * corrected, gradient.dtype)
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (tf.square(gradient) - v) * (1 - self.beta_2))
        self.assign_sub(variable, m * step_size / (tf.sqrt(v) + self.epsilon))


class RMSprop(keras.optimizers.RMSprop):
    """Keras' RMSprop, as it is the formula of `bench.models.optimizers.RMSprop`."""

    def __init__(self, fact: facts.RMSprop) -> None:
        super().__init__(fact.rate, fact.rho, epsilon=fact.epsilon)


OPTIMIZERS: dict[type, Callable[..., keras.optimizers.Optimizer]] = {facts.Adam: Adam, facts.RMSprop: RMSprop}


@contextlib.contextmanager
def keras_precision(precision: str) -> Iterator[None]:
    """Let Keras make layers and optimisers in this precision.

    `floatx` matters as well as the policy: an optimiser keeps its learning rate in it, and 1e-3 rounded to float32
    is off by 5e-8, which a proof in float64 sees.
    """
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64" if precision == "fp64" else "float32")
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bf16" else keras.config.floatx())
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


# The engine -----------------------------------------------------------------------------------------------------------


class Engine:
    """One half of a pair: see `bench.training.contract.Model`.

    A model gives `build` (its networks, and `updates`: loss -> the networks that it moves), `losses_of` and `decode`.
    """

    updates: dict[str, tuple[Network, ...]]
    chunk = 500
    """Pictures decoded or encoded at a time, so that memory stays bounded."""

    def __init__(
        self,
        config: Any,
        image_shape: tuple[int, int, int],
        num_classes: int,
        *,
        device: str = "cpu",
        precision: str = "fp32",
        compiled: bool = True,
        seed: int = 0,
    ) -> None:
        check_image_shape(image_shape)
        keras.utils.set_random_seed(seed)
        self.config = config
        self.image_shape = image_shape
        self.device = "/GPU:0" if device == "cuda" else "/CPU:0"
        self.dtype = tf.float64 if precision == "fp64" else tf.float32
        tf.config.experimental.enable_tensor_float_32_execution(precision == "tf32")

        keras.backend.clear_session()  # what Keras remembers of the model before this one
        if device == "cuda":
            tf.config.experimental.reset_memory_stats("GPU:0")
        with tf.device(self.device), keras_precision(precision):
            self.build(config, image_shape, num_classes)
            self._loss_names = self._create_variables()
            self._optimizers = {loss: OPTIMIZERS[type(fact)](fact) for loss, fact in config.optimizers.items()}
            self.networks = {name: value for name, value in vars(self).items() if isinstance(value, Network)}
            self._weights = {
                f"{name}/{attribute}/{variable.name}": variable
                for name, network in self.networks.items()
                for attribute, layer in vars(network).items()
                if isinstance(layer, keras.Layer)
                for variable in layer.trainable_variables
            }
            self._dropouts = {
                f"{name}/{attribute}": layer
                for name, network in self.networks.items()
                for attribute, layer in vars(network).items()
                if isinstance(layer, Dropout)
            }
            self._moved = {
                loss: [variable for network in networks for variable in network.trainable_variables]
                for loss, networks in self.updates.items()
            }
            for loss, optimizer in self._optimizers.items():
                optimizer.build(self._moved[loss])

        self._functions: dict[tuple[str, ...], Callable[..., Any]] = {}
        self.compiled = compiled
        self.mode_detail = "tf.function" if compiled else "eager"

    def _create_variables(self) -> list[str]:
        """Run the losses once on blank input, so that Keras makes every weight; returns the losses' names."""
        noise = {name: tf.zeros([1, *shape], self.dtype) for name, shape in self.config.noise.items()}
        images = tf.zeros([1, *self.image_shape], self.dtype)
        return list(self.losses_of(images, tf.zeros([1], tf.int64), noise))

    def _run(self, function: Callable[..., Any], *tensors: Tensor, noise: Tensors, free: int = 1) -> Any:
        """Call a function of tensors and noise, compiled unless eager.

        It is traced once for each set of noises, whatever the number of steps or pictures: the first `free` axes of
        each noise and each vector of numbers, and the first of anything else, may have any length.
        """
        key = (function.__name__, *noise)
        if self.compiled and key not in self._functions:
            signature = [open_axes(tensor, 1 if tensor.shape.rank > 2 else free) for tensor in tensors]
            noises = {name: open_axes(tensor, free) for name, tensor in noise.items()}
            self._functions[key] = tf.function(function, input_signature=[*signature, noises])
        return self._functions.get(key, function)(*tensors, noise)

    def build(self, config: Any, image_shape: tuple[int, int, int], num_classes: int) -> None:
        """Make the networks and say which loss moves which of them."""
        raise TypeError(f"{type(self).__name__} does not define build")

    def losses_of(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        """Scalar losses and their parts for pictures in [0, 1] [B, H, W, C]."""
        raise TypeError(f"{type(self).__name__} does not define losses_of")

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        """Pictures in [0, 1], [N, H, W, C], from latent vectors [N, Z]."""
        raise TypeError(f"{type(self).__name__} does not define decode")

    # Weights

    def parameters(self) -> dict[str, np.ndarray]:
        """Canonical name -> weight."""
        return {name: variable.numpy() for name, variable in self._weights.items()}

    def load(self, parameters: Mapping[str, np.ndarray]) -> None:
        """Set all weights; strict about names and shapes."""
        check_names(parameters, self.parameters())
        for name, variable in self._weights.items():
            variable.assign(parameters[name])

    def state(self) -> dict[str, np.ndarray]:
        """Weights, optimiser slots and, where the model draws something itself, its random state."""
        return {name: variable.numpy() for name, variable in self._state_variables().items()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a `state()`."""
        variables = self._state_variables()
        check_names(state, {name: variable.numpy() for name, variable in variables.items()})
        for name, variable in variables.items():
            variable.assign(state[name])

    def _state_variables(self) -> dict[str, keras.Variable]:
        slots = {
            slot_name(loss, index, variable.name): variable
            for loss, optimizer in self._optimizers.items()
            for index, variable in enumerate(optimizer.variables)
        }
        seeds = {f"{RANDOM_STATE}/{name}": layer.seed_generator.state for name, layer in self._dropouts.items()}
        return {**self._weights, **slots, **seeds}

    # Training

    def stage(self, images: np.ndarray, labels: np.ndarray | None) -> None:
        """Put the data set onto the device."""
        with tf.device(self.device):
            self._images = tf.constant(images)
            self._labels = tf.constant(np.zeros(len(images), np.int64) if labels is None else labels)

    def train(self, batches: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """K optimiser steps."""
        losses = self._run(
            self._train, self._images, self._labels, tf.constant(batches), noise=self._tensors(noise), free=2
        )
        return {name: values.numpy() for name, values in losses.items()}

    def losses(self, batch: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, float]:
        """Every loss term of one batch."""
        losses = self._run(self._losses, *self._gather(tf.constant(batch)), noise=self._tensors(noise))
        return {name: float(loss) for name, loss in losses.items()}

    def gradients(self, batch: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Gradient of every weight for one batch."""
        gradients = self._run(self._gradients, *self._gather(tf.constant(batch)), noise=self._tensors(noise))
        by_weight = {
            id(variable): gradient
            for loss, variables in self._moved.items()
            for variable, gradient in zip(variables, gradients[loss], strict=True)
        }
        return {name: by_weight[id(variable)].numpy() for name, variable in self._weights.items()}

    def _tensors(self, noise: Mapping[str, np.ndarray]) -> Tensors:
        return {name: tf.constant(values, self.dtype) for name, values in noise.items()}

    def _gather(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        return tf.gather(self._images, indices), tf.gather(self._labels, indices)

    def _pixels(self, images: Tensor) -> Tensor:
        """Bytes [B, H, W, C] to [0, 1]."""
        return tf.cast(images, self.dtype) / 255

    def _losses(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        return self.losses_of(self._pixels(images), labels, noise)

    def _gradients(self, images: Tensor, labels: Tensor, noise: Tensors) -> dict[str, list[Tensor]]:
        return self._differentiate(images, labels, noise)[1]

    def _differentiate(self, images: Tensor, labels: Tensor, noise: Tensors) -> tuple[Tensors, dict[str, list[Tensor]]]:
        """Losses, and the gradient of each moved weight: all from the one forward pass, before anything moves."""
        with tf.GradientTape(persistent=True) as tape:
            losses = self._losses(images, labels, noise)
        return losses, {loss: tape.gradient(losses[loss], variables) for loss, variables in self._moved.items()}

    def _step(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        losses, gradients = self._differentiate(images, labels, noise)
        for loss, optimizer in self._optimizers.items():
            optimizer.apply(gradients[loss], self._moved[loss])
        return losses

    def _train(self, images: Tensor, labels: Tensor, batches: Tensor, noise: Tensors) -> Tensors:
        steps = tf.shape(batches)[0]
        history = {name: tf.TensorArray(self.dtype, steps) for name in self._loss_names}
        for k in tf.range(steps):
            noise_k = {name: values[k] for name, values in noise.items()}
            losses = self._step(tf.gather(images, batches[k]), tf.gather(labels, batches[k]), noise_k)
            history = {name: array.write(k, losses[name]) for name, array in history.items()}
        return {name: array.stack() for name, array in history.items()}

    # Pictures

    def sample(self, noise: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Pictures from latent noise."""
        given = np.zeros(len(noise), np.int64) if labels is None else labels
        chunks = [
            self._run(
                self._sample,
                tf.constant(given[start : start + self.chunk]),
                noise={"latent": tf.constant(noise[start : start + self.chunk], self.dtype)},
            ).numpy()
            for start in range(0, len(noise), self.chunk)
        ]
        return np.concatenate(chunks)

    def _sample(self, labels: Tensor, noise: Tensors) -> Tensor:
        levels = tf.round(self.decode(noise["latent"], labels) * 255)
        return tf.cast(tf.clip_by_value(levels, 0, 255), tf.uint8)

    def own_dropout(self, count: int) -> dict[str, np.ndarray]:
        """What each dropout layer makes of ones."""
        ones = tf.ones([count], self.dtype)
        return {name: tf.cast(layer(ones), self.dtype).numpy() for name, layer in self._dropouts.items()}

    # Device

    def sync(self) -> None:
        """Wait for the device."""
        if self.device != "/CPU:0":
            tf.test.experimental.sync_devices()

    def memory(self) -> int:
        """Peak bytes."""
        if self.device != "/CPU:0":
            return int(tf.config.experimental.get_memory_info(self.device.removeprefix("/"))["peak"])
        return peak_resident_bytes()


class AutoencoderEngine(Engine):
    """An engine for models with a posterior and a bound: see `bench.training.contract.Autoencoder`.

    A model gives `posterior` and `log_likelihood` besides, and `observed` where the likelihood sees other pixels.
    """

    binarises = False

    def observed(self, images: Tensor) -> Tensor:
        """What the likelihood sees of pictures in [0, 1]."""
        return images

    def posterior(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, each [N, Z], of q(z given x)."""
        raise TypeError(f"{type(self).__name__} does not define posterior")

    def log_likelihood(self, x: Tensor, z: Tensor, labels: Tensor) -> Tensor:
        """Log-likelihood of pixels given latent vectors, log p(x given z): [N], in nats."""
        raise TypeError(f"{type(self).__name__} does not define log_likelihood")

    def encode(self, images: np.ndarray, labels: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of the posterior."""
        moments = [self._run(self._encoded, chunk, given, noise={}) for chunk, given in self._chunks(images, labels)]
        mean, log_variance = (tf.concat(parts, axis=0).numpy() for parts in zip(*moments, strict=True))
        return mean, log_variance

    def reconstruct(self, images: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Pictures decoded from the posterior's mean."""
        return self.sample(self.encode(images, labels)[0], labels)

    def bound(self, images: np.ndarray, noise: np.ndarray, labels: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Terms of the bound per picture."""
        draws = [
            tf.constant(noise[:, start : start + self.chunk], self.dtype) for start in range(0, len(images), self.chunk)
        ]
        parts = [
            self._run(self._bound, chunk, given, noise={"posterior": drawn}, free=2)
            for (chunk, given), drawn in zip(self._chunks(images, labels), draws, strict=True)
        ]
        return {name: tf.concat([part[name] for part in parts], axis=0).numpy() for name in parts[0]}

    def _chunks(self, images: np.ndarray, labels: np.ndarray | None) -> Iterator[tuple[Tensor, Tensor]]:
        given = np.zeros(len(images), np.int64) if labels is None else labels
        for start in range(0, len(images), self.chunk):
            yield tf.constant(images[start : start + self.chunk]), tf.constant(given[start : start + self.chunk])

    def _encoded(self, images: Tensor, labels: Tensor, noise: Tensors) -> tuple[Tensor, Tensor]:
        return self.posterior(self.observed(self._pixels(images)), labels)

    def _bound(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        x = self.observed(self._pixels(images))
        mean, log_variance = self.posterior(x, labels)
        samples = tf.shape(noise["posterior"])[0]
        reconstructions = tf.TensorArray(self.dtype, samples)
        log_weights = tf.TensorArray(self.dtype, samples)
        for s in tf.range(samples):
            z = reparametrise(mean, log_variance, noise["posterior"][s])
            reconstruction = self.log_likelihood(x, z, labels)
            reconstructions = reconstructions.write(s, reconstruction)
            log_weight = reconstruction + log_standard_normal(z) - log_normal(z, mean, log_variance)
            log_weights = log_weights.write(s, log_weight)
        return {
            "reconstruction": tf.reduce_mean(reconstructions.stack(), axis=0),
            "kl": kl_to_standard_normal(mean, log_variance),
            "iwae": tf.reduce_logsumexp(log_weights.stack(), axis=0) - tf.math.log(tf.cast(samples, self.dtype)),
        }


def open_axes(tensor: Tensor, free: int) -> tf.TensorSpec:
    """The specification of tensors that differ from this one in the length of their first axes alone."""
    free = min(free, tensor.shape.rank)
    return tf.TensorSpec([None] * free + tensor.shape[free:], tensor.dtype)
