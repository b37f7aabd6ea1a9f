"""The order of trials favours no framework, and a trial's identity is all that its result depends on."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import datasets
from bench import plan as module
from bench.datasets import Sizes, places
from bench.datasets.bundled_source import BundledSource
from bench.paths import extractors_folder
from bench.plan import Host, expected_scoring_seconds, expected_seconds, first_time_seconds, groups, plan
from bench.quality.cards import card_of_domain, cards
from bench.study import make_study

VERSIONS = {"torch": {"torch": "2.0"}, "tensorflow": {"tensorflow": "2.0"}}
HOST = Host("cpu", 2, ("domain",), "0123456789ab", VERSIONS)
MINIS = "fashion-mnist-mini,mnist-mini"


def study(**settings):
    return make_study({"models": "gan,cvae,cvae[equal]", "datasets": MINIS, "budget": "smoke"} | settings)


def ids(trials):
    return {trial.title: trial.id for trial in trials}


def test_the_frameworks_of_a_cell_follow_one_another_in_alternating_order():
    trials = plan(study(seeds=2), HOST)
    cells = [
        (group[0].dataset, group[0].choice.text, group[0].framework, [t.seed for t in group])
        for group in groups(trials)
    ]
    assert [seeds for *_, seeds in cells] == [[0, 1]] * 12
    assert [framework for *_, framework, _ in cells] == ["torch", "tensorflow", "tensorflow", "torch"] * 3
    pairs = list(zip(cells[::2], cells[1::2], strict=True))
    assert all(first[:2] == second[:2] for first, second in pairs)
    assert [first[:2] for first, _ in pairs] == [
        (dataset, model) for dataset in MINIS.split(",") for model in ("gan", "cvae", "cvae[equal]")
    ]


def test_groups_lose_and_reorder_nothing():
    trials = plan(study(seeds=3), HOST)
    assert [trial for group in groups(trials) for trial in group] == trials
    assert list(groups([])) == []


def test_a_cell_that_is_left_out_is_skipped_and_says_how_to_run_it():
    trials = plan(study(without="cvae on mnist-mini"), HOST)
    left_out = {(trial.choice.text, trial.dataset): trial.skip for trial in trials if trial.skip}
    assert left_out == {("cvae", "mnist-mini"): "left out: `--models cvae --datasets mnist-mini` runs it"}


def test_every_trial_is_another_one():
    trials = plan(study(seeds=2), HOST)
    assert len({trial.id for trial in trials}) == len(trials) == 24


def test_a_name_is_a_folder_that_says_what_is_in_it():
    (trial,) = plan(study(models="cvae[equal]", datasets="mnist-mini", frameworks="torch"), HOST)
    assert trial.id.startswith("cvae-equal-.mnist-mini.torch.seed0.")
    assert set(trial.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-=")


def test_identity_does_not_change_with_the_order_of_the_study():
    other = study(models="cvae[equal],gan", datasets="mnist-mini", frameworks="tensorflow,torch")
    known = ids(plan(study(), HOST))
    assert ids(plan(other, HOST)).items() <= known.items()


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": "quick"},
        {"batch_size": 32},
        {"precision": "fp64"},
        {"mode": "eager"},
        {"experiments": True},
    ],
    ids=str,
)
def test_identity_changes_with_what_is_asked(changes):
    before, after = ids(plan(study(), HOST)), ids(plan(study(**changes), HOST))
    assert not set(before.values()) & set(after.values())
    assert before.keys() <= after.keys()


@pytest.mark.parametrize(
    "host",
    [
        replace(HOST, threads=3),
        replace(HOST, device="cuda"),
        replace(HOST, fingerprint="another machine"),
        replace(HOST, extractors=("inception", "domain")),
        replace(HOST, versions={name: {**found, name: "2.1"} for name, found in VERSIONS.items()}),
    ],
    ids=["threads", "device", "machine", "extractors", "versions"],
)
def test_identity_changes_with_what_it_runs_on(host):
    assert not set(ids(plan(study(), HOST)).values()) & set(ids(plan(study(), host)).values())


def test_identity_changes_with_the_code_of_its_framework_alone(monkeypatch):
    monkeypatch.setattr(module, "code_hash", lambda *folders: "new" if "models_torch" in folders else "old")
    changed = plan(study(), HOST)
    monkeypatch.setattr(module, "code_hash", lambda *folders: "old")
    for old, new in zip(plan(study(), HOST), changed, strict=True):
        assert (old.id != new.id) == (old.framework == "torch")


def test_a_model_that_needs_labels_is_skipped_without_them(monkeypatch):
    def unlabelled(classes):
        facts = {"name": "odd", "title": "odd", "licence": "none", "origin": "this test", "class_names": ()}
        source = BundledSource(**facts, sizes=Sizes(8_000, 2_000, (28, 28, 1), classes), sha256="")
        monkeypatch.setattr(module.datasets, "find", lambda name: source)
        monkeypatch.setattr(BundledSource, "where", lambda self: Path("somewhere"))
        trials = plan(study(models="cond_vae,cvae", datasets="mnist-mini", frameworks="torch", seeds=1), HOST)
        return {trial.choice.text: trial.skip for trial in trials}

    assert unlabelled(classes=3) == {"cond_vae": None, "cvae": None}
    skips = unlabelled(classes=0)
    assert skips["cvae"] is None
    assert skips["cond_vae"] == "cond_vae is told the class of each picture, and odd has no labels"


def test_a_framework_that_is_not_installed_is_skipped_with_that_reason():
    host = replace(HOST, versions={**VERSIONS, "tensorflow": None})
    reasons = {trial.framework: trial.skip for trial in plan(study(), host)}
    assert reasons == {"torch": None, "tensorflow": "tensorflow is not installed"}


def test_a_data_set_that_is_not_here_is_skipped_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())
    for budget in ("smoke", "notebook"):
        trials = plan(study(datasets="mnist", budget=budget), HOST)
        assert all("mnist is not here: python -m bench data fetch mnist" in (trial.skip or "") for trial in trials)


def test_images_that_do_not_fit_are_skipped_with_the_nearest_size(monkeypatch):
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())
    odd = BundledSource(
        name="odd",
        title="odd",
        licence="none",
        origin="this test",
        sizes=Sizes(100, 100, (30, 30, 1), 10),
        class_names=(),
        sha256="",
    )
    monkeypatch.setattr(module.datasets, "find", lambda name: odd)
    (trial,) = plan(study(models="gan", datasets="mnist-mini", frameworks="torch"), HOST)
    assert trial.skip is not None
    assert "the nearest size is 32x32" in trial.skip


def test_batches_are_whole_and_samples_no_more_than_there_are_real_images():
    settings = {"models": "gan", "datasets": "mnist-mini", "frameworks": "torch", "budget": None}
    (trial,) = plan(study(**settings, images=1000, seeds=1), HOST)
    assert (trial.budget.images, trial.budget.batch_size) == (960, 64)
    assert (trial.samples, trial.curve_samples) == (2_000, 2_000)


def test_a_grid_is_filled_however_few_real_images_there_are(monkeypatch):
    few = replace(datasets.find("mnist-mini").sizes, test=8)
    monkeypatch.setattr(module, "_known", lambda _: (few, None, None))
    drawn = {
        trial.choice.text: trial.samples for trial in plan(study(models="gan,cond_vae", datasets="mnist-mini"), HOST)
    }
    assert drawn == {"gan": 8 * 8, "cond_vae": 8 * 10}


def test_a_notebook_budget_is_each_recipes_own():
    trials = plan(study(models="gan,cvae", datasets="mnist-mini", frameworks="torch", budget="notebook"), HOST)
    facts = {t.choice.text: (t.budget.images, t.budget.batch_size, t.budget.verdicts) for t in trials}
    assert facts == {"gan": (50 * 8_000 // 512 * 512, 512, False), "cvae": (80_000, 32, False)}


def test_seeds_are_as_many_as_asked_for():
    trials = plan(study(models="gan", datasets="mnist-mini", frameworks="torch", seeds=4), HOST)
    assert [trial.seed for trial in trials] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "limit",
    [
        {"budget": "smoke"},
        {"images": 640},
        {"seconds": 1.5},
        {"budget": "notebook"},
        {"images": 640, "experiments": True},
    ],
    ids=str,
)
def test_the_command_of_a_trial_plans_that_trial_again(limit):
    settings = {"models": "cvae[equal,latent=8]", "datasets": "mnist-mini", "frameworks": "torch", "seeds": 2}
    trial = plan(make_study(settings | limit), HOST)[1]
    words = shlex.split(trial.command)
    assert words[:4] == ["python", "-m", "bench", "run"]
    experiments = "--experiments" in words
    words = [word for word in words if word != "--experiments"]
    options = {
        key.removeprefix("--").replace("-", "_"): value for key, value in zip(words[4::2], words[5::2], strict=True)
    }
    options["extractors"] = options.pop("extractor")
    numbers = {"seeds": int, "images": int, "seconds": float, "batch_size": int, "threads": int}
    settings = {key: numbers.get(key, str)(value) for key, value in options.items()}
    again = make_study(settings | {"experiments": experiments})
    host = replace(HOST, device=again.device, threads=again.threads, extractors=again.extractors)
    assert plan(again, host)[1] == trial


def test_a_record_knows_what_the_trial_was():
    trial = plan(study(), HOST)[0]
    record = trial.record(status="failed", reason="no luck")
    assert (record.id, record.model, record.config_hash) == (trial.id, "gan", trial.choice.config_hash)
    assert record.versions == {"torch": "2.0"}


def test_what_is_skipped_takes_no_time_and_more_images_take_more():
    small, skipped = plan(study(), HOST)[0], plan(study(), replace(HOST, versions={**VERSIONS, "torch": None}))[0]
    large = plan(study(budget="quick"), HOST)[0]
    assert expected_seconds(skipped) == 0
    assert 0 < expected_seconds(small) < expected_seconds(large)
    timed = plan(study(budget=None, seconds=100.0), HOST)[0]
    assert expected_seconds(timed) > 100


def test_what_is_taken_once_is_counted_with_the_first_trial_of_a_data_set_that_runs():
    host = replace(HOST, versions={**VERSIONS, "torch": None})
    trials = plan(study(models="gan", seeds=2), host)
    assert [(t.dataset, t.seed) for t in trials if t.first] == [("fashion-mnist-mini", 0), ("mnist-mini", 0)]
    assert all(t.skip is None for t in trials if t.first)
    first, second = [trial for trial in trials if trial.dataset == "mnist-mini" and trial.skip is None]
    assert first.train_images == 8_000
    # 8,000 training images, and as many test images, real ones and noise as are scored.
    assert first_time_seconds(first) == pytest.approx((8_000 + 3 * first.samples) / 2_500)
    assert expected_seconds(first) - expected_seconds(second) == pytest.approx(first_time_seconds(first))
    assert expected_scoring_seconds(first) == expected_scoring_seconds(second)
    slow = replace(first, extractors=("inception", "domain"))
    # Of all training images Inception is asked for no features on a CPU.
    assert first_time_seconds(slow) - first_time_seconds(first) == pytest.approx(3 * slow.samples * 0.22 / 2)


@pytest.fixture
def mine(tmp_path):
    """The name of labelled images of one's own."""
    images = np.random.default_rng(0).integers(0, 256, (80, 8, 8, 1), np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(80) % 2)
    return f"npz:{tmp_path / 'mine.npz'}"


