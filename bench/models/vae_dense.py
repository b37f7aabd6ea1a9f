"""What both halves of the dense VAE share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.models.description import Description, Notebook
from bench.models.optimizers import Adam, Optimizer


@dataclass(frozen=True)
class Config:
    """The choices of the Pokémon notebook's "VAE sans couches convolutionnelles"."""

    latent: int = 32
    """Length of the latent vector z."""
    encoder_widths: tuple[int, int] = (64, 32)
    """Units of the encoder's two hidden layers."""
    decoder_width: int = 64
    """Units of the decoder's hidden layer."""
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
    name="vae_dense",
    title="Dense VAE",
    family="autoencoder",
    objective=(
        "An encoder maps a picture to a distribution over latent vectors, a decoder maps a latent vector back to a "
        "picture; both maximise a lower bound (ELBO) on grey values, with the KL divergence in closed form."
    ),
    sense=(
        "Variational autoencoder (Kingma & Welling 2014) of dense layers alone: it does not know which pixels are "
        "neighbours."
    ),
    source=(
        'Pokémon notebook, "VAE sans couches convolutionnelles". The notebook\'s net (12288-64-32-64-12288) is a plain '
        "autoencoder; here it has the variational head that its name promises."
    ),
    config=Config,
    notebook=Notebook(epochs=50, batch_size=10),
    cost=0.06,
)
