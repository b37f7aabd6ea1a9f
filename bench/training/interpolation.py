"""Walks through latent space: along great circles, because a Gaussian in many dimensions is nearly a sphere.

Standard normal vectors of Z numbers have lengths close to √Z; halfway along the straight line between two of them the
length is only about √(Z / 2), where the model was hardly ever trained. White (2016, "Sampling Generative Networks",
arXiv:1609.04468) therefore turns from one direction to the other. His formula blows up for vectors of different lengths
that point nearly opposite ways, which is common where Z = 2; here direction and length are interpolated apart.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.training.contract import Array

STOPS = 4
"""Latent vectors that a walk goes through."""
PARALLEL = 1e-9
"""Sine of the angle below which two vectors span no plane of their own."""


def slerp(start: Array, end: Array, at: float) -> Array:
    """The point at a fraction `at` of the way from `start` to `end`, each [..., Z], on the arc between them.

    The direction turns at constant speed in the plane of both, the length goes linearly from one to the other, and both
    ends are exact. Between opposite vectors, where any plane would do, one is chosen, the same every time; a vector of
    length 0 has the direction of the other. Computed in float64, returned in the type of `start`.
    """
    if at in (0.0, 1.0):
        exact: Array = np.array(end if at else start, dtype=start.dtype)
        return exact
    p, q = start.astype(np.float64), end.astype(np.float64)
    p_length, q_length = _length(p), _length(q)
    u = _unit(np.where(p_length > 0, p, q))
    v = _unit(np.where(q_length > 0, q, p))
    cosine = np.sum(u * v, axis=-1, keepdims=True)
    across = v - cosine * u
    sine = _length(across)
    angle = at * np.arctan2(sine, cosine)
    sideways = _unit(np.where(sine > PARALLEL, across, _orthogonal(u)))
    length = (1.0 - at) * p_length + at * q_length
    point: Array = length * (np.cos(angle) * u + np.sin(angle) * sideways)
    return point.astype(start.dtype)


def closed_walk(stops: Array, steps: int) -> Array:
    """The points [S * steps, W, Z] of W walks at once, each from stop to stop [S, W, Z] and back to its first.

    Each leg has `steps` points and begins exactly at its stop; the point after the last would be the first again, so
    that pictures of them loop without a seam.
    """
    legs = zip(stops, np.roll(stops, -1, axis=0), strict=True)
    return np.stack([slerp(here, there, step / steps) for here, there in legs for step in range(steps)])


def walk_pictures(
    draw: Callable[[Array, NDArray[np.int64] | None], Array], stops: Array, steps: int, labels: NDArray[np.int64] | None
) -> Array:
    """What `draw` makes of `closed_walk(stops, steps)`: pictures [S * steps, W, height, width, C].

    `labels` [W] are the classes that each walk keeps to, of a model that is told them. All are drawn in one call.
    """
    points = closed_walk(stops, steps)
    given = None if labels is None else np.tile(labels, len(points))
    pictures = draw(points.reshape(-1, points.shape[-1]), given)
    return pictures.reshape(*points.shape[:2], *pictures.shape[1:])


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length: NDArray[np.float64] = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return length


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors of length 1, or of length 0 where there is no direction."""
    length = _length(vectors)
    return vectors / np.where(length > 0, length, 1.0)


def _orthogonal(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """A vector orthogonal to each unit vector: the axis that it has least of, less what it has. In one dimension 0."""
    axis = np.eye(u.shape[-1])[np.argmin(np.abs(u), axis=-1)]
    rest: NDArray[np.float64] = axis - np.sum(axis * u, axis=-1, keepdims=True) * u
    return rest
