"""The layers of a network as facts, framework-free: what each is, what comes out of it, how many weights it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.models.geometry import ImageShape, base_grid

Shape = tuple[int, ...]
"""Of one image: height, width, channels of a map; length of a vector."""


@dataclass(frozen=True)
class Layer:
    """One step of a network: what it is, the shape of what comes out of it, and its weights and biases."""

    name: str
    shape: Shape
    detail: str = ""
    parameters: int = 0


@dataclass(frozen=True)
class Network:
    """A network from what goes in, its first layer, to what comes out; each method adds a layer at the end.

    Activations are part of the layer before them. Padding is "same" or "valid" as Keras has them.
    """

    name: str
    sense: str
    layers: tuple[Layer, ...]

    @property
    def shape(self) -> Shape:
        """What comes out of the last layer so far."""
        return self.layers[-1].shape

    @property
    def parameters(self) -> int:
        """All weights and biases."""
        return sum(layer.parameters for layer in self.layers)

    def dense(self, units: int, *details: str) -> Network:
        """A dense layer on a vector."""
        (length,) = self.shape
        return self._add("Dense", (units,), details, (length + 1) * units)

    def conv(self, channels: int, kernel: int, stride: int, padding: str, *details: str) -> Network:
        """A convolution with a square kernel."""
        height, width, before = self.shape
        sides = tuple(
            -(-side // stride) if padding == "same" else (side - kernel) // stride + 1 for side in (height, width)
        )
        name = f"Convolution {kernel}×{kernel}"
        details = (_strides(stride), padding, *details)
        return self._add(name, (*sides, channels), details, (kernel**2 * before + 1) * channels)

    def transposed(self, channels: int, kernel: int, stride: int, *details: str) -> Network:
        """A transposed convolution with a square kernel and "same" padding: sides grow by the stride."""
        height, width, before = self.shape
        name = f"Transposed conv. {kernel}×{kernel}"
        shape = (height * stride, width * stride, channels)
        return self._add(name, shape, (_strides(stride), *details), (kernel**2 * before + 1) * channels)

    def pooled(self) -> Network:
        """The largest of each 2x2 pixels."""
        height, width, channels = self.shape
        return self._add("Max-pooling 2×2", (height // 2, width // 2, channels))

    def upsampled(self) -> Network:
        """Each pixel four times."""
        height, width, channels = self.shape
        return self._add("Upsampling 2×2", (height * 2, width * 2, channels), ("each pixel repeated",))

    def dropout(self, rate: float) -> Network:
        """A share of the features set to zero, in training alone."""
        return self._add("Dropout", self.shape, (f"{100 * rate:g} % of the features, in training",))

    def flat(self) -> Network:
        """A map as a vector."""
        return self._add("Flatten", (math.prod(self.shape),))

    def reshaped(self, shape: Shape, *details: str) -> Network:
        """A vector as a map."""
        return self._add("Reshape", shape, details)

    def joined(self, classes: int) -> Network:
        """The one-hot class put at the end of a vector."""
        (length,) = self.shape
        return self._add("Join the class", (length + classes,), (f"one-hot, {classes} classes",))

    def _add(self, name: str, shape: Shape, details: Sequence[str] = (), parameters: int = 0) -> Network:
        layer = Layer(name, shape, ", ".join(filter(None, details)), parameters)
        return replace(self, layers=(*self.layers, layer))


def from_picture(name: str, sense: str, image_shape: ImageShape) -> Network:
    """The beginning of a network that takes pictures."""
    return Network(name, sense, (Layer("Picture", image_shape),))


def from_latent(name: str, sense: str, latent: int, what: str) -> Network:
    """The beginning of a network that takes latent vectors; `what` they are."""
    return Network(name, sense, (Layer("Latent vector z", (latent,), what),))


def strided(network: Network, widths: tuple[int, int]) -> Network:
    """Two convolutions without padding that halve a picture, and their features as a vector."""
    first, second = widths
    return network.conv(first, 3, 2, "valid", "ReLU").conv(second, 3, 2, "valid", "ReLU").flat()


def grown(network: Network, widths: tuple[int, int, int], image_shape: ImageShape, last: str) -> Network:
    """A vector spread over a small grid that two transposed convolutions double; a third one makes the picture."""
    base, first, second = widths
    grid = (*base_grid(image_shape), base)
    grid_layers = network.dense(math.prod(grid), "ReLU").reshaped(grid)
    doubled = grid_layers.transposed(first, 3, 2, "ReLU").transposed(second, 3, 2, "ReLU")
    return doubled.transposed(image_shape[2], 3, 1, last)


def _strides(stride: int) -> str:
    return f"stride {stride}" if stride > 1 else ""
