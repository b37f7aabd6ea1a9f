"""The cache of features: never stale, never fooled by a damaged file, never in the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.quality import cache
from bench.quality.cache import cached_features
from bench.quality.features import Features

IMAGES = np.random.default_rng(0).integers(0, 256, (100, 8, 8, 1), dtype=np.uint8)


def through_cache(extractor: Any, fingerprint: str = "a", n: int = 100) -> Features:
    return cached_features(extractor, {"images": fingerprint}, n, lambda: extractor(IMAGES[:n]))


def entry_in(folder: Path) -> Path:
    (entry,) = (folder / "features").iterdir()
    return entry


def test_features_are_computed_once(toy_extractor: Any) -> None:
    first, second = through_cache(toy_extractor), through_cache(toy_extractor)
    assert toy_extractor.seen == 100
    np.testing.assert_array_equal(first.features, second.features)
    np.testing.assert_array_equal(first.logits, second.logits)


def test_whatever_changes_the_features_changes_the_key(toy_extractor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    through_cache(toy_extractor)
    through_cache(toy_extractor, fingerprint="b")
    through_cache(toy_extractor, n=50)
    monkeypatch.setattr(toy_extractor, "weights_sha256", "1" * 64, raising=False)
    through_cache(toy_extractor)
    monkeypatch.setattr(toy_extractor, "batch_size", 32, raising=False)
    through_cache(toy_extractor)
    monkeypatch.setattr(cache, "PROTOCOL", -1)
    through_cache(toy_extractor)
    monkeypatch.setattr(cache.metadata, "version", lambda library: f"another {library}")
    through_cache(toy_extractor)
    assert toy_extractor.seen == 650


@pytest.mark.parametrize("damage", ["empty", "cut short", "one bit", "other entry", "pickle", "not finite"])
def test_a_damaged_entry_is_found_and_made_again(
    toy_extractor: Any, own_cache: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    expected = through_cache(toy_extractor)
    path = entry_in(own_cache)
    good = path.read_bytes()
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "cut short":
            path.write_bytes(good[: len(good) // 2])
        case "one bit":
            middle = good.index(expected.features.tobytes()) + 100
            path.write_bytes(good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :])
        case "other entry":
            through_cache(toy_extractor, fingerprint="b")
            (other,) = {*path.parent.iterdir()} - {path}
            path.write_bytes(other.read_bytes())
            other.unlink()
        case "pickle":
            np.savez(path, key=np.array(object(), dtype=object), features=expected.features)
        case "not finite":
            with np.load(path) as entry:
                arrays = dict(entry)
            arrays["features"][0] = np.nan
            np.savez(path, **arrays)
    seen = toy_extractor.seen
    found = through_cache(toy_extractor)
    assert toy_extractor.seen == seen + 100
    np.testing.assert_array_equal(found.features, expected.features)
    assert "is damaged" in caplog.text
    assert entry_in(own_cache).read_bytes() == good


def test_a_cache_that_cannot_be_written_costs_only_time(
    toy_extractor: Any, own_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_cache.write_text("a file where the folder should be")
    assert len(through_cache(toy_extractor)) == 100
    assert "not cached" in caplog.text


FILL = """
import numpy as np
from types import SimpleNamespace
from bench.quality.cache import cached_features
from bench.quality.features import Features
extractor = SimpleNamespace(
    name="two", weights_sha256="2" * 64, batch_size=64, device="cpu", dimension=4, num_classes=None
)
def compute():
    print("missed", flush=True)
    input()  # Both processes have missed before either writes.
    return Features(np.ones((100, 4), np.float32), None)
print(cached_features(extractor, {"images": "a"}, 100, compute).features.sum())
"""


def test_two_processes_may_miss_at_once(own_cache: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", FILL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "missed\n"
    answers = [process.communicate("go on\n", timeout=60)[0] for process in processes]
    assert answers == ["400.0\n", "400.0\n"]
    done = subprocess.run([sys.executable, "-c", FILL], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "400.0\n"  # Read, not missed.
    assert entry_in(own_cache).is_file()
