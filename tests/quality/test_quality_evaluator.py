"""The evaluator's process: one answer a request, whatever the request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bench.datasets import load
from bench.quality.cards import card_of_domain
from bench.quality.evaluator import answer
from bench.quality.ladder import blurred
from bench.quality.latent import WalkRecord
from bench.quality.record import CurvePoint, Quality
from bench.quality.walks import cross_fades
from bench.training.walks import ends


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """1,300 blurred clothes, as a trial would leave them."""
    path = tmp_path / "samples.npz"
    np.savez(path, images=blurred(load("fashion-mnist-mini").train_images[:1300]))
    return path


def request(samples: Path, **values: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "task": "score",
        "samples": str(samples),
        "dataset": "fashion-mnist-mini",
        "n": 1300,
    } | values


def test_requests_are_served_until_the_input_ends_and_failures_do_not_end_it(samples: Path) -> None:
    requests = [
        request(samples, id=1, curve=[{"path": str(samples), "n": 1280}]),
        request(samples, id=2, dataset="fashion-mnist-mimi"),
        request(samples, id=3),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bench.quality.evaluator"],
        input="".join(json.dumps(line) + "\n" for line in requests),
        capture_output=True,
        text=True,
        timeout=280,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["ok"]) == (1, True)
    quality = Quality.model_validate(first["quality_by_extractor"]["domain"])
    (point,) = (CurvePoint.model_validate(entry) for entry in first["curve"])
    assert quality.fd is not None
    assert point.fd is not None
    assert point.kid is not None
    assert point.evaluation_seconds is not None
    assert quality.label_accuracy is None
    assert (quality.n, point.n) == (1300, 1280)
    assert 0 < first["seconds"] < 100
    assert (second["id"], second["ok"]) == (2, False)
    assert "did you mean" in second["error"]
    assert third["quality_by_extractor"] == first["quality_by_extractor"]


def test_classes_that_were_asked_for_are_read_and_judged(samples: Path) -> None:
    labels = load("fashion-mnist-mini").train_labels
    assert labels is not None
    with np.load(samples) as arrays:
        images = arrays["images"][:200]
    np.savez(samples, images=images, labels=labels[:200].astype(np.int32))
    found = answer(request(samples, n=150))["quality_by_extractor"]["domain"]
    assert found["n"] == 150
    assert found["label_accuracy"] > 0.5
    assert found["label_accuracy_real"] > 0.8
    np.savez(samples, images=images, labels=labels[:199])
    assert "labels must be one integer for each of 200 images" in answer(request(samples))["error"]


def test_another_extractor_than_the_planned_one_is_refused_and_the_planned_one_is_not(samples: Path) -> None:
    card = card_of_domain("fashion-mnist")
    assert card is not None
    # Asked for first without a name: what was loaded then must not pass for another.
    assert answer(request(samples, n=20))["ok"]
    found = answer(request(samples, n=20, classifier="own-1"))
    assert found["error"] == f"the extractor has changed since the plan (own-1 then, {card.name} now): run again"
    assert answer(request(samples, n=20, classifier=card.name))["ok"]
    assert answer(request(samples, n=20, classifier=card.name, extractors=["random"]))["ok"]


def test_nearest_pairs_are_drawn_where_they_are_asked_for(samples: Path, tmp_path: Path) -> None:
    found = answer(request(samples, n=150, pairs=str(tmp_path)))["quality_by_extractor"]["domain"]
    for figure in ("nearest", "nearest_pixels"):
        assert len(found[figure]) == 8
        with Image.open(tmp_path / f"{figure}.png") as drawn:
            assert drawn.size == (8 * 29 + 1, 2 * 29 + 1)


def test_small_experiments_are_judged_where_they_are_asked_for(samples: Path, tmp_path: Path) -> None:
    clothes = load("fashion-mnist-mini")
    starts, stops = ends(clothes, seed=0)
    fades = cross_fades(clothes.test_images, starts, stops, 5)
    np.savez(tmp_path / "walks.npz", images=fades, starts=starts, ends=stops, seed=0)
    curve = [{"path": str(samples), "n": 200}] * 4
    asked = {"walks": str(tmp_path / "walks.npz"), "fixed_noise": True, "curve": curve}
    found = answer(request(samples, n=150, **asked))
    walks = WalkRecord.model_validate(found["walks"])
    assert (walks.pairs, walks.points, walks.by_way_of) == (64, 5, "Pullover")
    assert walks.recognised > 32
    assert walks.share == walks.cross_fade  # these walks are the cross-fades
    noise = found["fixed_noise"]
    # The same pictures at every checkpoint: nothing drifts, and what is in doubt stays so.
    assert (noise["n"], noise["drift"], noise["class_changes"]) == (200, 0, 0)
    assert noise["lasting"] == noise["ambiguous"][0] > noise["lasting_by_chance"] > 0
    unasked = answer(request(samples, n=150, curve=curve[:1]))
    assert (unasked["walks"], unasked["fixed_noise"]) == (None, None)


def test_an_experiment_that_cannot_be_judged_is_a_reason(samples: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "walks.npz", images=np.zeros((2, 3, 28, 28, 1), np.uint8))
    asked = {"walks": str(tmp_path / "walks.npz"), "fixed_noise": True}
    few = answer(request(samples, n=150, extractors=["random"], curve=[{"path": str(samples), "n": 150}] * 2, **asked))
    assert few["walks"] == "random features classify nothing"
    assert few["fixed_noise"] == "it takes 3 checkpoints, and there were 2"
    none = answer(request(samples, n=150, extractors=["random"], **asked))
    assert none["fixed_noise"] == "it takes 3 checkpoints, and there were 0"


@pytest.mark.parametrize(("experiment", "field"), [("judge_walks", "walks"), ("over_time", "fixed_noise")])
def test_a_fault_in_an_experiment_costs_no_score(
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    experiment: str,
    field: str,
) -> None:
    def fail(*_: object) -> None:
        raise FloatingPointError("a logit is\nnot finite")

    monkeypatch.setattr(f"bench.quality.evaluator.{experiment}", fail)
    clothes = load("fashion-mnist-mini")
    starts, stops = ends(clothes, seed=0)
    fades = cross_fades(clothes.test_images, starts, stops, 3)
    np.savez(tmp_path / "walks.npz", images=fades, starts=starts, ends=stops, seed=0)
    curve = [{"path": str(samples), "n": 150}] * 3
    asked = {"walks": str(tmp_path / "walks.npz"), "fixed_noise": True, "curve": curve}
    found = answer(request(samples, n=150, **asked))
    assert found["ok"]
    assert found["quality_by_extractor"]["domain"]["kid"] is not None
    assert found[field] == "it could not be judged: FloatingPointError: a logit is not finite"
    (other,) = {"walks", "fixed_noise"} - {field}
    assert isinstance(found[other], dict)
    assert "Traceback" in caplog.text


def test_a_file_of_walks_that_cannot_be_read_costs_no_score(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "walks.npz").write_bytes(b"no archive")
    found = answer(request(samples, n=150, walks=str(tmp_path / "walks.npz")))
    assert found["ok"]
    assert found["walks"].startswith("it could not be judged: ")


def test_walks_are_judged_by_the_first_extractor_that_knows_the_classes(samples: Path, tmp_path: Path) -> None:
    clothes = load("fashion-mnist-mini")
    starts, stops = ends(clothes, seed=0)
    fades = cross_fades(clothes.test_images, starts, stops, 3)
    np.savez(tmp_path / "walks.npz", images=fades, starts=starts, ends=stops, seed=0)
    found = answer(request(samples, n=20, extractors=["random", "domain"], walks=str(tmp_path / "walks.npz")))
    assert found["walks"]["extractor"].startswith("fashion-mnist-")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": "nowhere.npz"}, "there is no file nowhere.npz"),
        ({"curve": [{"path": "nowhere.npz"}]}, "there is no file nowhere.npz"),
        ({"dataset": "cifar-11"}, "unknown data set 'cifar-11'"),
        ({"extractors": ["inseption"]}, "unknown extractor 'inseption': did you mean inception"),
        ({"extractors": []}, "bad request: extractors"),
        ({"extractors": ["inception"], "inception_weights": "nowhere.pth"}, "there is no file nowhere.pth"),
        ({"task": "train"}, "bad request: task"),
        ({"smaples": 1}, "bad request: smaples: Extra inputs are not permitted"),
        ({"n": 0}, "bad request: n"),
    ],
)
def test_a_bad_request_is_answered_in_one_line(samples: Path, change: dict[str, Any], message: str) -> None:
    found = answer(request(samples) | change)
    assert (found["id"], found["ok"]) == (1, False)
    assert message in found["error"]
    assert "\n" not in found["error"]


@pytest.mark.parametrize(
    "content", [b"", b"not an archive", b"PK\x03\x04 cut", {"pictures": np.zeros((2, 28, 28, 1), np.uint8)}]
)
def test_samples_that_cannot_be_read_are_named(tmp_path: Path, content: bytes | dict[str, Any]) -> None:
    path = tmp_path / "bad.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, **content)
    assert "bad.npz is not an .npz file with a key 'images'" in answer(request(path))["error"]


def test_samples_of_another_type_or_with_a_pickle_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, images=np.zeros((2, 28, 28, 1)))
    assert "must be uint8 from 0 to 255, not float64" in answer(request(path))["error"]
    np.savez(path, images=np.array([object()]))
    assert "bad.npz is not an .npz file" in answer(request(path))["error"]


def test_an_unexpected_failure_is_answered_too(
    samples: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise FloatingPointError("the features are\nnot finite")

    monkeypatch.setattr("bench.quality.evaluator.score", fail)
    assert answer(request(samples))["error"] == "FloatingPointError: the features are not finite"
    assert "Traceback" in caplog.text
