"""Experiments try another class each seed, are like the whole set's trials in all else, and say why one cannot run."""

from __future__ import annotations

import numpy as np
import pytest

from bench import datasets
from bench import plan as planning
from bench.experiments import MODEL, NO_VERDICTS, experiments
from bench.paths import extractors_folder
from bench.plan import Host, plan
from bench.quality.cards import card_for, card_of_domain
from bench.study import make_study

VERSIONS = {"torch": {"torch": "2.0"}, "tensorflow": {"tensorflow": "2.0"}}
HOST = Host("cpu", 2, ("domain",), "0123456789ab", VERSIONS)


def planned(host=HOST, **settings):
    """The study's trials and its experiments."""
    study = make_study(
        {"models": "gan,cvae", "datasets": "fashion-mnist-mini", "images": 12_800, "experiments": True} | settings
    )
    trials = plan(study, host)
    return trials, experiments(study, host, trials)


@pytest.fixture
def npz(tmp_path):
    """A function that writes a data set with so many images of each class, on each side, and returns its name."""

    def make(*counts, test=None):
        random, arrays = np.random.default_rng(0), {}
        for prefix, sizes in (("", counts), ("test_", test or counts)):
            arrays[f"{prefix}images"] = random.integers(0, 256, (sum(sizes), 8, 8), np.uint8)
            arrays[f"{prefix}labels"] = np.repeat(np.arange(len(sizes)), sizes)
        np.savez(tmp_path / "own.npz", **arrays)
        return f"npz:{tmp_path / 'own.npz'}"

    return make


def test_each_seed_tries_the_next_class_and_begins_again_after_the_last():
    _, found = planned(seeds=12)
    names = [f"fashion-mnist-mini[classes={name}]" for name in datasets.load("fashion-mnist-mini").class_names]
    assert [trial.dataset for trial in found.trials] == [*names, *names[:2]]
    assert [trial.seed for trial in found.trials] == list(range(12))
    assert {trial.choice.text for trial in found.trials} == {MODEL}
    assert {trial.framework for trial in found.trials} == {"torch"}
    assert not any(trial.skip for trial in found.trials)
    assert [trial.first for trial in found.trials] == [True] * 10 + [False] * 2


def test_all_but_the_images_is_as_in_the_whole_sets_trials():
    trials, found = planned(seeds=2, batch_size=32, mode="eager", frameworks="tensorflow,torch")
    assert {trial.framework for trial in found.trials} == {"tensorflow"}
    alike = ("choice", "seed", "budget", "checkpoints", "iwae", "device", "precision", "mode", "threads", "extractors")
    whole = [trial for trial in trials if (trial.choice.text, trial.framework) == (MODEL, "tensorflow")]
    for one, other in zip(found.trials, whole, strict=True):
        assert all(getattr(one, name) == getattr(other, name) for name in (*alike, "image_shape", "versions"))
        assert (one.samples, one.curve_samples, one.train_images) == (200, 200, 800)
        assert other.experiments
        assert not one.experiments
        assert one.id != other.id


def test_the_command_of_an_experiment_plans_the_very_same_trial():
    _, found = planned(seeds=2)
    named = make_study({"models": MODEL, "datasets": found.trials[1].dataset, "images": 12_800, "seeds": 2})
    assert found.trials[1].id in {trial.id for trial in plan(named, HOST)}
    assert "--datasets 'fashion-mnist-mini[classes=Trouser]' --seeds 2" in found.trials[1].command


def test_a_framework_that_is_not_installed_is_passed_over():
    host = Host("cpu", 2, ("domain",), "0", {**VERSIONS, "torch": None})
    assert {trial.framework for trial in planned(host)[1].trials} == {"tensorflow"}


@pytest.mark.parametrize(
    "settings",
    [
        {"experiments": False},
        {"models": "gan,cvae[equal]"},
        {"without": "cvae on fashion-mnist-mini"},
        {"datasets": "fashion-mnist-mini[classes=0,1]"},
    ],
)
def test_where_there_is_nothing_to_try_none_is_planned(settings):
    _, found = planned(**settings)
    assert (found.trials, found.datasets) == ([], {})


@pytest.mark.parametrize("labels", [(200,), None])
def test_one_class_or_no_labels_make_no_experiment(npz, tmp_path, labels):
    name = npz(*labels) if labels else f"npz:{tmp_path / 'bare.npz'}"
    if labels is None:
        np.savez(tmp_path / "bare.npz", images=np.random.default_rng(0).integers(0, 256, (300, 8, 8), np.uint8))
    assert planned(datasets=name)[1].trials == []


