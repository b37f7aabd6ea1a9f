"""The latent plane and walks on the page: what stands, what moves, and what is left out first."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from bench.report import gallery, latent_pictures, walks_and_noise
from bench.results.groups import Setting
from bench.results.record import TrialRecord
from bench.training.pictures import tile, write_png

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

SETTING = Setting("fashion-mnist-mini", "cpu", "fp32", "compiled")
HOSTILE = "</title><script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
NAMES = tuple(f"kind {number}" for number in range(10))


def decoded(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


@pytest.fixture
def walk_of(made: MadeUp) -> Callable[..., latent_pictures.Walk]:
    """A function that gives the walk of a trial whose pictures are given: [walks, 32, H, W, C]."""

    def make(pictures: np.ndarray[Any, np.dtype[np.uint8]], model: str = "gan", **changes: Any) -> latent_pictures.Walk:
        shape = pictures.shape[2:]
        trial = made.walking(model, image_shape=shape, **changes)
        folder = made.run([trial])
        write_png(folder.trial(trial.id) / "interpolation.png", tile(pictures.reshape(-1, *shape), pictures.shape[1]))
        found = latent_pictures.walk(trial, folder, NAMES)
        assert found is not None
        return found

    return make


def numbered(walks: int, height: int = 3, width: int = 5) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Grey pictures that say which walk and frame they are: all pixels of a picture have its number."""
    levels = np.arange(walks * 32, dtype=np.uint8).reshape(walks, 32, 1, 1, 1)
    return levels.repeat(height, axis=2).repeat(width, axis=3)


def test_the_strip_is_every_fourth_frame_of_the_first_walk(walk_of: Callable[..., latent_pictures.Walk]) -> None:
    walk = walk_of(numbered(4))
    strip = np.asarray(decoded(walk.strip.uri or ""))
    assert strip.shape == (5, 8 * 6 + 1)
    assert walk.strip_size == (2 * 49, 2 * 5)  # small pictures are shown at twice their size
    assert strip[2, 2::6].tolist() == list(range(0, 32, 4))
    assert "gan in PyTorch on fashion-mnist-mini" in walk.strip.alt


def test_the_film_is_all_walks_frame_by_frame_in_their_own_grey(walk_of: Callable[..., latent_pictures.Walk]) -> None:
    walk = walk_of(numbered(4))
    film = decoded(walk.film or "")
    assert (film.format, film.info["loop"], film.size) == ("GIF", 0, (4 * 6 + 1, 5))
    assert walk.film_size == (4 * 25, 4 * 5)  # four pictures as wide as the eight of the strip
    frames = [(frame.info["duration"], np.asarray(frame.convert("L"))) for frame in ImageSequence.Iterator(film)]
    assert [milliseconds for milliseconds, _ in frames] == [120] * 32
    for number, (_, pixels) in enumerate(frames):
        assert pixels[2, 2::6].tolist() == [number, 32 + number, 64 + number, 96 + number]
    assert walk.film_alt.startswith("Moving: 4 walks of gan in PyTorch side by side")
    assert "after 3.8 seconds" in walk.film_alt


def test_a_conditional_film_has_a_column_a_class(walk_of: Callable[..., latent_pictures.Walk]) -> None:
    walk = walk_of(np.zeros((10, 32, 4, 4, 1), np.uint8), "cond_vae")
    assert walk.film_size == (2 * (10 * 5 + 1), 2 * 6)
    assert walk.film_alt.endswith(f"each column is a class that was asked for: {', '.join(NAMES)}")
    assert walk.strip.detail == "seed 0, of class kind 0"


def test_colour_films_have_few_colours_and_large_pictures_are_reduced(
    walk_of: Callable[..., latent_pictures.Walk],
) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 32, 100, 50, 3)).astype(np.uint8)
    walk = walk_of(pictures)
    film = decoded(walk.film or "")
    assert film.size == (4 * 33 + 1, 66)
    assert (walk.film_size, walk.strip_size) == ((2 * 133, 2 * 66), (8 * 33 + 1, 66))
    film.seek(17)
    assert len(film.convert("RGB").getcolors(2**16) or ()) <= 64


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "interpolation.png is not in the trial's folder"),
        (lambda path: path.write_bytes(b"no picture"), "interpolation.png cannot be read"),
        (
            lambda path: write_png(path, np.zeros((30, 30, 1), np.uint8)),
            "interpolation.png is not made of pictures of the trial's size",
        ),
        (
            lambda path: write_png(path, np.zeros((1, 1, 1), np.uint8)),
            "interpolation.png is not made of pictures of the trial's size",
        ),
    ],
    ids=["missing", "damaged", "of another size", "empty"],
)
def test_walks_that_cannot_be_shown_say_why(made: MadeUp, damage: Callable[..., None], reason: str) -> None:
    trial = made.walking()
    folder = made.run([trial])
    damage(folder.trial(trial.id) / "interpolation.png")
    text = made.open(folder).text
    assert f"No picture: {reason}" in text
    assert "are left out" not in text


