"""The same bytes have the same scores: in another process, at the same time, from whichever hands they come."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.datasets import ImageSet
from bench.quality.score import score

SCORE = """
import sys, torch
torch.set_num_threads(1)
from bench.datasets import load
from bench.quality.extractors import load_extractor
from bench.quality.ladder import blurred
from bench.quality.score import score
images = load("fashion-mnist-mini")
extractor = load_extractor("domain", images)
generated, labels = blurred(images.train_images[:1300]), images.train_labels[:1300]
print("ready", flush=True)
input()
print(score(generated, images, extractor, labels=labels).model_dump_json(by_alias=True))
"""


class Scorer:
    """A process that scores the same images as every other one, when it is told to."""

    def __init__(self, cache: Path) -> None:
        settings = {"BENCH_CACHE": str(cache), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", SCORE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | settings,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def start(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def record(self) -> str:
        """What it wrote; waits for it."""
        written, _ = self._process.communicate(timeout=200)
        assert self._process.returncode == 0
        return written


def entries(cache: Path) -> dict[str, bytes]:
    return {str(path.relative_to(cache)): path.read_bytes() for path in sorted(cache.glob("*/*"))}


@pytest.mark.slow
def test_two_processes_that_race_for_one_cache_write_the_same_bytes(tmp_path: Path) -> None:
    shared, other = tmp_path / "shared", tmp_path / "other"
    racing = [Scorer(shared), Scorer(shared)]
    for scorer in racing:
        scorer.start()
    first, second = (scorer.record() for scorer in racing)
    alone = Scorer(other)
    alone.start()
    assert first == second == alone.record()
    assert '"label_accuracy":0.' in first
    written = entries(shared)
    assert written == entries(other)
    assert {name.split("/")[0] for name in written} == {"features", "figures"}
    again = Scorer(shared)  # All that is real is read now.
    again.start()
    assert again.record() == first
    assert entries(shared) == written


def test_only_bytes_count_and_not_how_they_lie_in_memory(toy_set: ImageSet, toy_extractor: Any) -> None:
    images = toy_set.train_images[:600]
    assert toy_set.train_labels is not None
    labels = toy_set.train_labels[:600]
    expected = score(images, toy_set, toy_extractor, labels=labels)
    turned = np.asfortranarray(images)
    # As a framework with channels first would hand them over.
    channels_first = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    frozen = np.frombuffer(images.tobytes(), np.uint8).reshape(images.shape)
    for same in (turned, channels_first, frozen):
        assert score(same, toy_set, toy_extractor, labels=labels.astype(np.int32)) == expected
    changed = images.copy()
    changed[0, 0, 0, 0] ^= 255
    assert score(changed, toy_set, toy_extractor, labels=labels) != expected


def test_no_global_random_state_is_used_or_changed(toy_set: ImageSet, toy_extractor: Any) -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index,union-attr]  # noqa: NPY002
    first = score(toy_set.train_images[:600], toy_set, toy_extractor)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # type: ignore[index]  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    assert score(toy_set.train_images[:600], toy_set, toy_extractor) == first
