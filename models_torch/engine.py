"""What every PyTorch half shares: device, precision, staging, the K-step loop, optimisers, canonical weights.

A model file says which networks there are, what the losses are and which loss moves which networks; everything that
PyTorch needs besides stands here. Pictures are NHWC at the border and in memory (`channels_last`, which is also what
makes convolutions fast), and NCHW by name inside, as PyTorch users expect.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.models import optimizers as facts
from bench.models.geometry import check_image_shape
from bench.training.memory import peak_resident_bytes
from bench.training.names import RANDOM_STATE, check_names, slot_name
from models_torch.distributions import kl_to_standard_normal, log_normal, log_standard_normal, reparametrise

Tensors = dict[str, Tensor]
"""Noise or losses by name."""


# Layers that PyTorch does not have as Keras defines them --------------------------------------------------------------


class Conv2dSame(nn.Conv2d):
    """Convolution with Keras' "same" padding: the output is the input divided by `stride`, which divides it.

    k − s zeros are added along each side; where they are odd in number, one more at the end than at the beginning.
    (`padding=1` on both sides of a 3x3 convolution of stride 2 would give the same shape and other values.)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int) -> None:
        before, self.surplus = divmod(kernel_size - stride, 2)
        super().__init__(in_channels, out_channels, kernel_size, stride, padding=0 if self.surplus else before)
        self.margins = (before, before + 1) * 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.margins) if self.surplus else x)


class ConvTranspose2dSame(nn.ConvTranspose2d):
    """Transposed convolution with Keras' "same" padding: the output is `stride` times the input.

    It is the full transposed convolution with k − s rows and columns cut off, the odd one at the end.
    (`output_padding` would give the same shape and other values.)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int) -> None:
        before, self.surplus = divmod(kernel_size - stride, 2)
        super().__init__(in_channels, out_channels, kernel_size, stride, padding=before)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        full = super().forward(x)
        return full[:, :, : -self.surplus, : -self.surplus] if self.surplus else full


class Flatten(nn.Module):
    """Feature maps [N, C, H, W] to vectors [N, H W C], in the order of NHWC."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


class Unflatten(nn.Module):
    """Vectors [N, H W C], in the order of NHWC, to feature maps [N, C, H, W]."""

    def __init__(self, grid: tuple[int, int, int]) -> None:
        super().__init__()
        self.grid = grid

    def forward(self, x: Tensor) -> Tensor:
        return x.unflatten(1, self.grid).permute(0, 3, 1, 2)


class Dropout(nn.Dropout):
    """Dropout by PyTorch's own random numbers, or by a mask of ones and zeros [N, H, W, C] that is given."""

    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        if given is None:
            return super().forward(x)
        return x * given.permute(0, 3, 1, 2).to(x.dtype) / (1.0 - self.p)


class Network(nn.Module):
    """A network whose output is in full precision, also where its layers compute in bfloat16."""

    def __call__(self, *inputs: Tensor) -> Tensor:
        output: Tensor = super().__call__(*inputs)
        return output.float() if output.dtype == torch.bfloat16 else output


# Optimisers -----------------------------------------------------------------------------------------------------------


class Adam(torch.optim.Adam):
    """Adam with ε added before bias correction, as `bench.models.optimizers.Adam` writes it.

    PyTorch adds its ε after the correction √v / √(1 − β2ᵗ); ε / √(1 − β2ᵗ) put there is the same formula.
    """

    def __init__(self, parameters: Iterable[Tensor], fact: facts.Adam) -> None:
        super().__init__(parameters, fact.rate, (fact.beta_1, fact.beta_2), foreach=True)
        self._epsilon = fact.epsilon

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            taken = next((int(slots["step"]) for slots in self.state.values()), 0)
            group["eps"] = self._epsilon / math.sqrt(1.0 - group["betas"][1] ** (taken + 1))
        super().step(closure)


class RMSprop(torch.optim.Optimizer):
    """RMSprop with ε inside the root, as `bench.models.optimizers.RMSprop` writes it (PyTorch adds it outside)."""

    def __init__(self, parameters: Iterable[Tensor], fact: facts.RMSprop) -> None:
        super().__init__(parameters, {"lr": fact.rate, "alpha": fact.rho, "eps": fact.epsilon})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            weights = group["params"]
            gradients = [weight.grad for weight in weights]
            for weight in weights:
                if not self.state[weight]:
                    self.state[weight]["square_avg"] = torch.zeros_like(weight)
            averages = [self.state[weight]["square_avg"] for weight in weights]
            torch._foreach_lerp_(averages, torch._foreach_mul(gradients, gradients), 1.0 - group["alpha"])
            roots = torch._foreach_sqrt(torch._foreach_add(averages, group["eps"]))
            torch._foreach_addcdiv_(weights, gradients, roots, value=-group["lr"])


