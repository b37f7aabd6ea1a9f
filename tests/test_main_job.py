"""The main job for real, small: two workers, the evaluator, results and page."""

import json
import math
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from safetensors.numpy import load_file

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run of one pair, and what the command wrote."""
    out = tmp_path_factory.mktemp("reports")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BENCH_CACHE": str(tmp_path_factory.mktemp("cache"))}
    command = [sys.executable, "-m", "bench", "run", "--models", "cvae[equal]", "--datasets", "mnist-mini"]
    command += ["--images", "1280", "--seeds", "1", "--threads", "1", "--name", "a", "--out", str(out)]
    done = subprocess.run(command, cwd=out, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return out / "a", done.stdout


@pytest.fixture(scope="module")
def results(run):
    return json.loads((run[0] / "results.json").read_text())


def test_the_path_of_the_page_is_the_last_line(run):
    folder, printed = run
    assert printed.splitlines()[-1] == str(folder / "report.html")


def test_both_halves_are_measured_and_scored(results):
    assert [trial["framework"] for trial in results["trials"]] == ["torch", "tensorflow"]
    for trial in results["trials"]:
        assert trial["status"] == "ok"
        assert math.isfinite(trial["quality"]["fd"])
        assert math.isfinite(trial["quality"]["is"])
        assert trial["images_per_second"] > 0
        assert trial["sample_images_per_second"] > 0
        assert trial["images_seen"] == 1280
        assert trial["curve"][-1]["images"] == 1280


def test_a_pair_trained_alike_is_scored_alike(run, results):
    """20 steps from the same weights on the same batches and noise: float32 has not drifted far yet."""
    folder = run[0] / "trials"
    torch, tensorflow = results["trials"]
    assert torch["quality"]["fd"] == pytest.approx(tensorflow["quality"]["fd"], rel=0.02)
    weights = [load_file(folder / trial["id"] / "weights.safetensors") for trial in (torch, tensorflow)]
    assert weights[0].keys() == weights[1].keys()
    for name in weights[0]:
        assert np.abs(weights[0][name] - weights[1][name]).max() < 0.02, name


def test_results_follow_the_committed_schema(results):
    schema = json.loads((ROOT / "docs/results.schema.json").read_text())
    jsonschema.validate(results, schema)


def test_the_page_refers_to_nothing_outside_itself(run):
    class References(HTMLParser):
        found: list[str] = []  # noqa: RUF012 - one page, one parser

        def handle_starttag(self, tag, attrs):
            self.found += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]

    page = (run[0] / "report.html").read_text()
    parser = References()
    parser.feed(page)
    assert parser.found
    assert all(reference.startswith(("#", "data:")) for reference in parser.found)
    assert "url(" not in page.replace("url(#", "")


def test_nothing_half_written_is_left(run):
    assert not [path for path in run[0].rglob(".*") if path.name != ".lock"]