@pytest.fixture
def trained():
    """Put an extractor of a data set's images where the user's are."""

    def put(name, seed=0):
        images = datasets.load(name)
        facts = {"name": f"own-{seed}", "fingerprint": images.fingerprint, "image_shape": images.image_shape}
        card = next(iter(cards().values())).model_copy(update=facts)
        extractors_folder().mkdir(parents=True, exist_ok=True)
        (extractors_folder() / f"{card.name}.json").write_text(card.model_dump_json(by_alias=True))
        (extractors_folder() / f"{card.name}.safetensors").touch()

    return put


def test_a_trial_is_another_one_once_another_extractor_would_score_it(mine, trained):
    settings = {"models": "gan", "datasets": f"mnist-mini,{mine}", "frameworks": "torch"}
    digits, before = plan(study(**settings), HOST)
    assert (before.classifier, digits.classifier) == (None, card_of_domain("mnist").name)
    trained(mine)
    digits_now, after = plan(study(**settings), HOST)
    assert after.classifier == "own-0"
    assert after.id != before.id
    assert digits_now.id == digits.id
    (extractors_folder() / "own-0.json").unlink()
    assert plan(study(**settings), HOST)[1].id == before.id
    trained(mine, seed=1)
    assert len({plan(study(**settings), HOST)[1].id, before.id, after.id}) == 3


def test_an_extractor_that_is_not_asked_changes_no_trial(mine, trained):
    host = replace(HOST, extractors=("random",))
    (before,) = plan(study(models="gan", datasets=mine, frameworks="torch"), host)
    trained(mine)
    (after,) = plan(study(models="gan", datasets=mine, frameworks="torch"), host)
    assert (after.classifier, after.id) == (None, before.id)


def test_images_of_known_sizes_and_no_domain_are_asked_for_their_fingerprint(mine, trained, monkeypatch):
    source = datasets.find(mine)
    trained(mine)
    images = source.load()
    sizes = Sizes(len(images.train_images), len(images.test_images), images.image_shape, 2)
    listed = replace(source, sizes=sizes)
    monkeypatch.setattr(module.datasets, "find", lambda name: listed)
    (trial,) = plan(study(models="gan", datasets="mnist-mini", frameworks="torch"), HOST)
    assert trial.classifier == "own-0"
