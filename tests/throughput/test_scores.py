"""What a score costs: every metric of ours against one plain call of torch-fidelity, alternately in one process.

    BENCH_DATA=... OMP_NUM_THREADS=1 python -m pytest tests/throughput/test_scores.py -n 0 --benchmark-enable -s

prints the ratio of CPU times, ours over the library's. The library's call is what anyone would write: isc, fid, kid and
prc of 10,000 generated images against 10,000 test images, the same network registered as its extractor, its own batch
size, no cache. Ours is all of `score`: those four and the interval, the extrapolation, density, coverage, copies and
classes, with the features of real images from the cache, as for every trial but a data set's first.

Precision and recall have an N of their own: the library takes all 10,000 a side, which costs it 6 seconds and 3 GB, and
the protocol 5,000. Their values are compared at the same N: the library's on our draw of 5,000. No time is asserted.
Without --benchmark-enable both sides run once, on the bundled images, to show that they run.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch_fidelity
from torch.utils.data import Dataset

from bench.datasets import ImageSet, load
from bench.quality.extractors import load_extractor
from bench.quality.extractors.domain import DomainExtractor
from bench.quality.features import Images
from bench.quality.ladder import blurred, drawn
from bench.quality.library import plain_metrics
from bench.quality.metrics import NEIGHBOURS_N, RNG_SEED, kid_subset_size
from bench.quality.network import to_pixels
from bench.quality.record import Quality
from bench.quality.score import score

ROUNDS = 3
NAME = "bench-throughput"
SHARED = {
    "fd": torch_fidelity.KEY_METRIC_FID,
    "is": torch_fidelity.KEY_METRIC_ISC_MEAN,
    "is_std": torch_fidelity.KEY_METRIC_ISC_STD,
    "kid": torch_fidelity.KEY_METRIC_KID_MEAN,
    "kid_std": torch_fidelity.KEY_METRIC_KID_STD,
}
"""Our figure to the library's."""


class Pictures(Dataset[torch.Tensor]):
    def __init__(self, images: Images) -> None:
        self._pixels = to_pixels(images)

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self._pixels[index]


@pytest.fixture(scope="module")
def extractor(library_extractor: Callable[..., str]) -> DomainExtractor:
    found = load_extractor("domain", load("fashion-mnist-mini"))
    assert isinstance(found, DomainExtractor)
    library_extractor(NAME, found._network, "features", "logits")
    return found


@pytest.fixture
def images(benchmark: Any) -> ImageSet:
    if benchmark.disabled:
        return load("fashion-mnist-mini")
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("needs the full data sets: set BENCH_DATA")
    return load("fashion-mnist")


def library_values(generated: Images, real: Images, **asked: Any) -> dict[str, float]:
    return plain_metrics(
        Pictures(generated),
        Pictures(real),
        NAME,
        rng_seed=RNG_SEED,
        kid_subset_size=kid_subset_size(len(real)),
        **asked,
    )


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of all threads of this process, and what the call gave."""
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


@pytest.mark.data
@pytest.mark.timeout(900)
def test_all_our_metrics_against_one_call_of_torch_fidelity(
    benchmark: Any, images: ImageSet, extractor: DomainExtractor
) -> None:
    count = min(10_000, len(images.test_images))
    generated = blurred(images.train_images[drawn(len(images.train_images), count)])
    real = images.test_images[:count]
    ratios: list[float] = []
    found: dict[str, Any] = {}

    def compare() -> None:
        ours, quality = timed(lambda: score(generated, images, extractor))
        theirs, found["library"] = timed(
            lambda: library_values(generated, real, isc=True, fid=True, kid=True, prc=True)
        )
        found["ours"] = quality
        ratios.append(ours / theirs)
        print(f"\nours {ours:.1f} CPU seconds, torch-fidelity {theirs:.1f}", end="")

    score(generated, images, extractor)  # Takes the features of the real images into the cache.
    benchmark.pedantic(compare, rounds=1 if benchmark.disabled else ROUNDS)
    assert_same_values(found["ours"], found["library"])
    assert_same_neighbours(found["ours"], generated, real)
    benchmark.extra_info["ours_over_library"] = statistics.median(ratios)
    print(f"\n{count:,} images a side: ours over torch-fidelity's {statistics.median(ratios):.3f} ({ratios})", end="")


def assert_same_values(ours: Quality, library: dict[str, float]) -> None:
    """To a thousandth."""
    written = ours.model_dump(by_alias=True)
    for figure, name in SHARED.items():
        assert written[figure] == pytest.approx(library[name], rel=1e-3), figure


def assert_same_neighbours(ours: Quality, generated: Images, real: Images) -> None:
    """Precision and recall, to a thousandth, of the same images."""
    some = drawn(len(real), NEIGHBOURS_N)
    library = library_values(generated[some], real[some], prc=True)
    assert ours.precision == pytest.approx(library[torch_fidelity.KEY_METRIC_PRECISION], rel=1e-3)
    assert ours.recall == pytest.approx(library[torch_fidelity.KEY_METRIC_RECALL], rel=1e-3)
    assert np.isfinite([ours.precision, ours.recall]).all()
