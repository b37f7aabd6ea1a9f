"""The monsters: the same bytes everywhere, no two alike, drawn once and kept."""

from __future__ import annotations

import dataclasses
import hashlib
import threading

import numpy as np
import pytest

from bench import datasets
from bench.datasets.monsters import drawing
from bench.datasets.monsters.canvas import Canvas, hsv
from bench.datasets.monsters.draws import WORDS, Draws
from bench.datasets.monsters.kinds import KINDS
from bench.datasets.source import Sizes
from bench.datasets.sources.monsters import MONSTERS
from bench.errors import UserError

SOME = 160
SHA256_OF_SOME = "1fe8c240fef25a73503f712b53752a5918c7abe6a37177e03d8ae479a5beaa1a"


@pytest.fixture(scope="module")
def some():
    """The first pictures of the set."""
    return drawing.draw(SOME)


@pytest.fixture
def few(some):
    """A data set of the first monsters, drawn in a blink."""
    sha256 = hashlib.sha256(some[:32].tobytes()).hexdigest()
    return dataclasses.replace(MONSTERS, name="few", sizes=Sizes(24, 8, (64, 64, 3), classes=8), sha256=sha256)


@pytest.fixture
def undrawable(monkeypatch):
    """Call it, and nothing can be drawn any more."""

    def draw(count):
        pytest.fail("drawn again")

    return lambda: monkeypatch.setattr(drawing, "draw", draw)


def test_the_first_monsters_are_the_same_bytes_everywhere(some):
    assert some.shape == (SOME, 64, 64, 3)
    assert some.dtype == np.uint8
    assert hashlib.sha256(some.tobytes()).hexdigest() == SHA256_OF_SOME


@pytest.mark.parametrize("at_once", [1, 7])
def test_neither_how_many_are_drawn_nor_in_which_pieces_changes_one(some, monkeypatch, at_once):
    monkeypatch.setattr(drawing, "AT_ONCE", at_once)
    np.testing.assert_array_equal(drawing.draw(40), some[:40])


@pytest.mark.slow
def test_the_whole_set_is_as_pinned_and_no_two_are_equal():
    images = MONSTERS.load()
    pictures = np.concatenate([images.train_images, images.test_images])
    assert hashlib.sha256(pictures.tobytes()).hexdigest() == MONSTERS.sha256
    assert len({picture.tobytes() for picture in pictures}) == len(pictures) == 10_000
    for labels, each in ((images.train_labels, 1_000), (images.test_labels, 250)):
        assert np.bincount(labels).tolist() == [each] * 8
    assert images.image_shape == MONSTERS.sizes.image_shape


def test_no_two_of_a_kind_are_nearly_alike(some):
    kinds = drawing.labels(SOME)
    for label in range(len(KINDS)):
        members = some[kinds == label].astype(np.float64)
        away = np.abs(members[:, np.newaxis] - members).mean(axis=(2, 3, 4))
        assert away[~np.eye(len(members), dtype=bool)].min() > 4


def test_monsters_stand_whole_on_white(some):
    assert (some[:, 0] > 200).all()
    assert (some[:, :, [0, -1]] > 200).all()
    assert (some[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    share_of_white = (some == 255).all(axis=3).mean(axis=(1, 2))
    assert 0.3 < share_of_white.min() < share_of_white.max() < 0.9


def test_labels_name_the_kinds():
    assert MONSTERS.class_names == tuple(kind.NAME for kind in KINDS)
    assert np.bincount(drawing.labels(100)).tolist() == [13] * 4 + [12] * 4


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.NAME)
def test_a_kind_computes_in_float32_and_has_enough_random_words(kind, monkeypatch):
    fill = Canvas._fill

    def checked(self, box, distance, colour, *more):
        fields = [distance, *colour, *more]
        assert {field.dtype for field in fields if isinstance(field, np.ndarray)} == {np.dtype(np.float32)}
        fill(self, box, distance, colour, *more)

    monkeypatch.setattr(Canvas, "_fill", checked)
    draws = Draws(np.arange(3), 8)
    kind.paint(Canvas(draws.uniform(0.9, 1.0), 0.78), draws)
    assert draws._next <= WORDS


def test_colours_are_those_of_the_wheel():
    hues = np.array([0, 1 / 3, 2 / 3, 1], np.float32)
    red, green, blue = hsv(hues, 1.0, 1.0)
    np.testing.assert_allclose([red, green, blue], [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], atol=1e-5)


def test_drawn_once_and_read_ever_after(few, some, undrawable):
    first = few.load()
    undrawable()
    second = few.load()
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(second.train_images, some[:24])
    np.testing.assert_array_equal(second.test_images, some[24:32])
    assert second.test_labels.tolist() == list(range(8))
    assert (second.num_classes, second.domain) == (8, "monsters")
    assert few.fetch(progress=False) == few.where() == few.path


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"", lambda b: bytes([b[0] ^ 1]) + b[1:]])
def test_a_damaged_file_is_drawn_again(few, damage):
    sound = few.fetch(progress=False).read_bytes()
    few.path.write_bytes(damage(sound))
    assert few.verify().repaired
    assert few.path.read_bytes() == sound
    few.path.write_bytes(damage(sound))
    few.load()
    assert few.path.read_bytes() == sound
    assert not few.verify().repaired


def test_what_was_never_drawn_is_not_drawn_to_be_verified(few, undrawable):
    undrawable()
    assert "drawn when" in few.verify().detail


def test_a_cache_that_cannot_be_written_to_costs_time_only(few, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    assert len(few.load().train_images) == 24
    with pytest.raises(UserError, match="cannot write to the cache"):
        few.fetch(progress=False)


def test_a_machine_on_which_they_come_out_otherwise_is_refused(few):
    other = dataclasses.replace(few, sha256="0" * 64)
    with pytest.raises(UserError, match="'few' comes out differently on this machine"):
        other.load()
    assert not other.path.exists()


def test_two_that_draw_at_the_same_time_do_not_disturb_each_other(few):
    together = threading.Barrier(2)
    read = []

    def load():
        together.wait()
        read.append(few.load().fingerprint)

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(read)) == 1
    assert [path.name for path in few.path.parent.iterdir()] == [few.path.name]


def test_no_machine_lacks_them():
    assert datasets.find("monsters").always_here
    assert datasets.find("monsters").where() is not None
