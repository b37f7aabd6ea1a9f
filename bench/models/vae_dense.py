"""What both halves of the dense VAE share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.models.description import Description, Notebook
from bench.models.geometry import ImageShape
from bench.models.layers import Network, from_latent, from_picture
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


def networks(config: Config, image_shape: ImageShape, _: int) -> tuple[Network, Network]:
    """Encoder and decoder."""
    first, second = config.encoder_widths
    encoder = from_picture("Encoder", "reads: a picture becomes a distribution", image_shape).flat()
    decoder = from_latent(
        "Decoder", "draws: a latent vector becomes a picture", config.latent, "drawn from q(z|x) or N(0, 1)"
    )
    hidden = decoder.dense(config.decoder_width, "ReLU")
    return (
        encoder.dense(first, "ReLU").dense(second, "ReLU").dense(2 * config.latent, "mean, log-variance of q(z|x)"),
        hidden.dense(math.prod(image_shape), "Bernoulli logits").reshaped(image_shape),
    )


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
    networks=networks,
)
