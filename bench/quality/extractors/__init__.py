"""The extractors, one kind a file, found by walking this folder; importing a kind imports PyTorch.

A module here, or one that an entry point of the group `pairbench.extractors` names, has

    load(images: ImageSet, weights: Path | None, device: str) -> Extractor

which raises `NoExtractorError` when there is none for such images, and `UserError` for weights that are
missing or not the right ones. `weights` is the file or folder that the user named, if any.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.datasets import ImageSet
from bench.errors import unknown
from bench.quality.features import Extractor
from bench.quality.plugins import plugins

ENTRY_POINT_GROUP = "pairbench.extractors"


def kinds() -> tuple[str, ...]:
    """The kinds of extractor by name: "domain", "inception" and those of other packages. Imports none."""
    return tuple(plugins(sys.modules[__name__], ENTRY_POINT_GROUP))


def load_extractor(kind: str, images: ImageSet, weights: Path | None = None, device: str = "cpu") -> Extractor:
    """The extractor of a kind for the images of a data set, ready to be called.

    `device` is "cpu" or "cuda". An unknown kind is a UserError; see the package for what else is raised.
    """
    known = plugins(sys.modules[__name__], ENTRY_POINT_GROUP)
    if kind not in known:
        raise unknown("extractor", kind, known)
    extractor: Extractor = known[kind]().load(images, weights, device)
    return extractor