def test_a_brought_set_with_classes_that_have_no_names_is_tried_by_their_numbers(npz):
    name = npz(120, 130)
    _, found = planned(datasets=name, seeds=3)
    assert [trial.dataset for trial in found.trials] == [f"{name}[classes={k}]" for k in (0, 1, 0)]
    assert [trial.train_images for trial in found.trials] == [120, 130, 120]
    assert [trial.data for trial in found.trials] == [datasets.load(t.dataset).fingerprint for t in found.trials]
    assert {key: (read.train, read.grid) for key, read in found.datasets.items()} == {
        f"{name}[classes=0]": (120, None),
        f"{name}[classes=1]": (130, None),
    }


def test_too_few_images_of_a_class_are_skipped_with_the_reason(npz):
    _, found = planned(datasets=npz(120, 99, 150, test=(120, 120, 0)), seeds=3)
    first, few, none = (trial.skip for trial in found.trials)
    assert first is None
    assert few == "99 + 120 images of this class are too few: the claim is judged by KID, which needs 100 on a side"
    assert none.endswith("[classes=2]: no test image is of these classes")
    assert len(found.datasets) == 2


def test_what_is_not_here_is_skipped_as_the_whole_set_is(monkeypatch):
    trials, found = planned(datasets="mnist", seeds=1)
    assert [trial.dataset for trial in found.trials] == ["mnist[classes=0]"]
    assert found.trials[0].skip == trials[0].skip
    assert found.trials[0].skip.startswith("mnist is not here")


def test_a_budget_that_is_kept_out_of_verdicts_has_none(npz):
    _, found = planned(datasets=npz(120, 120), images=None, budget="notebook")
    assert {trial.skip for trial in found.trials} == {NO_VERDICTS}


def write_card(fingerprint, dataset):
    """A classifier of the user's own, for images of one fingerprint."""
    folder = extractors_folder()
    folder.mkdir(parents=True, exist_ok=True)
    card = card_of_domain("mnist").model_copy(
        update={"name": "own-00000000", "domain": "own", "dataset": dataset, "fingerprint": fingerprint}
        | {"image_shape": (8, 8, 1)}
    )
    (folder / "own-00000000.json").write_text(card.model_dump_json(by_alias=True))
    (folder / "own-00000000.safetensors").write_bytes(b"weights")


@pytest.mark.parametrize("trained", [False, True])
def test_both_sides_are_scored_by_the_same_extractor(npz, trained):
    """That of a domain is the same by itself; one that the user has trained is tied to the whole set's fingerprint."""
    trials, found = planned()
    assert {trial.classifier for trial in (*trials, *found.trials)} == {card_of_domain("fashion-mnist").name}
    name = npz(120, 120)
    if trained:
        write_card(datasets.load(name).fingerprint, name)
    planning._known.cache_clear()
    trials, found = planned(datasets=name, seeds=2)
    classifier = "own-00000000" if trained else None
    assert {trial.classifier for trial in (*trials, *found.trials)} == {classifier}
    # And as the evaluator will look for it, which has the images alone.
    one = datasets.load(found.trials[0].dataset)
    kept = card_for(one.domain, one.image_shape, one.fingerprint, part_of=one.part_of)
    assert (kept and kept.card.name) == classifier


def test_a_folder_with_options_is_tried_by_the_names_of_its_classes(tmp_path):
    from PIL import Image

    for number, name in enumerate(["a, b", "1"]):
        (tmp_path / "pics" / name).mkdir(parents=True)
        for seed in range(13):
            blocks = np.random.default_rng(100 * number + seed).integers(0, 256, (8, 8, 3), np.uint8)
            Image.fromarray(blocks).save(tmp_path / "pics" / name / f"{seed}.png")
    _, found = planned(datasets=f"folder:{tmp_path / 'pics'},size=16", seeds=2)
    assert [trial.dataset for trial in found.trials] == [
        f"folder:{tmp_path / 'pics'},size=16[classes={name}]" for name in ("1", "a%2C b")
    ]
    assert [read.class_names for read in found.datasets.values()] == [("1",), ("a, b",)]
    assert all("too few" in trial.skip for trial in found.trials)
