"""How far the two halves of a pair may be apart: one table, with a reason for each bound.

The deviation of two tensors is ||a − b|| / max(||b||, FLOOR). For pictures it is the share of bytes that differ and
the largest difference in grey levels; for dropout that each half draws itself, standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass

FLOOR = 1e-8
"""A tensor with a smaller norm counts as this large: its own rounding would be divided by nothing."""


@dataclass(frozen=True)
class Tolerance:
    """The largest deviation that still counts as equal, and why it is that large."""

    bound: float
    reason: str


OWN_DROPOUT = Tolerance(5.0, "shares of 40,000 features, in standard errors: chance exceeds it once in a million")

TOLERANCES: dict[str, dict[str, Tolerance]] = {
    "fp64": {
        "losses": Tolerance(1e-12, "one forward pass: sums of up to 1e5 terms, each rounded to 1e-16"),
        "posterior": Tolerance(1e-12, "as losses"),
        "bound": Tolerance(1e-12, "as losses"),
        "gradients": Tolerance(1e-11, "a backward pass sums over batch and pixels once more"),
        "own dropout": OWN_DROPOUT,
        "trajectory": Tolerance(1e-10, "a disturbance of 2e-16 was seen to grow to 9e-15 in 50 steps of gan"),
        "weights": Tolerance(1e-10, "as trajectory; after each of 50 steps"),
        "long call": Tolerance(1e-10, "as trajectory; steps taken in one call of several"),
        "resumed": Tolerance(0.0, "a stored state must be the whole state: going on from it repeats bit for bit"),
        "samples": Tolerance(0.0, "rounding to a grey level hides deviations of 1e-12"),
        "levels": Tolerance(0.0, "as samples"),
    },
    "fp32": {
        "losses": Tolerance(2e-4, "KL is a small difference of large sums at first, which costs two of seven digits"),
        "posterior": Tolerance(1e-5, "one forward pass in seven digits, in another order of summation"),
        "bound": Tolerance(2e-4, "as losses"),
        "gradients": Tolerance(1e-4, "as losses; a ReLU may switch where its input is within rounding of zero"),
        "own dropout": OWN_DROPOUT,
        "samples": Tolerance(1e-3, "a value near half a grey level may be rounded either way"),
        "levels": Tolerance(1.0, "as samples"),
    },
    "tf32": {
        "losses": Tolerance(2e-2, "products keep three digits; set from that, not yet measured on a GPU"),
        "posterior": Tolerance(5e-3, "as losses"),
        "bound": Tolerance(2e-2, "as losses"),
        "gradients": Tolerance(5e-2, "as losses"),
        "own dropout": OWN_DROPOUT,
        "samples": Tolerance(0.5, "as losses"),
        "levels": Tolerance(4.0, "as losses"),
    },
    "bf16": {
        "losses": Tolerance(2e-3, "layers keep two to three digits; 5e-4 was seen, in dcgan"),
        "posterior": Tolerance(1e-3, "as losses; 8e-5 was seen"),
        "bound": Tolerance(1e-3, "as losses; 1e-5 was seen"),
        "gradients": Tolerance(3e-1, "each framework sums them in its own order in two digits; 0.14 was seen, in gan"),
        "own dropout": OWN_DROPOUT,
        "samples": Tolerance(0.4, "0.18 was seen, in gan: one level of grey is finer than two digits"),
        "levels": Tolerance(2.0, "as samples; 1 was seen"),
    },
}
"""Precision -> quantity -> tolerance."""
