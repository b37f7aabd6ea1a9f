"""Where and what for pairs are proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.results.record import Framework

PROBE = "bench.proof.probe"
"""The module that carries out one half's cases."""


@dataclass(frozen=True)
class Place:
    """On which device, for training in which precision, by which interpreters pairs are proved."""

    device: str = "cpu"
    precision: str = "fp32"
    interpreters: Mapping[Framework, str] = field(default_factory=dict)
    probe: str = PROBE
