"""What both halves of the DCGAN share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.models.description import Description, Mask, Notebook
from bench.models.geometry import ImageShape, base_grid
from bench.models.layers import Network, from_latent, from_picture
from bench.models.optimizers import Adam, Optimizer


@dataclass(frozen=True)
class Config:
    """The choices of the GAN in the Pokémon notebook."""

    latent: int = 100
    """Length of the noise vector z ~ N(0, 1) that becomes a picture."""
    generator_widths: tuple[int, int, int] = (128, 128, 128)
    """Channels of the generator's base grid and of its two upsampling layers."""
    discriminator_widths: tuple[int, int] = (64, 64)
    """Channels of the discriminator's two convolutions."""
    slope: float = 0.2
    """Slope of the leaky ReLUs below zero."""
    dropout: tuple[float, float] = (0.2, 0.4)
    """Share of features that is dropped after each of the discriminator's convolutions."""
    rate: float = 2e-4
    """Learning rate of both networks' Adam (β1 = 0.5)."""

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """Which optimiser minimises which loss."""
        return {
            "generator_loss": Adam(self.rate, beta_1=0.5),
            "discriminator_loss": Adam(self.rate, beta_1=0.5),
        }

    @property
    def noise(self) -> Mapping[str, tuple[int, ...]]:
        """One latent vector an image; the same fakes serve both losses."""
        return {"latent": (self.latent,)}


def masks(config: Config, image_shape: ImageShape) -> dict[str, Mask]:
    """Dropout masks of one step: after each convolution, for the real pictures and for the fakes."""
    height, width, _ = image_shape
    first, second = config.discriminator_widths
    after1, after2 = (height // 2, width // 2, first), (height // 4, width // 4, second)
    return {
        f"{pictures}_mask{layer}": Mask(shape, rate)
        for pictures in ("real", "fake")
        for layer, shape, rate in zip((1, 2), (after1, after2), config.dropout, strict=True)
    }


def networks(config: Config, image_shape: ImageShape, _: int) -> tuple[Network, Network]:
    """Generator and discriminator."""
    base, first, second = config.generator_widths
    leaky = f"leaky ReLU {config.slope:g}"
    grid = (*base_grid(image_shape), base)
    generator = from_latent("Generator", "draws: noise becomes a picture", config.latent, "noise, N(0, 1)")
    doubled = generator.dense(math.prod(grid), leaky).reshaped(grid)
    doubled = doubled.transposed(first, 4, 2, leaky).transposed(second, 4, 2, leaky)
    judge = from_picture("Discriminator", "judges: real or generated?", image_shape)
    for channels, rate in zip(config.discriminator_widths, config.dropout, strict=True):
        judge = judge.conv(channels, 3, 2, "same", leaky).dropout(rate)
    return (
        doubled.conv(image_shape[2], 7, 1, "same", "sigmoid"),
        judge.flat().dense(1, "logit: positive means real"),
    )


DESCRIPTION = Description(
    name="dcgan",
    title="DCGAN",
    family="gan",
    objective=(
        "Two networks play against each other, as in `gan`: the discriminator learns to tell real pictures from "
        "generated ones, with dropout; the generator learns to be taken for real (non-saturating loss)."
    ),
    sense=(
        "Deep convolutional generative adversarial network (Radford et al. 2016), as the Pokémon notebook has it: "
        "leaky ReLUs and dropout, no batch normalisation."
    ),
    source="The GAN of the Pokémon notebook (which trains with batches of 3 and alternating halves).",
    config=Config,
    notebook=Notebook(epochs=30, batch_size=64),
    cost=8.0,
    masks=masks,
    networks=networks,
)
