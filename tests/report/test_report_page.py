"""The page as its readers get it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bench.report
from bench.report import script
from bench.results.record import BudgetRecord

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

OWN_SCRIPTS = [{"type": "application/json", "id": "data"}, {}]
"""The attributes of the page's script elements: its data, and the script itself."""
SCRIPT = Path(bench.report.__file__).parent / "templates" / "page.js"
HOSTILE = "<script>alert(1)</script> \" ' & $x$ {{ 7*7 }}"


def test_nothing_outside_the_page_is_referred_to(made: MadeUp) -> None:
    page = made.open(made.run(made.trials()))
    references = [*page.values("src"), *page.values("href"), *page.values("xlink:href")]
    assert references
    assert all(reference.startswith(("data:image/png;base64,", "#")) for reference in references)
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "base"}
    for foreign in ("http://", "https://", "@import", "<!DOCTYPE svg", "<?xml"):
        assert foreign not in page.html


def test_the_only_script_is_our_own_and_small(made: MadeUp) -> None:
    page = made.open(made.run(made.trials()))
    assert [attributes for tag, attributes in page.tags if tag == "script"] == OWN_SCRIPTS
    ours = SCRIPT.read_text(encoding="utf-8")
    assert page.html.count(f"<script>{ours}</script>") == 1
    assert len(ours.encode()) <= script.MOST_BYTES
    (policy,) = page.values("content")[2:]
    digest = base64.b64encode(hashlib.sha256(ours.encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def test_data_cannot_end_their_element() -> None:
    hostile = {"</script><!--": ["<script>", "&lt;", None, 0.5, "ä"]}
    written = script.as_data(hostile)
    assert not set("<>&") & set(written)
    assert json.loads(written) == hostile


def test_ids_are_unique_and_every_inner_link_leads_somewhere(made: MadeUp) -> None:
    page = made.open(made.run([*made.trials(), *made.trials(dataset="mnist-mini")]))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    targets = {reference[1:] for reference in page.values("href") if reference.startswith("#")}
    assert targets <= set(ids)


def test_headings_do_not_skip_a_level_and_pictures_have_words(made: MadeUp) -> None:
    walking = [made.walking("cvae", framework) for framework in ("tensorflow", "torch")]
    page = made.open(made.run([*made.trials(), *walking]))
    assert "The whole latent plane" in page.text
    levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(attributes["alt"] for tag, attributes in page.tags if tag == "img")
    assert all(attributes["scope"] for tag, attributes in page.tags if tag == "th")
    drawings = [a for tag, a in page.tags if tag == "svg" and a.get("aria-hidden") != "true"]
    assert len(drawings) == 7
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)


def test_same_results_make_the_same_bytes(made: MadeUp) -> None:
    folder = made.run(made.trials())
    first = bench.report.build(folder).read_bytes()
    assert bench.report.build(folder).read_bytes() == first


def test_hostile_names_are_only_words(made: MadeUp) -> None:
    trials = made.trials(models=[HOSTILE], dataset=HOSTILE, quality=made.quality(title=HOSTILE, extractor=HOSTILE))
    trials.append(made.trial("gan", dataset=HOSTILE, status="failed", reason=HOSTILE, command=HOSTILE))
    page = made.open(made.run(trials, machine={"cpu": HOSTILE, "gpus": [{"name": HOSTILE}]}, command=HOSTILE))
    assert [attributes for tag, attributes in page.tags if tag == "script"] == OWN_SCRIPTS
    assert page.html.count("<script") == len(OWN_SCRIPTS)
    assert f"seed 0 failed: {HOSTILE}" in page.text
    assert any(HOSTILE in label for label in page.values("aria-label"))
    assert any(HOSTILE in words for words in page.values("alt"))
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_a_finished_run_says_what_ran_where(made: MadeUp) -> None:
    text = made.open(made.run(made.trials(seeds=3))).text
    for words in (
        "finished: 12 trials",
        "12 ok",
        "Run it again python -m bench run --all Pictures",
        "GPU not measured (none on this machine)",
        "Memory 8.00 GiB",
        "tensorflow 2.21.0",
        "quick: 51,200 images, batch 64",
        "The seed is the unit.",
    ):
        assert words in text


def test_an_unfinished_run_says_how_far_it_is(made: MadeUp) -> None:
    text = made.open(made.run(made.trials(seeds=1)[:3], planned=12)).text
    assert "running: 3 of 12 trials" in text
    assert "finished:" not in text


@pytest.mark.parametrize("planned", [0, 4])
def test_a_run_without_any_trial_has_a_page(made: MadeUp, planned: int) -> None:
    assert "No trial has finished yet." in made.open(made.run([], planned=planned)).text


def test_every_trial_that_did_not_end_ok_is_shown_with_its_reason(made: MadeUp) -> None:
    trials = [
        made.trial("gan", "torch", seed=0),
        made.trial("gan", "torch", seed=1, status="diverged", reason="loss became NaN at step 41"),
        made.trial("gan", "tensorflow", status="failed", reason="the worker was killed"),
        made.trial("cond_vae", "torch", status="skipped", reason="the data set has no labels"),
    ]
    text = made.open(made.run(trials)).text
    assert "1 ok 1 skipped 1 failed 1 diverged" in text
    for reason in (
        "seed 1 diverged: loss became NaN",
        "seed 0 failed: the worker was",
        "seed 0 skipped: the data",
    ):
        assert reason in text
    assert "No picture: seed 0 failed: the worker was killed" in text


def test_a_run_of_failures_alone_says_that_nothing_was_measured(made: MadeUp) -> None:
    page = made.open(made.run(made.trials(status="failed", reason="no TensorFlow here")))
    assert "finished: nothing was measured" in page.text
    assert page.text.count("Nothing was measured: no trial ended ok.") == 3
    assert "no TensorFlow here" in page.text
    assert "badge warn" in page.values("class")
    assert not [a for tag, a in page.tags if tag == "svg"]


def test_a_data_set_of_failures_alone_has_tables_of_reasons(made: MadeUp) -> None:
    failed = made.trials(dataset="mnist-mini", status="failed", reason="no TensorFlow here")
    page = made.open(made.run([*made.trials(), *failed]))
    assert "badge ok" in page.values("class")
    assert "No trial measured its speed here." in page.text
    assert "No trial was scored here." in page.text


def test_nothing_on_the_page_is_called_a_ceiling(made: MadeUp) -> None:
    page = made.open(made.run(made.trials()))
    assert "ceiling" not in page.html.lower()
    for words in ("Uniform noise for reference", "floor: real against real", "first step left out"):
        assert words in page.text


def test_one_framework_alone_has_no_ratio_and_says_why(made: MadeUp) -> None:
    trials = [trial for trial in made.trials() if trial.framework == "torch"]
    page = made.open(made.run(trials))
    assert "no speed of TensorFlow: nothing to compare" in page.text
    boxes = [attributes["name"] for tag, attributes in page.tags if attributes.get("type") == "checkbox"]
    assert set(boxes) == {"model"}  # neither one data set nor one framework can be filtered


def test_fid_is_the_name_of_inception_alone_which_has_a_table_of_its_own(
    made: MadeUp,
) -> None:
    domain = made.quality(41.5)
    inception = made.quality(17.25, extractor="inception-2015", title="FID (Inception-2015)", n=10_000)
    both = {"fashion-mnist-162c87b7": domain, "inception-2015": inception}
    page = made.open(made.run(made.trials(quality=domain, quality_by_extractor=both)))
    # In the table of distances, and in the numbers of the figure of costs.
    headers = page.html.split("<th scope=")
    assert sum("FID (Inception-2015)" in header.split("</th>")[0] for header in headers[1:]) == 2
    domain_title = 'FD-domain <span class="whole">[fashion-mnist-162c87b7]</span>'
    assert sum(domain_title in header.split("</th>")[0] for header in headers[1:]) == 2
    assert "FID (Inception-2015) and other scores on fashion-mnist-mini, N = 10,000" in page.text
    only_domain = made.open(made.run(made.trials(), name="domain"))
    assert "FID (" not in only_domain.text


def test_absent_figures_have_their_reason_as_a_footnote(made: MadeUp) -> None:
    absent = {"peak_memory_bytes": "this system does not tell"}
    page = made.open(made.run(made.trials(peak_memory_bytes=None, absent=absent, quality=made.quality(None))))
    assert "this system does not tell" in page.text
    assert "n/a" in page.text


def test_budgets_of_the_recipes_own_are_kept_out_of_verdicts(made: MadeUp) -> None:
    own = BudgetRecord(name="notebook", images=3_000_000, seconds=None, batch_size=512, verdicts=False)
    assert "Kept out of verdicts" in made.open(made.run(made.trials(budget=own))).text
    assert "Kept out of verdicts" not in made.open(made.run(made.trials(), name="other")).text


def test_a_smoke_run_says_that_its_scores_mean_nothing(made: MadeUp) -> None:
    smoke = BudgetRecord(name="smoke", images=2_048, seconds=None, batch_size=64, verdicts=True)
    words = "neither pictures nor scores mean anything"
    assert words in made.open(made.run(made.trials(budget=smoke))).text
    assert words not in made.open(made.run(made.trials(), name="other")).text


def test_settings_are_never_mixed(made: MadeUp) -> None:
    trials = [
        *made.trials(),
        *(made.trial(precision="bf16", id=f"half-{seed}", seed=seed) for seed in range(2)),
    ]
    text = made.open(made.run(trials)).text
    assert "fashion-mnist-mini (cpu, fp32, compiled)" in text
    assert "fashion-mnist-mini (cpu, bf16, compiled)" in text


def test_pictures_that_are_missing_or_damaged_say_so(made: MadeUp) -> None:
    trials = made.trials(models=["gan"], seeds=1)
    folder = made.run(trials, datasets={"fashion-mnist-mini": made.dataset(grid=None)})
    (folder.trial(trials[0].id) / "grid.png").unlink()
    (folder.trial(trials[1].id) / "grid.png").write_bytes(b"not a picture")
    text = made.open(folder).text
    assert "No picture: the run kept none of the data set" in text
    assert "No picture: grid.png is not in the trial's folder" in text
    assert "No picture: grid.png cannot be read" in text


def test_neither_a_framework_nor_a_plotting_library_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, bench.report; before = set(sys.modules); import bench.report.page;"
        "print(*(before & {'matplotlib', 'pandas', 'jinja2'}), *(set(sys.modules) & {'torch', 'tensorflow'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
