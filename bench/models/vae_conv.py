"""What both halves of the VAE with convolutions and pooling share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.models.description import Description, Notebook
from bench.models.geometry import ImageShape, base_grid
from bench.models.layers import Network, from_latent, from_picture
from bench.models.optimizers import Adam, Optimizer


@dataclass(frozen=True)
class Config:
    """The choices of the Pokémon notebook's "VAE avec couches convolutionnelles"."""

    latent: int = 32
    """Length of the latent vector z."""
    encoder_widths: tuple[int, int] = (16, 8)
    """Channels of the encoder's two convolutions."""
    decoder_widths: tuple[int, int, int] = (8, 8, 16)
    """Channels of the decoder's base grid and of its two convolutions."""
    rate: float = 1e-3
    """Learning rate of Adam (β1 = 0.9)."""

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """Which optimiser minimises which loss."""
        return {"loss": Adam(self.rate)}

    @property
    def noise(self) -> Mapping[str, tuple[int, ...]]:
        """One reparametrisation noise an image."""
        return {"posterior": (self.latent,)}


def networks(config: Config, image_shape: ImageShape, _: int) -> tuple[Network, Network]:
    """Encoder and decoder."""
    narrow, wide = config.encoder_widths
    base, first, second = config.decoder_widths
    grid = (*base_grid(image_shape), base)
    encoder = from_picture("Encoder", "reads: a picture becomes a distribution", image_shape)
    shrunk = encoder.conv(narrow, 3, 1, "same", "ReLU").pooled().conv(wide, 3, 1, "same", "ReLU").pooled().flat()
    decoder = from_latent(
        "Decoder", "draws: a latent vector becomes a picture", config.latent, "drawn from q(z|x) or N(0, 1)"
    )
    spread = decoder.dense(math.prod(grid), "ReLU").reshaped(grid)
    doubled = spread.conv(first, 3, 1, "same", "ReLU").upsampled().conv(second, 3, 1, "same", "ReLU").upsampled()
    return (
        shrunk.dense(2 * config.latent, "mean, log-variance of q(z|x)"),
        doubled.conv(image_shape[2], 3, 1, "same", "Bernoulli logits"),
    )


DESCRIPTION = Description(
    name="vae_conv",
    title="VAE with pooling",
    family="autoencoder",
    objective=(
        "An encoder maps a picture to a distribution over latent vectors, a decoder maps a latent vector back to a "
        "picture; both maximise a lower bound (ELBO) on grey values, with the KL divergence in closed form."
    ),
    sense=(
        "Variational autoencoder (Kingma & Welling 2014) with convolutions: it shrinks by max-pooling and grows by "
        "repeating pixels, where `cvae` does both by strides."
    ),
    source='Pokémon notebook, "VAE avec couches convolutionnelles".',
    config=Config,
    notebook=Notebook(epochs=50, batch_size=128),
    cost=0.4,
    networks=networks,
)
