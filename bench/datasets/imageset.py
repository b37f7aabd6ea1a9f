"""`ImageSet`: the one form in which images reach the models and the evaluator."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.datasets.preparation import Preparation
from bench.errors import UserError

if TYPE_CHECKING:  # whoever holds an image set has NumPy; whoever only lists them should not wait for it
    import numpy as np
    from numpy.typing import NDArray

PARTS = ("train_images", "train_labels", "test_images", "test_labels")
"""The arrays of a set, in the order in which its fingerprint takes them."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageSet:
    """A data set in memory, or mapped into it: images as unsigned bytes, channels last, with labels or without any.

    The arrays are shared by all who hold the set and are not to be written to. A set that breaks one of the
    rules below is refused with a `UserError` that names the set, the array and the rule.
    """

    name: str
    """What the user calls it: "mnist"."""
    train_images: NDArray[np.uint8]
    """uint8 [N, H, W, C], C being 1 (grey) or 3 (RGB)."""
    train_labels: NDArray[np.int64] | None
    """int64 [N] from 0 to num_classes - 1; None when the set has no labels."""
    test_images: NDArray[np.uint8]
    """uint8 [M, H, W, C] of the same H, W, C: the reference of every score, never trained on."""
    test_labels: NDArray[np.int64] | None
    """int64 [M]; None exactly when `train_labels` is."""
    class_names: tuple[str, ...] | None = None
    """What the labels mean, in their order."""
    domain: str | None = None
    """The family whose bundled extractor scores these images ("mnist", "fashion-mnist"), or None."""
    preparation: Preparation | None = None
    """How the images were made from other files; None where they are what the files hold, split included."""
    part_of: str | None = None
    """Fingerprint of the whole set that these are some classes of: what scores it scores them. None: it is whole."""
    verified: str | None = None
    """The fingerprint, from whoever has just checked the bytes of memory-mapped images against it."""

    def __post_init__(self) -> None:
        self._check_images("train_images", self.train_images)
        self._check_images("test_images", self.test_images)
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            shapes = f"{self.train_images.shape[1:]} and {self.test_images.shape[1:]}"
            raise self._wrong(f"train and test images must have one shape, not {shapes}")
        if (self.train_labels is None) != (self.test_labels is None):
            raise self._wrong("either both splits have labels or neither")
        if self.train_labels is None and self.class_names is not None:
            raise self._wrong("class_names without labels name nothing")
        self._check_labels("train_labels", self.train_labels, len(self.train_images))
        self._check_labels("test_labels", self.test_labels, len(self.test_images))

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of every image."""
        height, width, channels = self.train_images.shape[1:]
        return height, width, channels

    @property
    def num_classes(self) -> int:
        """How many classes the labels tell apart; 0 for a set without labels."""
        if self.train_labels is None or self.test_labels is None:
            return 0
        if self.class_names is not None:
            return len(self.class_names)
        return int(max(self.train_labels.max(), self.test_labels.max())) + 1

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of all four arrays with their shapes and types: equal if and only if the data are.

        The name, class names and domain do not count. The digest is the same on every machine.
        """
        import numpy as np

        if self.verified is not None:
            return self.verified
        digest = hashlib.sha256()
        for part in PARTS:
            array = getattr(self, part)
            if array is None:
                digest.update(fingerprint_header(part, None))
                continue
            # Labels are hashed as little-endian whatever the machine's own order; uint8 has no order.
            stored = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            digest.update(fingerprint_header(part, stored))
            digest.update(stored.data)
        return digest.hexdigest()

    def _check_images(self, part: str, images: Any) -> None:
        import numpy as np

        if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 4:
            raise self._wrong(f"{part} must be a uint8 array [N, H, W, C], not {_described(images)}")
        if images.shape[3] not in (1, 3):
            raise self._wrong(f"{part} must have 1 channel (grey) or 3 (RGB), not {images.shape[3]}")
        if images.size == 0:
            raise self._wrong(f"{part} is empty: its shape is {images.shape}")

    def _check_labels(self, part: str, labels: Any, count: int) -> None:
        import numpy as np

        if labels is None:
            return
        if not isinstance(labels, np.ndarray) or labels.dtype != np.int64 or labels.ndim != 1:
            raise self._wrong(f"{part} must be an int64 array [N], not {_described(labels)}")
        if len(labels) != count:
            raise self._wrong(f"{part} has {len(labels)} labels for {count} images")
        lowest, highest = int(labels.min()), int(labels.max())
        if lowest < 0:
            raise self._wrong(f"{part} must start from 0, but one is {lowest}")
        if self.class_names is not None and highest >= len(self.class_names):
            raise self._wrong(f"{part} has a label {highest}, but there are {len(self.class_names)} class names")

    def _wrong(self, what: str) -> UserError:
        return UserError(f"data set '{self.name}': {what}")


def fingerprint_header(part: str, array: NDArray[Any] | None) -> bytes:
    """What a fingerprint takes of an array before its bytes: name, little-endian type and shape."""
    return f"{part} none\n".encode() if array is None else f"{part} {array.dtype.str} {array.shape}\n".encode()


def _described(value: Any) -> str:
    """A few words on what was given instead of the array that was expected."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{value.dtype} {list(value.shape)}"
    return type(value).__name__
