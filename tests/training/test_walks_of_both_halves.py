"""Both halves of a pair walk alike: in float64 the evaluator's record of one is that of the other."""

from __future__ import annotations

import time

import numpy as np

from bench.execution.helper import Helper
from bench.quality.evaluator import answer

DATASET = "fashion-mnist-mini"


def trained(framework, folder):
    """What a worker of one framework measures of a small trial in float64: enough for some ends to be recognised."""
    request = {
        "id": "trial",
        "folder": str(folder),
        "model": "vae_dense",
        "framework": framework,
        "dataset": DATASET,
        "seed": 0,
        "batch_size": 16,
        "images": 4096,
        "seconds": None,
        "samples": 100,
        "curve_samples": 100,
        "checkpoints": 3,
        "experiments": True,
        "device": "cpu",
        "precision": "fp64",
        "mode": "eager",
        "threads": 1,
    }
    with Helper("bench.training.worker", framework, "1", log=folder / "worker.txt") as worker:
        worker.send(request)
        while (event := worker.receive(time.monotonic() + 240))["event"] == "progress":
            pass
    return event["measured"]


def test_the_records_of_both_halves_are_one(tmp_path):
    folders = {framework: tmp_path / framework for framework in ("torch", "tensorflow")}
    records = {}
    ends = {}
    for framework, folder in folders.items():
        folder.mkdir()
        measured = trained(framework, folder)
        with np.load(folder / measured["walks"], allow_pickle=False) as stored:
            ends[framework] = stored["starts"], stored["ends"]
        scored = answer(
            {
                "id": 1,
                "task": "score",
                "samples": str(folder / measured["samples"]),
                "dataset": DATASET,
                "n": 100,
                "curve": [{"path": str(folder / point["samples"]), "n": 100} for point in measured["curve"]],
                "walks": str(folder / measured["walks"]),
                "fixed_noise": True,
            }
        )
        assert scored["ok"], scored
        records[framework] = scored["walks"], scored["fixed_noise"]
    np.testing.assert_array_equal(ends["torch"], ends["tensorflow"])
    assert records["torch"] == records["tensorflow"]
    walks, noise = records["torch"]
    assert walks["route"] == "from a shoe to trousers by way of a pullover"
    assert (walks["pairs"], walks["points"], noise["n"]) == (64, 16, 100)
    assert walks["recognised"] > 0
    assert 0 < noise["drift"] < 1