def test_runs_of_before_and_trials_that_failed_say_nothing_of_it(made: MadeUp) -> None:
    failed = made.walking("cvae", seed=0, status="failed", reason="out of memory")
    text = made.page([*made.trials(), failed]).text
    assert "Walks from sample to sample" not in text
    assert "The whole latent plane" not in text


def both(made: MadeUp, model: str, **changes: Any) -> list[TrialRecord]:
    return [made.walking(model, "tensorflow", **changes), made.walking(model, "torch", **changes)]


def test_only_the_first_data_sets_plane_is_open(made: MadeUp) -> None:
    page = made.page([*both(made, "cvae"), *both(made, "cvae", dataset="mnist-mini")])
    summaries = page.html.count("The whole latent plane")
    assert summaries == 2
    assert page.html.count('<details class="more" open>') == 1
    alts = [alt for alt in page.values("alt") if alt.startswith("Latent plane of")]
    assert len(alts) == 4
    assert alts[0].startswith("Latent plane of cvae in TensorFlow on fashion-mnist-mini: 20 rows of 20 pictures")


def test_films_are_hidden_until_a_reader_asks_for_them(made: MadeUp) -> None:
    page = made.page([*both(made, "cvae"), *both(made, "gan")])
    films = [attributes for _, attributes in page.tags if attributes.get("class") == "moves"]
    assert len(films) == 4
    assert all("hidden" in film and film["src"].startswith("data:image/gif;base64,") for film in films)
    assert page.html.count("data:image/gif") == 4


def test_films_are_the_first_to_go_the_heaviest_data_set_before_others(made: MadeUp) -> None:
    small = gallery.exhibit(SETTING, trials := both(made, "gan"), made.run(trials), made.dataset())
    trials = both(made, "gan", dataset="monsters", image_shape=(16, 16, 3))
    large = gallery.exhibit(SETTING, trials, made.run(trials, name="large"), made.dataset("monsters"))
    whole = gallery._weight([small, large])
    assert gallery.thin([small, large], limit=whole) == [small, large]
    first, second = gallery.thin([small, large], limit=whole - 1)
    assert first == small
    assert (second.stands_still, small.stands_still) == (True, False)
    assert second.films == large.films
    assert [walk.strip for walk in second.walks["gan"]] == [walk.strip for walk in large.walks["gan"]]
    least = gallery.thin([small, large], limit=1)
    assert all(e.stands_still for e in least)
    strips = [e.walks["gan"][0].strip for e in (large, least[1])]
    assert strips[1].detail == f"{strips[0].detail}, shown in 64 colours and at half its size"
    before, after = (decoded(strip.uri or "").size for strip in strips)
    assert after == ((before[0] + 1) // 2, (before[1] + 1) // 2)


def test_a_page_without_its_films_says_so(made: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made.run(both(made, "gan"))
    monkeypatch.setattr(gallery, "PICTURE_BYTES", 1)
    page = made.open(folder)
    assert "The films of these walks are left out" in page.text
    command = "python -m bench sample demo --model gan --framework tensorflow --dataset fashion-mnist-mini --seed 0"
    assert f"{command} --walk walk.gif" in page.text
    assert "data:image/gif" not in page.html


def test_hostile_names_stand_in_words_alone(made: MadeUp) -> None:
    read = made.dataset(HOSTILE, classes=10, class_names=(HOSTILE, *NAMES[1:]))
    trials = [*both(made, "cvae", dataset=HOSTILE), *both(made, "cond_vae", dataset=HOSTILE)]
    page = made.open(made.run(trials, datasets={HOSTILE: read}))
    assert sum(HOSTILE in alt for alt in page.values("alt")) >= 8
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert "x" not in page.values("src")


def test_the_command_for_a_film_has_the_full_name_of_its_data_set(
    made: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = "folder:/home/me/my cats"
    trial = made.walking("cvae[latent=8]", dataset=full, seed=3)
    monkeypatch.setattr(gallery, "PICTURE_BYTES", 1)
    text = made.open(made.run([trial], datasets={full: made.dataset(full, label="folder:my cats")})).text
    which = "--model 'cvae[latent=8]' --framework torch --dataset 'folder:/home/me/my cats' --seed 3"
    assert f"python -m bench sample demo {which} --walk walk.gif" in text


def test_walks_between_test_pictures_count_towards_the_limit(made: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = made.walking("cvae", walks=made.walks())
    trial = trial.model_copy(update={"artifacts": trial.artifacts | {"walks": "walks.png"}})
    folder = made.run([trial])
    write_png(folder.trial(trial.id) / "walks.png", tile(np.zeros((36, 4, 4, 1), np.uint8), 18))
    exhibit = gallery.exhibit(SETTING, [trial], folder, made.dataset())
    ((_, walked),) = walks_and_noise.pictures([trial], folder)
    weight = gallery._weight([exhibit]) + len(walked.uri or "")
    for limit, moves in ((weight, 1), (weight - 1, 0)):
        monkeypatch.setattr(gallery, "PICTURE_BYTES", limit)
        assert made.open(folder).html.count("data:image/gif") == moves
