"""What the page says of the images: names, splits, what was left out, and why a score is not as usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.report import imagesets
from bench.results.record import SkippedFile

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

PATH = "folder:/home/someone/pictures/cats"
FEW = "N too small: 75 images, and a Fréchet distance in 128 dimensions needs 1,280: KID decides"


def test_a_folder_has_a_short_name_and_its_long_one_stands_once(made: MadeUp) -> None:
    trials = made.trials(models=["gan"], seeds=1, dataset=PATH, quality=made.quality(reference=f"{PATH} test, 75"))
    page = made.open(made.run(trials, datasets={PATH: made.dataset(label="folder:cats")}))
    assert page.words.count(PATH) == 1
    assert "To be typed as " + PATH in page.text
    assert "folder:cats test, 75" in page.text


def test_two_folders_of_one_name_keep_their_paths(made: MadeUp) -> None:
    other = "folder:/elsewhere/cats"
    trials = [*made.trials(models=["gan"], dataset=PATH), *made.trials(models=["gan"], dataset=other)]
    sets = {PATH: made.dataset(label="folder:cats"), other: made.dataset(other, label="folder:cats")}
    page = made.open(made.run(trials, datasets=sets))
    assert {PATH, other} <= set(page.words)
    assert "folder:cats" not in page.words


def test_commands_keep_the_name_that_can_be_typed(made: MadeUp) -> None:
    folder = made.run([made.trial(dataset=PATH, command=f"run --datasets {PATH}")], datasets={PATH: made.dataset()})
    assert f"run --datasets {PATH}" in made.open(folder).text


def test_a_card_says_how_images_were_prepared_and_parted(made: MadeUp) -> None:
    read = made.dataset(
        made="short side to 64, centre crop", split="80/20 by content", near_duplicate_groups=3, straddling_groups=0
    )
    text = made.open(made.run(made.trials(), datasets={"fashion-mnist-mini": read})).text
    assert "8,000 for training, 2,000 for testing, of 4×4×1" in text
    assert "Prepared short side to 64, centre crop" in text
    assert "Split 80/20 by content" in text
    assert "Near-duplicates 3 groups, each on one side" in text


def test_files_left_out_are_named_with_their_reason(made: MadeUp) -> None:
    skipped = tuple(SkippedFile(file=f"bad{n}.png", reason="truncated <b>") for n in range(imagesets.MOST_SKIPPED + 2))
    folder = made.run(made.trials(), datasets={"fashion-mnist-mini": made.dataset(skipped=skipped)})
    text = made.open(folder).text
    assert f"{imagesets.MOST_SKIPPED + 2} files were left out" in text
    assert "bad0.png : truncated <b>" in text
    assert text.count(": truncated <b>") == imagesets.MOST_SKIPPED
    assert "The others stand in results.json" in text


def test_no_distance_and_no_classifier_have_their_reasons(made: MadeUp) -> None:
    random = {"extractor": "random-f6f0a9ad", "title": "FD-random [random-f6f0a9ad]"}
    absent = {"fd": FEW, "is": "random features classify nothing"}
    quality = made.quality(None, **random, **{"is": None, "is_std": None, "is_real": None}, kid=0.1, absent=absent)
    text = made.open(made.run(made.trials(quality=quality))).text
    assert "no classifier of such images is here, so fixed random features stand in for it" in text
    assert f"random-f6f0a9ad: no Fréchet distance: {FEW}" in text
    asked = made.run(made.trials(quality=quality), "asked", study={"extractors": ["random", "domain"]})
    assert "no classifier of such images is here" not in made.open(asked).text
    assert "random-f6f0a9ad: no inception score: random features classify nothing" in text


def test_a_curve_without_distances_has_its_reason_once(made: MadeUp) -> None:
    trials = made.trials(quality=made.quality(None, kid=0.1, absent={"fd": FEW}), absent={"curve.fd": FEW}, curve=())
    text = made.open(made.run(trials)).text
    assert text.count(f"No Fréchet distance while training: {FEW}") == 1


def test_as_usual_needs_no_words(made: MadeUp) -> None:
    folder = made.run(made.trials(quality=made.quality(kid=0.1)))
    assert "Scores that are missing here" not in made.open(folder).text


def test_a_set_that_was_not_here_says_how_to_get_it(made: MadeUp) -> None:
    trials = made.trials(dataset="pokemon", status="skipped", reason="pokemon is not here: bring it with --from")
    page = made.open(made.run([*trials, made.trial()], datasets={"fashion-mnist-mini": made.dataset()}))
    assert "Not read: pokemon is not here: bring it with --from" in page.text
