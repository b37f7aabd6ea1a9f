"""What every TensorFlow half shares: device, precision, staging, the K-step loop, optimisers, canonical weights.

A model file says which networks there are, what the losses are and which loss moves which networks; everything that
TensorFlow needs besides stands here. Pictures are NHWC throughout, and weights are canonical as they are.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow import Tensor

from bench.models import optimizers as facts
from bench.models.geometry import check_image_shape
from bench.training.memory import peak_resident_bytes
from bench.training.names import check_names, slot_name

CHUNK = 500
"""Pictures decoded or encoded at a time, so that memory stays bounded."""


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

    def __init__(
        self,
        config: Any,
        image_shape: tuple[int, int, int],
        num_classes: int,
        *,
        device: str = "cpu",
        precision: str = "fp32",
        compiled: bool = True,
    ) -> None:
        check_image_shape(image_shape)
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
            self._moved = {
                loss: [variable for network in networks for variable in network.trainable_variables]
                for loss, networks in self.updates.items()
            }
            for loss, optimizer in self._optimizers.items():
                optimizer.build(self._moved[loss])

        # Everything that runs on the device is a function of tensors alone; compiled, each is traced once, whatever
        # the number of steps or pictures.
        pictures = tf.TensorSpec([None, *image_shape], tf.uint8)
        labels = tf.TensorSpec([None], tf.int64)
        latent = tf.TensorSpec([None, config.latent], self.dtype)
        one = {name: tf.TensorSpec([None, *shape], self.dtype) for name, shape in config.noise.items()}
        many = {name: tf.TensorSpec([None, None, *shape], self.dtype) for name, shape in config.noise.items()}
        self._run = {
            "train": self._function(
                self._train, compiled, [pictures, labels, tf.TensorSpec([None, None], tf.int32), many]
            ),
            "losses": self._function(self._losses, compiled, [pictures, labels, one]),
            "gradients": self._function(self._gradients, compiled, [pictures, labels, one]),
            "sample": self._function(self._sample, compiled, [latent, labels]),
        }
        self.mode_detail = "tf.function" if compiled else "eager"

    def _create_variables(self) -> list[str]:
        """Run the losses once on blank input, so that Keras makes every weight; returns the losses' names."""
        noise = {name: tf.zeros([1, *shape], self.dtype) for name, shape in self.config.noise.items()}
        images = tf.zeros([1, *self.image_shape], self.dtype)
        return list(self.losses_of(images, tf.zeros([1], tf.int64), noise))

    def _function(self, function: Callable[..., Any], compiled: bool, signature: list[Any]) -> Callable[..., Any]:
        return tf.function(function, input_signature=signature) if compiled else function

    def build(self, config: Any, image_shape: tuple[int, int, int], num_classes: int) -> None:
        """Make the networks and say which loss moves which of them."""
        raise TypeError(f"{type(self).__name__} does not define build")

    def losses_of(self, images: Tensor, labels: Tensor, noise: dict[str, Tensor]) -> dict[str, Tensor]:
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
        """Weights and optimiser slots."""
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
        return {**self._weights, **slots}

    # Training

    def stage(self, images: np.ndarray, labels: np.ndarray | None) -> None:
        """Put the data set onto the device."""
        with tf.device(self.device):
            self._images = tf.constant(images)
            self._labels = tf.constant(np.zeros(len(images), np.int64) if labels is None else labels)

    def train(self, batches: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """K optimiser steps."""
        losses = self._run["train"](self._images, self._labels, tf.constant(batches), self._tensors(noise))
        return {name: values.numpy() for name, values in losses.items()}

    def losses(self, batch: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, float]:
        """Every loss term of one batch."""
        losses = self._run["losses"](*self._gather(tf.constant(batch)), self._tensors(noise))
        return {name: float(loss) for name, loss in losses.items()}

    def gradients(self, batch: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Gradient of every weight for one batch."""
        gradients = self._run["gradients"](*self._gather(tf.constant(batch)), self._tensors(noise))
        by_weight = {
            id(variable): gradient
            for loss, variables in self._moved.items()
            for variable, gradient in zip(variables, gradients[loss], strict=True)
        }
        return {name: by_weight[id(variable)].numpy() for name, variable in self._weights.items()}

    def _tensors(self, noise: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
        return {name: tf.constant(values, self.dtype) for name, values in noise.items()}

    def _gather(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        return tf.gather(self._images, indices), tf.gather(self._labels, indices)

    def _pixels(self, images: Tensor) -> Tensor:
        """Bytes [B, H, W, C] to [0, 1]."""
        return tf.cast(images, self.dtype) / 255

    def _losses(self, images: Tensor, labels: Tensor, noise: dict[str, Tensor]) -> dict[str, Tensor]:
        return self.losses_of(self._pixels(images), labels, noise)

    def _gradients(self, images: Tensor, labels: Tensor, noise: dict[str, Tensor]) -> dict[str, list[Tensor]]:
        return self._differentiate(images, labels, noise)[1]

    def _differentiate(
        self, images: Tensor, labels: Tensor, noise: dict[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, list[Tensor]]]:
        """Losses, and the gradient of each moved weight: all from the one forward pass, before anything moves."""
        with tf.GradientTape(persistent=True) as tape:
            losses = self._losses(images, labels, noise)
        return losses, {loss: tape.gradient(losses[loss], variables) for loss, variables in self._moved.items()}

    def _step(self, images: Tensor, labels: Tensor, noise: dict[str, Tensor]) -> dict[str, Tensor]:
        losses, gradients = self._differentiate(images, labels, noise)
        for loss, optimizer in self._optimizers.items():
            optimizer.apply(gradients[loss], self._moved[loss])
        return losses

    def _train(self, images: Tensor, labels: Tensor, batches: Tensor, noise: dict[str, Tensor]) -> dict[str, Tensor]:
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
            self._run["sample"](
                tf.constant(noise[start : start + CHUNK], self.dtype),
                tf.constant(given[start : start + CHUNK]),
            ).numpy()
            for start in range(0, len(noise), CHUNK)
        ]
        return np.concatenate(chunks)

    def _sample(self, latent: Tensor, labels: Tensor) -> Tensor:
        levels = tf.round(self.decode(latent, labels) * 255)
        return tf.cast(tf.clip_by_value(levels, 0, 255), tf.uint8)

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

    A model gives `observed`, `posterior` and `bound_of` besides.
    """

    def observed(self, images: Tensor) -> Tensor:
        """What the likelihood sees of pictures in [0, 1]."""
        raise TypeError(f"{type(self).__name__} does not define observed")

    def posterior(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [N, Z] of q(z given x)."""
        raise TypeError(f"{type(self).__name__} does not define posterior")

    def bound_of(self, images: Tensor, labels: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruction and KL terms [N] of one posterior sample a picture."""
        raise TypeError(f"{type(self).__name__} does not define bound_of")

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of the posterior."""
        moments = []
        for start in range(0, len(images), CHUNK):
            pixels = self._pixels(tf.constant(images[start : start + CHUNK]))
            moments.append(self.posterior(self.observed(pixels), tf.zeros(len(pixels), tf.int64)))
        mean, log_variance = (tf.concat(parts, axis=0).numpy() for parts in zip(*moments, strict=True))
        return mean, log_variance

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Pictures decoded from the posterior's mean."""
        return self.sample(self.encode(images)[0])

    def bound(self, images: np.ndarray, noise: np.ndarray) -> dict[str, np.ndarray]:
        """Terms of the bound per picture."""
        pixels = self._pixels(tf.constant(images))
        labels = tf.zeros(len(images), tf.int64)
        draws = [self.bound_of(pixels, labels, tf.constant(draw, self.dtype)) for draw in noise]
        reconstruction, kl = (tf.stack(parts) for parts in zip(*draws, strict=True))
        iwae = tf.reduce_logsumexp(reconstruction - kl, axis=0) - math.log(len(noise))
        terms = {
            "reconstruction": tf.reduce_mean(reconstruction, axis=0),
            "kl": tf.reduce_mean(kl, axis=0),
            "iwae": iwae,
        }
        return {name: term.numpy() for name, term in terms.items()}
