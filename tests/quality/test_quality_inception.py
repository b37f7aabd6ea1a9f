"""The Inception-2015 path, with random weights in the right format: found, checked, read without a pickle."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from bench.datasets import load
from bench.errors import UserError
from bench.quality.extractors import inception, load_extractor
from bench.quality.extractors.inception import InceptionExtractor, from_file
from bench.quality.inception_file import FILE_NAME, find_inception_weights, read_inception_weights
from bench.quality.score import score


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of random weights, made from the library's own module."""

    def keep_random(*_: object, **__: object) -> None:
        return None

    empty = io.BytesIO()
    torch.save({}, empty)
    empty.seek(0)
    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", keep_random)
        network = FeatureExtractorInceptionV3("random", ["2048"], feature_extractor_weights_path=empty)
    path = tmp_path_factory.mktemp("inception") / FILE_NAME
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def prefix(weights: Path) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()[:8]


@pytest.fixture(scope="module")
def extractor(weights: Path, prefix: str) -> InceptionExtractor:
    return from_file(weights, sha256_prefix=prefix)


def test_grey_images_become_colour_images(extractor: InceptionExtractor) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 1), dtype=np.uint8)
    found, colour = extractor(grey), extractor(np.repeat(grey, 3, axis=3))
    assert found.features.shape == (2, 2048)
    assert found.logits is not None
    assert found.logits.shape == (2, 1008)
    np.testing.assert_array_equal(found.features, colour.features)


def test_the_features_are_the_librarys(extractor: InceptionExtractor, weights: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    library = FeatureExtractorInceptionV3(
        "library", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(weights)
    )
    features, logits = library(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))
    found = extractor(images)
    np.testing.assert_allclose(found.features, features.numpy(), rtol=1e-5)
    np.testing.assert_allclose(found.logits, logits.numpy(), rtol=1e-4, atol=1e-6)


def test_too_few_images_for_2048_dimensions_are_said_so(extractor: InceptionExtractor, prefix: str) -> None:
    found = score(load("mnist-mini").test_images[:3], load("mnist-mini"), extractor)
    assert (found.extractor, found.title) == (f"inception-2015-{prefix}", "FID (Inception-2015)")
    assert found.fd is None
    assert "in 2048 dimensions needs 2,048" in found.absent["fd"]


def test_another_file_under_the_right_name_is_refused(weights: Path) -> None:
    with pytest.raises(UserError, match=r"is not the Inception-2015 weights .* expected 6726825d"):
        load_extractor("inception", load("mnist-mini"), weights=weights)


def test_code_in_the_file_is_never_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "exploded",)

    weights = OrderedDict(weight=Bomb())
    (tmp_path / "pickle").write_bytes(pickle.dumps(weights, protocol=2))
    torch.save(weights, tmp_path / "torch")
    for path in (tmp_path / "pickle", tmp_path / "torch"):
        with pytest.raises(UserError, match="does not hold the weights of Inception-2015"):
            from_file(path, sha256_prefix="")
    assert not (tmp_path / "exploded").exists()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save({"fc.weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(UserError, match="does not hold the weights of Inception-2015"):
        from_file(tmp_path / "other.pth", sha256_prefix="")


def test_where_the_file_is_looked_for(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("BENCH_DATA", str(data))
    home = own_cache / "extractors" / FILE_NAME
    with pytest.raises(UserError, match="the Inception-2015 weights are not here") as caught:
        find_inception_weights()
    assert str(home) in str(caught.value)
    for path in (home, data / FILE_NAME, tmp_path / "mine.pth"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert find_inception_weights(tmp_path / "mine.pth") == tmp_path / "mine.pth"
    assert find_inception_weights() == data / FILE_NAME
    monkeypatch.delenv("BENCH_DATA")
    assert find_inception_weights() == home
    with pytest.raises(UserError, match="there is no file"):
        find_inception_weights(tmp_path / "nowhere.pth")


def test_the_hash_is_checked_over_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"weights")
    expected = hashlib.sha256(b"weights").hexdigest()
    assert read_inception_weights(path, expected[:8]) == (b"weights", expected)


def test_the_switch_against_pickles_is_put_back(weights: Path, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", raising=False)
    from_file(weights, sha256_prefix=prefix)
    assert "TORCH_FORCE_WEIGHTS_ONLY_LOAD" not in inception.os.environ
