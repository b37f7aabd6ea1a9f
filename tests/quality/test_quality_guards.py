"""Every pitfall of the protocol, one by one: what goes wrong without a guard, and that the guard stands.

Elsewhere: NaN and infinity in features (test_quality_features, and each metric's own file), a damaged or stale entry
of our cache (test_quality_cache), two processes that race (test_quality_repeat), wrong images (test_quality_features)
and labels (test_quality_score), N below what a figure needs (test_quality_metrics, _kid, _manifold, _copies,
_gaussians), weights that are not what they claim to be (test_quality_cards, _inception), torch-fidelity's own values
(test_quality_score, _kid, _manifold).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch_fidelity
from torch.utils.data import Dataset
from torch_fidelity import utils as library_utils
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

from bench.datasets import ImageSet
from bench.quality import library
from bench.quality.features import Features, Images
from bench.quality.ladder import noise
from bench.quality.library import keywords, plain_metrics
from bench.quality.metrics import Evidence, UnmeasurableError, frechet, kid_subset_size, measure
from bench.quality.metrics.frechet import frechet_distance
from bench.quality.metrics.inception_score import inception_score
from bench.quality.metrics.kid import kernel_distance
from bench.quality.metrics.precision_recall import precision_and_recall
from bench.quality.record import Quality
from bench.quality.score import sample_size, score


def normal(n: int, width: int = 8, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, scale, (n, width)).astype(np.float32)


class Pictures(Dataset[torch.Tensor]):
    def __init__(self, n: int, highest: int, seed: int) -> None:
        pixels = np.random.default_rng(seed).integers(0, highest, (n, 1, 2, 4), dtype=np.uint8)
        self.pixels = torch.from_numpy(pixels)

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self.pixels[index]


@pytest.fixture(scope="module")
def registered(library_extractor: Callable[..., str]) -> str:
    """An extractor whose eight features are eight bytes."""
    return library_extractor("bench-bytes", lambda images: (images.flatten(1).float() / 64,), "features")


def test_swapped_inputs_would_swap_precision_and_recall(registered: str) -> None:
    narrow, wide = Pictures(400, 128, 0), Pictures(400, 256, 1)
    found = plain_metrics(generated=narrow, real=wide, extractor=registered, prc=True)
    assert found["precision"] > 0.8 > 0.4 > found["recall"]
    features = [side.pixels.flatten(1).numpy().astype(np.float32) / 64 for side in (narrow, wide)]
    assert precision_and_recall(*features) == (found["precision"], found["recall"])


def test_the_graphics_card_is_used_only_when_said(registered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert torch_fidelity.defaults.DEFAULTS["cuda"] is True
    asked = spied(monkeypatch)
    plain_metrics(Pictures(200, 256, 0), Pictures(200, 256, 1), registered, fid=True)
    assert asked["cuda"] is False
    plain_metrics(Pictures(200, 256, 0), Pictures(200, 256, 1), registered, fid=True, cuda=True)
    assert asked["cuda"] is True


def test_no_loader_workers_are_forked(registered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = []
    loader = library_utils.DataLoader

    def counted(*positional: Any, **named: Any) -> Any:
        workers.append(named["num_workers"])
        return loader(*positional, **named)

    monkeypatch.setattr(library_utils, "DataLoader", counted)
    plain_metrics(Pictures(200, 256, 0), Pictures(200, 256, 1), registered, fid=True)
    assert workers == [0, 0]


def test_an_unknown_keyword_is_not_passed_over_in_silence() -> None:
    features = torch.from_numpy(normal(300))
    silent = kid_features_to_metric(features, features, kid_subset_sise=100, kid_subset_size=100, verbose=False)
    assert silent  # The library took the misspelt name without a word.
    with pytest.raises(TypeError, match="torch-fidelity has no keyword kid_subset_sise, and would not say so"):
        keywords(kid_subset_sise=100)
    with pytest.raises(TypeError, match="has no keyword gpu, precision,"):
        keywords(precision=1, gpu=True, fid=True)
    assert keywords(fid=True) == {"cuda": False, "save_cpu_ram": True, "cache": False, "verbose": False, "fid": True}


def test_its_cache_by_name_is_never_used(registered: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = Pictures(200, 256, 0), Pictures(200, 100, 1)
    real = Pictures(200, 256, 2)

    def cached(generated: Pictures) -> float:
        found = torch_fidelity.calculate_metrics(
            input1=generated,
            input2=real,
            input1_cache_name="samples",
            feature_extractor=registered,
            fid=True,
            cache_root=str(tmp_path),
            cuda=False,
            save_cpu_ram=True,
            verbose=False,
        )
        return float(found["frechet_inception_distance"])

    assert cached(first) == cached(other)  # Stale: other images, the same score.
    found = [plain_metrics(generated, real, registered, fid=True) for generated in (first, other)]
    assert found[0] != found[1]
    for name in ("input1_cache_name", "input2_cache_name", "cache_root"):
        with pytest.raises(ValueError, match="stale scores"):
            keywords(**{name: "samples"})


def test_our_cache_goes_by_content(make_set: Callable[..., ImageSet], toy_extractor: Any) -> None:
    generated = make_set(seed=5).test_images
    first, other = make_set(seed=1), make_set(seed=2)
    assert (first.name, first.train_images.shape) == (other.name, other.train_images.shape)
    assert score(generated, first, toy_extractor).fd != score(generated, other, toy_extractor).fd
    floors = [score(generated, images, toy_extractor).kid_floor for images in (first, other)]
    assert floors[0] != floors[1]
    renamed = replace(first, name="other name")
    assert score(generated, renamed, toy_extractor).fd == score(generated, first, toy_extractor).fd


def test_nan_features_would_pass_through_and_are_stopped(toy_set: ImageSet, toy_class: Any) -> None:
    broken = normal(300)
    broken[7] = np.nan
    passed = prc_features_to_metric(torch.from_numpy(broken), torch.from_numpy(normal(300)), verbose=False)
    assert np.isfinite(passed["precision"])  # A plausible number out of no number.

    class Broken(toy_class):
        def _forward(self, images: Images) -> Features:
            found: Features = super()._forward(images)
            found.features[0, 0] = np.nan
            return found

    with pytest.raises(FloatingPointError, match="are not finite"):
        score(toy_set.test_images, toy_set, Broken())


@pytest.mark.parametrize("side", ["generated", "reference"])
def test_no_metric_takes_features_that_are_not_finite(make_evidence: Callable[..., Evidence], side: str) -> None:
    evidence = make_evidence()
    broken = Features(getattr(evidence, side).features.copy(), getattr(evidence, side).logits.copy())
    broken.features[3, 1] = np.inf
    with np.errstate(invalid="ignore"), pytest.raises(FloatingPointError):
        measure(replace(evidence, **{side: broken}))


def test_over_confident_logits_would_make_the_inception_score_nan() -> None:
    certain = 1e4 * np.eye(10, dtype=np.float32)[np.arange(2000) % 5]
    with np.errstate(all="ignore"):
        assert np.isnan(isc_features_to_metric(torch.from_numpy(certain))["inception_score_mean"])
    assert inception_score(certain)[0] == pytest.approx(5, rel=0.02)


def test_float64_features_that_are_none_are_refused(toy_set: ImageSet, toy_class: Any) -> None:
    with pytest.raises(ValueError, match="float64 is float32 there without a word"):
        keywords(feature_extractor_internal_dtype="float64")

    class Double(toy_class):
        def _forward(self, images: Images) -> Features:
            found: Features = super()._forward(images)
            return Features(found.features.astype(np.float64), found.logits)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="features are float64"):
        score(toy_set.test_images, toy_set, Double())


def test_a_model_is_drawn_from_before_and_not_by_the_library(registered: str) -> None:
    wrapped = torch_fidelity.GenerativeModelModuleWrapper(torch.nn.Identity(), 8, "normal", 10)
    with pytest.raises(AttributeError, match="int"):  # np.int is gone.
        torch_fidelity.calculate_metrics(
            input1=wrapped,
            input1_model_num_samples=50,
            input2=Pictures(50, 256, 0),
            feature_extractor=registered,
            fid=True,
            cuda=False,
            cache=False,
            verbose=False,
        )
    with pytest.raises(TypeError, match="images in a torch Dataset are scored, not GenerativeModelModuleWrapper"):
        plain_metrics(wrapped, Pictures(50, 256, 0), registered, fid=True)


def test_a_distance_of_fewer_images_than_dimensions_is_no_distance() -> None:
    # The library gives a number, which is far from 0 for two draws of one distribution.
    few = [normal(100, 128, seed=seed) for seed in (0, 1)]
    statistics = [fid_features_to_statistics(torch.from_numpy(side)) for side in few]
    assert fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"] > 50
    with pytest.raises(UnmeasurableError, match="100 images, and a Fréchet distance in 128 dimensions needs 1,280"):
        frechet_distance(*few, 1280)


def test_subsets_of_all_images_would_make_a_spread_of_nothing() -> None:
    sides = [normal(200), normal(200, seed=1)]
    whole = kid_features_to_metric(*map(torch.from_numpy, sides), kid_subset_size=200, verbose=False)
    assert whole["kernel_inception_distance_std"] == pytest.approx(0, abs=1e-5)  # All subsets are the same one.
    assert kid_subset_size(200) == 100
    assert kernel_distance(*sides)[1] > 1e-3


def test_both_sides_floor_and_ceiling_have_one_n(make_set: Callable[..., ImageSet], toy_extractor: Any) -> None:
    images = make_set(train=900, test=700)
    counts = []

    def counted(generated: np.ndarray, reference: np.ndarray, least_n: int) -> float:
        counts.append((len(generated), len(reference)))
        return frechet_distance(generated, reference, least_n)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frechet, "frechet_distance", counted)
        found = score(make_set(seed=1).test_images[:650], images, toy_extractor)
    assert counts == [(650, 650)] * 3
    assert found.n == sample_size(10_000, 650, images) == 650


def test_one_seed_and_one_batch_size_are_used_and_written_down(toy_set: ImageSet, toy_extractor: Any) -> None:
    found = score(toy_set.train_images[:600], toy_set, toy_extractor)
    assert found.protocol == {
        "batch_size": 64,
        "rng_seed": 2020,
        "is_splits": 10,
        "kid_subsets": 100,
        "kid_subset_size": 300,
        "bootstrap_resamples": 200,
        "manifold_k": 3,
        "density_k": 5,
        "neighbours_n": 600,
        "copies_n": 600,
        "device": "cpu",
        "torch": torch.__version__.split("+")[0],
        "torch_fidelity": torch_fidelity.__version__,
    }


def test_the_reference_is_never_the_train_split(make_set: Callable[..., ImageSet], toy_extractor: Any) -> None:
    images = make_set()
    # Test images of another world: what copies the training images is then far from the reference.
    apart = replace(images, test_images=noise(700, images.image_shape))
    copied, drawn = score(images.train_images, apart, toy_extractor), score(apart.test_images, apart, toy_extractor)
    assert copied.fd is not None
    assert drawn.fd == pytest.approx(0, abs=1e-6)
    assert copied.fd > 0.1
    assert copied.copied_pixels == 1.0
    assert drawn.copied_pixels is not None
    assert drawn.copied_pixels < 0.05


def test_absent_is_null_with_a_reason_and_never_zero(toy_set: ImageSet, toy_extractor: Any) -> None:
    found = score(toy_set.test_images[:20], toy_set, toy_extractor)
    written = found.model_dump(by_alias=True)
    assert [name for name in Quality.figures() if written[name] is not None] == []
    assert set(found.absent) == set(Quality.figures())
    assert all(found.absent.values())


def spied(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the library is asked for; it computes on the CPU whatever it is told."""
    asked: dict[str, Any] = {}

    def calculate_metrics(**given: Any) -> dict[str, float]:
        asked.update(given)
        found: dict[str, float] = torch_fidelity.calculate_metrics(**given | {"cuda": False})
        return found

    monkeypatch.setattr(library, "calculate_metrics", calculate_metrics)
    return asked
