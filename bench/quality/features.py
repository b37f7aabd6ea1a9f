"""What an extractor is and what it gives: arrays in, checked arrays out. No framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError

Images = NDArray[np.uint8]
"""Images uint8 [N, H, W, C]."""
NO_CLASSES = "the extractor has no classes"


@dataclass(frozen=True)
class Features:
    """What an extractor sees in N images: features float32 [N, d], logits float32 [N, classes] or None."""

    features: NDArray[np.float32]
    logits: NDArray[np.float32] | None

    def __len__(self) -> int:
        return len(self.features)


class Extractor(Protocol):
    """Images to features and logits, always in batches of `batch_size`."""

    @property
    def name(self) -> str:
        """Identity for records: 'fashion-mnist-162c87b7'."""

    @property
    def title(self) -> str:
        """What a column of Fréchet distances is called: 'FD-domain [fashion-mnist-162c87b7]'."""

    @property
    def weights_sha256(self) -> str:
        """Hash of the weights file, in hex: the key of everything cached."""

    @property
    def dimension(self) -> int:
        """Length d of a feature vector."""

    @property
    def least_n(self) -> int:
        """Fewest images on a side for which a Fréchet distance of these features means something."""

    @property
    def num_classes(self) -> int | None:
        """Length of a logit vector, or None where there is no classifier (`no_classes` may say why)."""

    @property
    def batch_size(self) -> int:
        """Images a batch; the last batch may be smaller."""

    @property
    def device(self) -> str:
        """Where it computes: 'cpu' or 'cuda'."""

    def __call__(self, images: Images) -> Features:
        """Features of images uint8 [N, H, W, C].

        Wrong images are a UserError, a feature that is not finite a FloatingPointError.
        """


def why_no_classes(extractor: Extractor) -> str:
    """Why an extractor gives no logits: its own `no_classes`, else that it has no classes."""
    reason: str = getattr(extractor, "no_classes", NO_CLASSES)
    return reason


def why_other_classes(told: int, num_classes: int) -> str | None:
    """Why a classifier that tells `told` classes apart is not one of a data set's `num_classes`; None where it is."""
    if not num_classes:
        return "the data set has no labels"
    if told != num_classes:
        return f"the extractor tells {told:,} classes apart, which are not the data set's {num_classes:,}"
    return None


def why_no_train_features(extractor: Extractor) -> str | None:
    """Why an extractor is not asked for the features of all training images: its own `no_train_features`, or None.

    Where it is so slow that 60,000 images take hours.
    """
    reason: str | None = getattr(extractor, "no_train_features", None)
    return reason


class NoExtractorError(Exception):
    """There is no extractor of this kind for this data set; the text is the reason that the record gives."""


def checked_images(images: NDArray[np.generic], shape: tuple[int, int, int] | None = None) -> Images:
    """The images, if they are uint8 [N, H, W, C] with 1 or 3 channels (and of `shape`), else a UserError."""
    if images.dtype != np.uint8:
        raise UserError(f"images must be uint8 from 0 to 255, not {images.dtype}: scale, round and convert them first.")
    if images.ndim != 4 or images.shape[3] not in (1, 3) or not images.size:
        raise UserError(f"images must be [N, H, W, C] with 1 or 3 channels, not {list(images.shape)}.")
    if shape is not None and images.shape[1:] != shape:
        raise UserError(f"images must be {_by(shape)} (height x width x channels), not {_by(images.shape[1:])}.")
    return images.astype(np.uint8, copy=False)


def checked_asked_labels(labels: NDArray[np.generic], n: int, num_classes: int) -> NDArray[np.int64]:
    """The classes int64 [N] that n images were asked for, of a data set with `num_classes` (0: unlabelled).

    Another type, length or class is a UserError.
    """
    if labels.dtype.kind not in "iu" or labels.shape != (n,):
        described = f"{labels.dtype} {list(labels.shape)}"
        raise UserError(f"labels must be one integer for each of {n:,} images, not {described}.")
    found = labels.astype(np.int64)
    if num_classes and not 0 <= found.min() <= found.max() < num_classes:
        raise UserError(
            f"labels must be from 0 to {num_classes - 1}, as those of the data set, "
            f"not from {found.min()} to {found.max()}."
        )
    return found


def in_batches(images: Images, extractor: Extractor, forward: Callable[[Images], Features]) -> Features:
    """Run `forward` over the images batch by batch, and check the shape and finiteness of what comes back.

    torch-fidelity lets NaN through precision, recall and the inception score: it stops here.
    """
    size = extractor.batch_size
    parts = [forward(images[start : start + size]) for start in range(0, len(images), size)]
    logits = [part.logits for part in parts if part.logits is not None]
    found = Features(np.concatenate([part.features for part in parts]), np.concatenate(logits) if logits else None)
    check_features(found, len(images), extractor)
    return found


def check_features(found: Features, n: int, extractor: Extractor) -> None:
    """Raise ValueError for a wrong shape or type and FloatingPointError for NaN or infinity."""
    expected = {"features": (found.features, extractor.dimension)}
    if (found.logits is None) != (extractor.num_classes is None):
        raise ValueError(f"{extractor.name}: logits come exactly where there are classes")
    if found.logits is not None and extractor.num_classes is not None:
        expected["logits"] = (found.logits, extractor.num_classes)
    for what, (array, width) in expected.items():
        if array.shape != (n, width) or array.dtype != np.float32:
            raise ValueError(
                f"{extractor.name}: {what} are {array.dtype} {list(array.shape)}, not float32 [{n}, {width}]"
            )
        bad = int(np.sum(~np.isfinite(array).all(axis=1)))
        if bad:
            raise FloatingPointError(f"{extractor.name}: the {what} of {bad} of {n} images are not finite")


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in shape)
