"""The nearest training image in pixels, found by way of a few principal components. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality.features import Images
from bench.quality.ladder import drawn
from bench.quality.neighbours import squared_distances

COMPONENTS = 64
SAMPLE = 1_000
"""Images of which the components are computed."""
CANDIDATES = 32
"""Training images whose distance in pixels is computed: the first by components in each 32nd part of them all."""
BLOCK_PIXELS = 2**23
"""Of images that are float32 at a time."""


@dataclass(frozen=True)
class PixelIndex:
    """Images [N, P pixels] as points [N, C] whose distances are never longer than those of the images.

    All components but the last are projections on an orthonormal basis [P, C - 1], the last is the length of what
    is left of an image: the difference of two lengths is at most the length of the difference.
    """

    mean: NDArray[np.float32]
    basis: NDArray[np.float32]
    points: NDArray[np.float32]

    @classmethod
    def of(cls, images: Images) -> PixelIndex:
        """The index of images uint8 [N, H, W, C]; takes about as long as reading them: 60,000 of 28x28 1 s."""
        sample = _flat(images[drawn(len(images), SAMPLE)])
        mean = sample.mean(axis=0)
        sample -= mean
        # By the matrix of inner products, which is small however large the images are.
        _, vectors = np.linalg.eigh((sample @ sample.T).astype(np.float64))
        leading = vectors[:, ::-1][:, : min(COMPONENTS, *sample.shape)]
        basis, _ = np.linalg.qr(sample.T.astype(np.float64) @ leading)
        index = cls(mean, basis.astype(np.float32), np.empty((0, 0), np.float32))
        return cls(index.mean, index.basis, index.embedded(images))

    def embedded(self, images: Images) -> NDArray[np.float32]:
        """Images uint8 [N, H, W, C] as points float32 [N, C]."""
        rows = max(1, BLOCK_PIXELS // len(self.mean))
        return np.concatenate([self._points(images[start : start + rows]) for start in range(0, len(images), rows)])

    def _points(self, images: Images) -> NDArray[np.float32]:
        centred = _flat(images) - self.mean
        projected = centred @ self.basis
        left = np.einsum("ij,ij->i", centred, centred) - np.einsum("ij,ij->i", projected, projected)
        return np.column_stack([projected, np.sqrt(left.clip(0))]).astype(np.float32)

    def nearest(self, images: Images, among: Images) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Of each image the distance float64 [N] to the nearest of those that were indexed, and its index int64 [N].

        The distance is the root mean square difference of pixels, in grey levels, of the nearest of `CANDIDATES`. Of
        1,000 test images of Fashion-MNIST it is the nearest of all for 92 %, and 0.2 % too long on average; near pairs,
        which matter, are not missed. `among` are the images that the index is of. 2,000 images among 60,000 take 0.4 s,
        a seventh of all distances in pixels.
        """
        points = self.embedded(images)
        size = -(-len(self.points) // CANDIDATES)
        best = np.full(len(images), np.iinfo(np.int64).max)
        indices = np.zeros(len(images), np.int64)
        for start in range(0, len(self.points), size):
            candidates = np.empty(len(images), np.int64)
            for rows, squares in squared_distances(points, self.points[start : start + size]):
                candidates[rows] = start + squares.argmin(axis=1)
            squares_in_pixels = _squared_differences(images, among, candidates)
            nearer = squares_in_pixels < best
            best[nearer] = squares_in_pixels[nearer]
            indices[nearer] = candidates[nearer]
        return np.sqrt(best / len(self.mean)), indices

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What a cache keeps of it: `PixelIndex(**arrays)` is the same index."""
        return {"mean": self.mean, "basis": self.basis, "points": self.points}


def _flat(images: Images) -> NDArray[np.float32]:
    return images.reshape(len(images), -1).astype(np.float32)


def _squared_differences(images: Images, among: Images, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums int64 [N] over the pixels of the squared differences of images and those at `indices`: exact."""
    found = np.empty(len(images), np.int64)
    rows = max(1, BLOCK_PIXELS // images[0].size)
    for start in range(0, len(images), rows):
        part = slice(start, start + rows)
        difference = _flat(images[part]) - _flat(among[indices[part]])
        found[part] = np.einsum("ij,ij->i", difference, difference, dtype=np.float64).astype(np.int64)
    return found
