"""What both halves of the convolutional VAE share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bench.models.description import Description, Notebook
from bench.models.geometry import ImageShape
from bench.models.layers import Network, from_latent, from_picture, grown, strided
from bench.models.optimizers import Adam, Optimizer


@dataclass(frozen=True)
class Config:
    """The choices of TensorFlow's tutorial "Convolutional Variational Autoencoder"."""

    latent: int = 2
    """Length of the latent vector z."""
    encoder_widths: tuple[int, int] = (32, 64)
    """Channels of the encoder's two convolutions."""
    decoder_widths: tuple[int, int, int] = (32, 64, 32)
    """Channels of the decoder's base grid and of its two upsampling layers."""
    pixels: Literal["binary", "grey"] = "binary"
    """What the Bernoulli likelihood sees: pixels binarised at 0.5, or grey values as they are."""
    rate: float = 1e-4
    """Learning rate of Adam (β1 = 0.9)."""

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """Which optimiser minimises which loss."""
        return {"loss": Adam(self.rate)}

    @property
    def noise(self) -> Mapping[str, tuple[int, ...]]:
        """One reparametrisation noise an image: a single Monte-Carlo sample of the bound."""
        return {"posterior": (self.latent,)}

    def binarises(self, image_shape: ImageShape) -> bool:
        """Whether pictures of this shape are binarised: colour never is."""
        return self.pixels == "binary" and image_shape[2] == 1


def networks(config: Config, image_shape: ImageShape, _: int) -> tuple[Network, Network]:
    """Encoder and decoder."""
    encoder = from_picture("Encoder", "reads: a picture becomes a distribution", image_shape)
    decoder = from_latent(
        "Decoder", "draws: a latent vector becomes a picture", config.latent, "drawn from q(z|x) or N(0, 1)"
    )
    return (
        strided(encoder, config.encoder_widths).dense(2 * config.latent, "mean, log-variance of q(z|x)"),
        grown(decoder, config.decoder_widths, image_shape, "Bernoulli logits"),
    )


DESCRIPTION = Description(
    name="cvae",
    title="CVAE (convolutional VAE)",
    family="autoencoder",
    objective=(
        "An encoder maps a picture to a distribution over latent vectors, a decoder maps a latent vector back to "
        "a picture; both maximise a lower bound of the data's likelihood (ELBO), by one Monte-Carlo sample."
    ),
    sense=(
        "Convolutional variational autoencoder (Kingma & Welling 2014). The C means convolutional, not "
        "conditional: it sees no labels."
    ),
    source='TensorFlow\'s tutorial "Convolutional Variational Autoencoder".',
    config=Config,
    notebook=Notebook(epochs=10, batch_size=32),
    cost=0.85,
    # The equal-footing arm against `gan`: the decoder is the generator, latent size and pixels are the same.
    variants={"equal": {"latent": 64, "decoder_widths": (64, 64, 32), "pixels": "grey", "rate": 1e-3}},
    headline=True,
    networks=networks,
)
