"""Monsters: little creatures of eight kinds, drawn by the code in `bench/datasets/monsters/`."""

from __future__ import annotations

from bench.datasets.drawn_source import DrawnSource
from bench.datasets.source import Sizes

MONSTERS = DrawnSource(
    name="monsters",
    title="little creatures of eight kinds, in colour",
    licence="MIT, part of pairbench",
    origin="drawn by bench/datasets/monsters/",
    sizes=Sizes(8_000, 2_000, (64, 64, 3), classes=8),
    domain="monsters",
    class_names=("slime", "imp", "bat", "crawler", "cyclops", "jelly", "snail", "dragon"),
    sha256="8ef74fe363c8b13161c524aabe30c9cc2a062a41b1c946da05eeebf13139678f",
)

SOURCES = (MONSTERS,)
