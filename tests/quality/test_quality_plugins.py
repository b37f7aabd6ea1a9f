"""Extractors and metrics of other packages are found by entry point, and none hides one of ours."""

from __future__ import annotations

import sys
from importlib import metadata
from types import ModuleType
from typing import Any

import pytest

from bench.datasets import ImageSet
from bench.errors import UserError
from bench.quality import plugins
from bench.quality.extractors import kinds, load_extractor


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, toy_extractor: Any) -> list[metadata.EntryPoint]:
    """The entry points that look installed; their module gives the toy extractor."""
    module = ModuleType("bench_test_other_package")
    module.load = lambda images, weights, device: toy_extractor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entries: list[metadata.EntryPoint] = []
    monkeypatch.setattr(plugins.metadata, "entry_points", lambda group: entries)
    return entries


def entry(name: str) -> metadata.EntryPoint:
    return metadata.EntryPoint(name, "bench_test_other_package", "pairbench.extractors")


def test_an_extractor_of_another_package_is_used_like_ours(
    installed: list[metadata.EntryPoint], toy_set: ImageSet, toy_extractor: Any
) -> None:
    installed.append(entry("theirs"))
    assert kinds() == ("domain", "inception", "random", "theirs")
    assert load_extractor("theirs", toy_set) is toy_extractor


def test_a_package_cannot_replace_one_of_ours(installed: list[metadata.EntryPoint], toy_set: ImageSet) -> None:
    installed.append(entry("domain"))
    with pytest.raises(UserError, match=r"two plugins of pairbench\.extractors are called 'domain'"):
        load_extractor("domain", toy_set)
