"""What both halves of the conditional VAE share."""

from __future__ import annotations

from dataclasses import dataclass

from bench.errors import UserError
from bench.models import cvae
from bench.models.description import Description, Notebook
from bench.models.geometry import ImageShape
from bench.models.layers import Network, from_latent, from_picture, grown, strided


@dataclass(frozen=True)
class Config(cvae.Config):
    """The choices of `cvae` with a longer latent vector, because the label says part of what z said there."""

    latent: int = 16
    """Length of the latent vector z, to which the one-hot label is joined."""


def check_labels(num_classes: int) -> None:
    """Refuse to be built for pictures without labels."""
    if num_classes < 1:
        raise UserError("cond_vae needs labels: it is told the class of each picture")


def networks(config: Config, image_shape: ImageShape, num_classes: int) -> tuple[Network, Network]:
    """Encoder and decoder, both told the class."""
    encoder = from_picture("Encoder", "reads: a picture and its class become a distribution", image_shape)
    decoder = from_latent(
        "Decoder",
        "draws: a latent vector and a class become a picture",
        config.latent,
        "drawn from q(z|x, y) or N(0, 1)",
    )
    features = strided(encoder, config.encoder_widths).joined(num_classes)
    return (
        features.dense(2 * config.latent, "mean, log-variance of q(z|x, y)"),
        grown(decoder.joined(num_classes), config.decoder_widths, image_shape, "Bernoulli logits"),
    )


DESCRIPTION = Description(
    name="cond_vae",
    title="Conditional VAE",
    family="autoencoder",
    objective=(
        "As `cvae`, with the class given to both networks: a lower bound of the likelihood of a picture given its "
        "class (conditional ELBO), by one Monte-Carlo sample."
    ),
    sense=(
        "Conditional variational autoencoder (Sohn et al. 2015): the other reading of the C in CVAE. It sees labels, "
        "in training and when it is sampled, and so never stands in a verdict of GAN against CVAE."
    ),
    source="The networks of TensorFlow's tutorial, with a one-hot label joined to encoder features and to z.",
    config=Config,
    notebook=Notebook(epochs=10, batch_size=32),
    cost=0.75,
    needs_labels=True,
    networks=networks,
)
