"""What both halves of the GAN share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.models.description import Description, Notebook
from bench.models.geometry import ImageShape
from bench.models.layers import Network, from_latent, from_picture, grown, strided
from bench.models.optimizers import Adam, Optimizer, RMSprop


@dataclass(frozen=True)
class Config:
    """The choices of the notebook "2.0-GAN-fashion-mnist"."""

    latent: int = 64
    """Length of the noise vector z ~ N(0, 1) that becomes a picture."""
    generator_widths: tuple[int, int, int] = (64, 64, 32)
    """Channels of the generator's base grid and of its two upsampling layers."""
    discriminator_widths: tuple[int, int] = (32, 64)
    """Channels of the discriminator's two convolutions."""
    generator_rate: float = 1e-3
    """Learning rate of the generator's Adam (β1 = 0.5)."""
    discriminator_rate: float = 5e-3
    """Learning rate of the discriminator's RMSprop (rho = 0.9)."""

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """Which optimiser minimises which loss."""
        return {
            "generator_loss": Adam(self.generator_rate, beta_1=0.5),
            "discriminator_loss": RMSprop(self.discriminator_rate, rho=0.9),
        }

    @property
    def noise(self) -> Mapping[str, tuple[int, ...]]:
        """One latent vector an image; the same fakes serve both losses."""
        return {"latent": (self.latent,)}


def networks(config: Config, image_shape: ImageShape, _: int) -> tuple[Network, Network]:
    """Generator and discriminator."""
    generator = from_latent("Generator", "draws: noise becomes a picture", config.latent, "noise, N(0, 1)")
    discriminator = from_picture("Discriminator", "judges: real or generated?", image_shape)
    return (
        grown(generator, config.generator_widths, image_shape, "sigmoid"),
        strided(discriminator, config.discriminator_widths).dense(1, "logit: positive means real"),
    )


DESCRIPTION = Description(
    name="gan",
    title="GAN",
    family="gan",
    objective=(
        "Two networks play against each other: the discriminator learns to tell real pictures from generated "
        "ones, the generator learns to be taken for real (non-saturating loss, simultaneous updates)."
    ),
    sense="Generative adversarial network (Goodfellow et al. 2014), with convolutions.",
    source='Notebook "2.0-GAN-fashion-mnist".',
    config=Config,
    notebook=Notebook(epochs=50, batch_size=512),
    headline=True,
    networks=networks,
)
