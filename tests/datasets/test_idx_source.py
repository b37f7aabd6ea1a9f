"""Four idx files: where they are found, what is done about damage, how they are fetched."""

from __future__ import annotations

import dataclasses
import gzip
import os

import numpy as np
import pytest

from bench.datasets.idx_source import FILES
from bench.errors import UserError


@pytest.fixture
def mirrored(tiny, server):
    """The tiny set, served by two mirrors."""
    for mirror in ("first", "second"):
        for part, content in tiny.files.items():
            server.files[f"/{mirror}/{FILES[part]}.gz"] = gzip.compress(content)
    tiny.source = dataclasses.replace(tiny.source, mirrors=(server.folder("first"), server.folder("second")))
    return tiny


def paths(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("compressed", [True, False])
def test_loads_what_the_files_hold(tiny, three_places, compressed):
    tiny.put(three_places.named, compressed)
    images = tiny.source.load()
    assert (images.name, images.domain, images.class_names) == ("tiny", "noise", ("a", "b", "c"))
    for part, array in tiny.arrays.items():
        loaded = getattr(images, part)
        assert loaded.dtype == (np.uint8 if part.endswith("images") else np.int64)
        assert loaded.flags.writeable
        np.testing.assert_array_equal(loaded, array[..., np.newaxis] if part.endswith("images") else array)


def test_looks_in_the_named_folder_then_in_the_cache_then_in_the_system(tiny, three_places):
    assert tiny.source.where() is None
    for folder in (three_places.system, three_places.cache, three_places.named):
        tiny.put(folder)
        assert tiny.source.where() == folder


def test_an_incomplete_folder_is_passed_over(tiny, three_places):
    tiny.put(three_places.named)
    tiny.put(three_places.system)
    (three_places.named / "t10k-labels-idx1-ubyte.gz").unlink()
    assert tiny.source.where() == three_places.system


def test_no_folder_need_be_named(tiny, three_places, monkeypatch):
    monkeypatch.delenv("BENCH_DATA")
    tiny.put(three_places.cache)
    assert tiny.source.where() == three_places.cache


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_passed_over(tiny, three_places):
    tiny.put(three_places.named)
    tiny.put(three_places.system)
    three_places.named.chmod(0)
    try:
        assert tiny.source.where() == three_places.system
    finally:
        three_places.named.chmod(0o700)


def test_an_absent_set_says_how_to_get_it(tiny, three_places):
    with pytest.raises(UserError) as caught:
        tiny.source.load()
    assert str(caught.value) == (
        "the data set 'tiny' is not on this machine.\n"
        "To get it: python -m bench data fetch tiny, or set BENCH_DATA to a folder that holds tiny/"
    )


@pytest.mark.parametrize(
    ("place", "remedy"),
    [("named", "Delete it, then run"), ("cache", "To replace it, run"), ("system", "To replace it, run")],
)
@pytest.mark.parametrize("damage", [lambda raw: raw[:-12], lambda raw: b"", lambda raw: b"not an idx file"])
def test_a_damaged_file_is_named_with_what_to_do(tiny, three_places, place, remedy, damage):
    folder = getattr(three_places, place)
    tiny.put(folder)
    broken = folder / "train-images-idx3-ubyte.gz"
    broken.write_bytes(damage(broken.read_bytes()))
    with pytest.raises(UserError) as caught:
        tiny.source.load()
    problem, advice = str(caught.value).splitlines()
    assert f"{broken} of the data set 'tiny' is damaged: " in problem
    assert advice == f"{remedy}: python -m bench data fetch tiny"


def test_a_folder_in_place_of_a_file_is_named(tiny, three_places):
    tiny.put(three_places.named, compressed=False)
    path = three_places.named / "t10k-labels-idx1-ubyte"
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match=f"cannot read {path}"):
        tiny.source.load()


def test_a_file_with_the_right_sum_but_no_idx_is_named(tiny, three_places):
    tiny.put(three_places.named)
    swapped = dict(tiny.source.checksums, test_labels=tiny.source.checksums["test_images"])
    images = (three_places.named / "t10k-images-idx3-ubyte.gz").read_bytes()
    (three_places.named / "t10k-labels-idx1-ubyte.gz").write_bytes(images)
    with pytest.raises(UserError, match=r"t10k-labels-idx1-ubyte\.gz of the data set 'tiny' is damaged: it starts"):
        dataclasses.replace(tiny.source, checksums=swapped).load()


def test_fetch_brings_the_files_into_the_cache_unpacked(mirrored, three_places):
    assert mirrored.source.fetch(progress=False) == three_places.cache
    assert paths(three_places.cache) == sorted(FILES.values())
    np.testing.assert_array_equal(mirrored.source.load().test_labels, mirrored.arrays["test_labels"])


@pytest.mark.parametrize("place", ["named", "cache", "system"])
def test_fetch_leaves_a_sound_set_where_it_is(mirrored, three_places, server, place):
    folder = getattr(three_places, place)
    mirrored.put(folder)
    assert mirrored.source.fetch(progress=False) == folder
    assert server.asked == []


def test_fetch_replaces_only_what_is_damaged_in_the_cache(mirrored, three_places, server):
    mirrored.put(three_places.cache, compressed=False)
    (three_places.cache / "train-labels-idx1-ubyte").write_bytes(b"half")
    mirrored.source.fetch(progress=False)
    assert server.asked == ["/first/train-labels-idx1-ubyte.gz"]
    assert paths(three_places.cache) == sorted(FILES.values())
    mirrored.source.load()


def test_fetch_overrides_a_damaged_system_folder(mirrored, three_places):
    mirrored.put(three_places.system)
    (three_places.system / "train-labels-idx1-ubyte.gz").write_bytes(b"half")
    assert mirrored.source.fetch(progress=False) == three_places.cache
    mirrored.source.load()


def test_fetch_does_not_touch_a_damaged_file_of_the_user(mirrored, three_places, server):
    mirrored.put(three_places.named)
    (three_places.named / "train-labels-idx1-ubyte.gz").write_bytes(b"half")
    with pytest.raises(UserError, match="Delete it, then run"):
        mirrored.source.fetch(progress=False)
    assert server.asked == []


def test_a_failed_fetch_keeps_what_came_and_leaves_nothing_half_written(mirrored, three_places, server):
    for mirror in ("first", "second"):
        del server.files[f"/{mirror}/t10k-images-idx3-ubyte.gz"]
    with pytest.raises(UserError, match=r"cannot fetch t10k-images-idx3-ubyte\.gz from any mirror"):
        mirrored.source.fetch(progress=False)
    assert paths(three_places.cache) == ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
    assert mirrored.source.where() is None


def test_a_cache_that_cannot_be_written_to_is_named(mirrored, three_places):
    three_places.cache.parent.parent.write_text("a file where the cache should be")
    with pytest.raises(UserError) as caught:
        mirrored.source.fetch(progress=False)
    assert str(caught.value).startswith(f"cannot write to the cache {three_places.cache.parent.parent}: ")
    assert "set BENCH_CACHE" in str(caught.value)


def test_progress_is_shown_on_standard_error(mirrored, three_places, capfd):
    mirrored.source.fetch(progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    for name in FILES.values():
        assert name in err
