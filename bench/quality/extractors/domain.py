"""`domain`: the small classifier trained on the kind of image that it scores, bundled or made by the user.

Where there is none, fixed random features take its place, under their own name and title.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors

from bench.datasets import ImageSet
from bench.errors import UserError, first_line
from bench.quality.cards import BUNDLED, Card, card_for, read_weights
from bench.quality.extractors import random
from bench.quality.features import Extractor, Features, Images, checked_images, in_batches
from bench.quality.network import DomainNetwork, to_pixels

BATCH_SIZE = 250  # Divides 10,000, 2,000 and 1,500: every batch of the usual sizes is full.


class DomainExtractor:
    """A trained `DomainNetwork` under its name: the features of its hidden layer and its logits."""

    batch_size = BATCH_SIZE

    def __init__(self, network: DomainNetwork, name: str, weights_sha256: str, device: str = "cpu") -> None:
        # The kernels of TensorFloat-32 would round away three digits of what is compared here.
        torch.backends.cudnn.allow_tf32 = False
        self.name = name
        self.title = f"FD-domain [{name}]"
        self.weights_sha256 = weights_sha256
        self.dimension = network.hidden.out_features
        self.least_n = 10 * self.dimension
        self.num_classes: int | None = network.classify.out_features
        self.device = device
        self.image_shape = network.image_shape
        self.feature_rms = float(network.feature_rms)
        self._network = network.folded().to(device).to(memory_format=torch.channels_last)

    def __call__(self, images: Images) -> Features:
        """Features float32 [N, 128] and logits float32 [N, classes]; images must have the card's shape."""
        return in_batches(checked_images(images, self.image_shape), self, self._forward)

    @torch.inference_mode()
    def _forward(self, images: Images) -> Features:
        features, logits = self._network(to_pixels(images).to(self.device))
        return Features(features.cpu().numpy(), logits.cpu().numpy())


def from_card(card: Card, folder: Path = BUNDLED, device: str = "cpu") -> DomainExtractor:
    """The extractor of a card; weights whose hash is not the card's, or that do not fit it, are a UserError."""
    content = read_weights(card, folder)
    try:
        network = DomainNetwork(card.image_shape, card.num_classes)
        network.load_state_dict(load_safetensors(content))
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise UserError(
            f"the weights of {card.name} in {folder} do not fit its card: {first_line(str(error))}.\n"
            "Train the extractor again."
        ) from error
    return DomainExtractor(network, card.name, card.sha256, device)


def load(images: ImageSet, weights: Path | None, device: str) -> Extractor:
    """The extractor of these images, from the folder `weights` or else from those that are searched.

    Images that have none get the `random` extractor, which says so wherever it is named.
    """
    among = (weights,) if weights else ()
    kept = card_for(images.domain, images.image_shape, images.fingerprint, among, part_of=images.part_of)
    return random.load(images, None, device) if kept is None else from_card(*kept, device)