OPTIMIZERS: dict[type, Callable[..., torch.optim.Optimizer]] = {facts.Adam: Adam, facts.RMSprop: RMSprop}


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
        torch.manual_seed(seed)
        self.config = config
        self.image_shape = image_shape
        self.device = torch.device(device)
        self.dtype = torch.float64 if precision == "fp64" else torch.float32
        torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
        torch.backends.cudnn.allow_tf32 = precision == "tf32"
        self._autocast: Callable[[], contextlib.AbstractContextManager[Any]] = functools.partial(
            torch.autocast, self.device.type, torch.bfloat16, enabled=precision == "bf16"
        )

        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        self.build(config, image_shape, num_classes)
        self.networks = {name: value for name, value in vars(self).items() if isinstance(value, Network)}
        for network in self.networks.values():
            network.to(self.device, self.dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._weights = {
            canonical_name(name, path): (weight, network.get_submodule(path.rpartition(".")[0]))
            for name, network in self.networks.items()
            for path, weight in network.named_parameters()
        }
        self._dropouts = {
            f"{name}/{attribute}": layer
            for name, network in self.networks.items()
            for attribute, layer in network.named_modules()
            if isinstance(layer, Dropout)
        }
        self._moved = {
            loss: [weight for network in networks for weight in network.parameters()]
            for loss, networks in self.updates.items()
        }
        self._optimizers = {
            loss: OPTIMIZERS[type(fact)](self._moved[loss], fact) for loss, fact in config.optimizers.items()
        }
        self._images = torch.empty(0, *image_shape, dtype=torch.uint8, device=self.device)
        self._labels = torch.empty(0, dtype=torch.int64, device=self.device)

        # On a CPU torch.compile loses for one of these models and gains a tenth for another, after half a minute of
        # compiling by a C++ compiler that a fresh machine may lack (docs/performance.md); on a GPU it has not been
        # measured. Both modes are eager here, and say so.
        self.mode_detail = "eager: torch.compile does not pay on a CPU" if compiled else "eager"
        if compiled and self.device.type == "cuda":
            self.mode_detail = "eager: torch.compile is not measured on a GPU yet"

    def build(self, config: Any, image_shape: tuple[int, int, int], num_classes: int) -> None:
        """Make the networks and say which loss moves which of them."""
        raise TypeError(f"{type(self).__name__} does not define build")

    def losses_of(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        """Scalar losses and their parts for pictures in [0, 1] [B, C, H, W]."""
        raise TypeError(f"{type(self).__name__} does not define losses_of")

    def decode(self, latent: Tensor, labels: Tensor) -> Tensor:
        """Pictures in [0, 1], [N, C, H, W], from latent vectors [N, Z]."""
        raise TypeError(f"{type(self).__name__} does not define decode")

    # Weights

    def parameters(self) -> dict[str, np.ndarray]:
        """Canonical name -> weight in TensorFlow's layout."""
        return {name: to_canonical(weight, layer) for name, (weight, layer) in self._weights.items()}

    def load(self, parameters: Mapping[str, np.ndarray]) -> None:
        """Set all weights; strict about names and shapes."""
        check_names(parameters, self.parameters())
        with torch.no_grad():
            for name, (weight, layer) in self._weights.items():
                weight.copy_(from_canonical(parameters[name], layer))

    def state(self) -> dict[str, np.ndarray]:
        """Weights, optimiser slots and, where the model draws something itself, its random state."""
        state = self.parameters()
        if self._dropouts:
            state[RANDOM_STATE] = self._random_state().numpy().copy()
        for loss, optimizer in self._optimizers.items():
            for index, slots in optimizer.state_dict()["state"].items():
                for slot, value in slots.items():
                    state[slot_name(loss, index, slot)] = value.detach().cpu().numpy().copy()
        return state

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a `state()`."""
        self.load({name: state[name] for name in self._weights if name in state})
        if self._dropouts:
            check_names(state, {**state, RANDOM_STATE: self._random_state().numpy()})
            self._set_random_state(torch.from_numpy(np.array(state[RANDOM_STATE])))
        for loss, optimizer in self._optimizers.items():
            slots: dict[int, dict[str, Tensor]] = {}
            for index in range(len(self._moved[loss])):
                prefix = slot_name(loss, index, "")
                slots[index] = {
                    name.removeprefix(prefix): torch.from_numpy(np.array(value))
                    for name, value in state.items()
                    if name.startswith(prefix)
                }
            slots = {index: found for index, found in slots.items() if found}
            optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})

    def _random_state(self) -> Tensor:
        return torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else torch.get_rng_state()

    def _set_random_state(self, state: Tensor) -> None:
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state, self.device)
        else:
            torch.set_rng_state(state)

    # Training

    def stage(self, images: np.ndarray, labels: np.ndarray | None) -> None:
        """Put the data set onto the device."""
        self._images = torch.from_numpy(images).to(self.device)
        self._labels = torch.from_numpy(np.zeros(len(images), np.int64) if labels is None else labels).to(self.device)

    def train(self, batches: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """K optimiser steps."""
        indices, noises = self._tensors(batches, noise)
        steps = [
            self._step(indices[k], {name: values[k] for name, values in noises.items()}) for k in range(len(batches))
        ]
        self.sync()
        return {name: torch.stack([losses[name] for losses in steps]).cpu().numpy() for name in steps[0]}

    def losses(self, batch: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, float]:
        """Every loss term of one batch."""
        indices, noises = self._tensors(batch, noise)
        return {name: loss.item() for name, loss in self._losses(*self._batch(indices), noises).items()}

    def gradients(self, batch: np.ndarray, noise: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Gradient of every weight for one batch."""
        indices, noises = self._tensors(batch, noise)
        gradients = self._differentiate(self._losses(*self._batch(indices), noises))
        by_weight = {
            id(weight): gradient
            for loss, weights in self._moved.items()
            for weight, gradient in zip(weights, gradients[loss], strict=True)
        }
        return {name: to_canonical(by_weight[id(weight)], layer) for name, (weight, layer) in self._weights.items()}

    def _tensors(self, batches: np.ndarray, noise: Mapping[str, np.ndarray]) -> tuple[Tensor, Tensors]:
        noises = {name: torch.from_numpy(values).to(self.device, self.dtype) for name, values in noise.items()}
        return torch.from_numpy(batches).to(self.device), noises

    def _batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        return self._pixels(self._images[indices]), self._labels[indices]

    def _pixels(self, images: Tensor) -> Tensor:
        """Bytes [B, H, W, C] to [0, 1], [B, C, H, W]."""
        return images.to(self.dtype).div(255).permute(0, 3, 1, 2)

    def _losses(self, images: Tensor, labels: Tensor, noise: Tensors) -> Tensors:
        with self._autocast():
            return self.losses_of(images, labels, noise)

    def _differentiate(self, losses: Tensors) -> dict[str, tuple[Tensor, ...]]:
        """Gradient of each moved weight: all from the one forward pass, before anything moves."""
        last = list(self._moved)[-1]
        return {
            loss: torch.autograd.grad(losses[loss], weights, retain_graph=loss != last)
            for loss, weights in self._moved.items()
        }

    def _step(self, indices: Tensor, noise: Tensors) -> Tensors:
        losses = self._losses(*self._batch(indices), noise)
        gradients = self._differentiate(losses)
        for loss, optimizer in self._optimizers.items():
            for weight, gradient in zip(self._moved[loss], gradients[loss], strict=True):
                weight.grad = gradient
            optimizer.step()
        return {name: loss.detach() for name, loss in losses.items()}

    # Pictures

    @torch.no_grad()
    def sample(self, noise: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Pictures from latent noise."""
        latent, given = self._latent(noise, labels)
        chunks = [
            self._bytes(self._decoded(latent[start : start + self.chunk], given[start : start + self.chunk]))
            for start in range(0, len(latent), self.chunk)
        ]
        return np.concatenate(chunks)

    def _latent(self, noise: np.ndarray, labels: np.ndarray | None) -> tuple[Tensor, Tensor]:
        given = np.zeros(len(noise), np.int64) if labels is None else labels
        return torch.from_numpy(noise).to(self.device, self.dtype), torch.from_numpy(given).to(self.device)

    def _decoded(self, latent: Tensor, labels: Tensor) -> Tensor:
        with self._autocast():
            return self.decode(latent, labels)

    @staticmethod
    def _bytes(pixels: Tensor) -> np.ndarray:
        levels = (pixels * 255).round().clamp(0, 255).to(torch.uint8)
        return levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    @torch.no_grad()
    def own_dropout(self, count: int) -> dict[str, np.ndarray]:
        """What each dropout layer makes of ones."""
        ones = torch.ones(count, dtype=self.dtype, device=self.device)
        return {name: layer(ones).cpu().numpy() for name, layer in self._dropouts.items()}

    # Device

    def sync(self) -> None:
        """Wait for the device."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def memory(self) -> int:
        """Peak bytes."""
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
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

    @torch.no_grad()
    def encode(self, images: np.ndarray, labels: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of the posterior."""
        moments = [self._encoded(chunk, given) for chunk, given in self._chunks(images, labels)]
        mean, log_variance = (torch.cat(parts).cpu().numpy() for parts in zip(*moments, strict=True))
        return mean, log_variance

    def reconstruct(self, images: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Pictures decoded from the posterior's mean."""
        return self.sample(self.encode(images, labels)[0], labels)

    @torch.no_grad()
    def bound(self, images: np.ndarray, noise: np.ndarray, labels: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Terms of the bound per picture."""
        draws = torch.from_numpy(noise).to(self.device, self.dtype).split(self.chunk, dim=1)
        parts = [
            self._bound(chunk, given, drawn)
            for (chunk, given), drawn in zip(self._chunks(images, labels), draws, strict=True)
        ]
        return {name: torch.cat([part[name] for part in parts]).cpu().numpy() for name in parts[0]}

    def _chunks(self, images: np.ndarray, labels: np.ndarray | None) -> Iterator[tuple[Tensor, Tensor]]:
        given = np.zeros(len(images), np.int64) if labels is None else labels
        pixels, classes = torch.from_numpy(images).to(self.device), torch.from_numpy(given).to(self.device)
        return zip(pixels.split(self.chunk), classes.split(self.chunk), strict=True)

    def _encoded(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        with self._autocast():
            return self.posterior(self.observed(self._pixels(images)), labels)

    def _bound(self, images: Tensor, labels: Tensor, noise: Tensor) -> Tensors:
        mean, log_variance = self._encoded(images, labels)
        x = self.observed(self._pixels(images))
        reconstructions, log_weights = [], []
        for draw in noise:
            z = reparametrise(mean, log_variance, draw)
            with self._autocast():
                reconstruction = self.log_likelihood(x, z, labels)
            reconstructions.append(reconstruction)
            log_weights.append(reconstruction + log_standard_normal(z) - log_normal(z, mean, log_variance))
        return {
            "reconstruction": torch.stack(reconstructions).mean(dim=0),
            "kl": kl_to_standard_normal(mean, log_variance),
            "iwae": torch.logsumexp(torch.stack(log_weights), dim=0) - math.log(len(noise)),
        }


# Canonical weights ----------------------------------------------------------------------------------------------------


def canonical_name(network: str, path: str) -> str:
    """`generator`, `up1.weight` -> `generator/up1/kernel`."""
    layer, _, kind = path.rpartition(".")
    return f"{network}/{layer.replace('.', '/')}/{'kernel' if kind == 'weight' else kind}"


def to_canonical(weight: Tensor, layer: nn.Module) -> np.ndarray:
    """A weight (or its gradient) in TensorFlow's layout.

    Dense (out, in) -> (in, out); convolution OIHW -> HWIO; transposed convolution IOHW -> HWOI.
    """
    axes = tuple(reversed(range(weight.ndim))) if isinstance(layer, nn.Linear) else (2, 3, 1, 0)
    moved = weight.detach().permute(axes) if weight.ndim > 1 else weight.detach()
    return moved.cpu().numpy().copy()


def from_canonical(array: np.ndarray, layer: nn.Module) -> Tensor:
    """The inverse of `to_canonical`."""
    axes = (1, 0) if isinstance(layer, nn.Linear) else (3, 2, 0, 1)
    return torch.from_numpy(np.array(array.transpose(axes) if array.ndim > 1 else array))
