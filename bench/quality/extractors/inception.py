"""`inception`: the standard network of FID and IS, Inception-2015 as ported by torch-fidelity."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from bench.datasets import ImageSet
from bench.errors import UserError
from bench.quality.features import Extractor, Features, Images, checked_images, in_batches
from bench.quality.inception_file import SHA256_PREFIX, find_inception_weights, read_inception_weights

BATCH_SIZE = 50
LAYERS = ("2048", "logits_unbiased")
"""The layers of FID (Heusel 2017) and IS (Salimans 2016): the pooled features, the logits without bias."""


class InceptionExtractor:
    """Inception-2015: images of any size are resized to 299x299 as TensorFlow 1 did, grey ones made RGB."""

    batch_size = BATCH_SIZE
    title = "FID (Inception-2015)"
    dimension = 2048
    least_n = 2048  # What the rank of the covariance asks; ten times as many are not to be had.
    num_classes: int | None = 1008

    def __init__(self, network: FeatureExtractorInceptionV3, weights_sha256: str, device: str = "cpu") -> None:
        torch.backends.cudnn.allow_tf32 = False
        self.name = f"inception-2015-{weights_sha256[:8]}"
        self.weights_sha256 = weights_sha256
        self.device = device
        self.no_train_features = (
            None if device != "cpu" else "the features of all training images would take hours on a CPU"
        )
        self._network = network.to(device)

    def __call__(self, images: Images) -> Features:
        """Features float32 [N, 2048] and logits float32 [N, 1008] of images of any height and width."""
        return in_batches(checked_images(images), self, self._forward)

    @torch.inference_mode()
    def _forward(self, images: Images) -> Features:
        height, width = images.shape[1:3]
        colour = np.broadcast_to(images, (len(images), height, width, 3))
        pixels = torch.from_numpy(np.ascontiguousarray(colour.transpose(0, 3, 1, 2)))
        features, logits = self._network(pixels.to(self.device))
        return Features(features.cpu().numpy(), logits.cpu().numpy())


def from_file(path: Path, device: str = "cpu", sha256_prefix: str = SHA256_PREFIX) -> InceptionExtractor:
    """The extractor of a weights file, which is checked first and read without unpickling code.

    A hash that does not start with `sha256_prefix`, or content that is not the network's, is a UserError.
    """
    content, sha256 = read_inception_weights(path, sha256_prefix)
    try:
        with _tensors_only():
            network = FeatureExtractorInceptionV3(
                name="inception-v3-compat",
                features_list=list(LAYERS),
                feature_extractor_weights_path=io.BytesIO(content),
            )
    except (pickle.UnpicklingError, RuntimeError, TypeError, ValueError, EOFError) as error:
        raise UserError(f"{path} does not hold the weights of Inception-2015: {str(error).splitlines()[0]}") from error
    return InceptionExtractor(network, sha256, device)


@contextmanager
def _tensors_only() -> Iterator[None]:
    """Make every torch.load refuse code, also the library's own, which asks for the opposite."""
    switch = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(switch)
    os.environ[switch] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[switch]
        else:
            os.environ[switch] = before


def load(images: ImageSet, weights: Path | None, device: str) -> Extractor:  # noqa: ARG001 -- takes any images
    """The extractor from the file `weights`, else from $BENCH_DATA or the user's cache."""
    return from_file(find_inception_weights(weights), device)
