"""What both halves of the VAE with convolutions and pooling share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.models.description import Description, Notebook
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
)
