"""Frameworks set side by side without a proof of the pair are marked, wherever the page does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench.report import charts, curves, scoretables, tables
from bench.report.bounds import bounds
from bench.report.palette import Palette
from bench.report.table import Group, Table
from bench.results.groups import Setting, protocols
from bench.results.pairs import MARK, NOT_RECORDED, shares_all_chance, unproved
from bench.results.record import BoundRecord, PairRecord, TrialRecord

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

SETTING = Setting("fashion-mnist-mini", "cpu", "fp32", "compiled")
HOSTILE = "<script>alert(1)</script> \" ' & {{ 7*7 }}"
FAILED = PairRecord(certificate="badc0ffee0ddf00d", proved=False, reason="gradients: 3e-4 > 1e-11", deviations={})
BOUND = BoundRecord(
    n=2000, elbo=-120.0, reconstruction=-100.0, kl=20.0, iwae=-110.0, iwae_n=256, iwae_samples=64, pixels="grey"
)


def changed(trial: TrialRecord, **changes: Any) -> TrialRecord:
    return trial.model_copy(update=changes)


def gan(table: Table) -> Group:
    return next(group for group in table.groups if group.header == "gan")


def test_a_proved_pair_has_no_mark(made: MadeUp) -> None:
    assert unproved(made.trials(models=["gan"])) is None
    page = made.page(made.trials(models=["gan"], bound=BOUND))
    assert MARK not in page.html.lower()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pair": FAILED}, "gradients: 3e-4 > 1e-11"),
        ({"pair": None, "absent": {"pair": "the proof was broken off"}}, "the proof was broken off"),
        ({"pair": None, "absent": {}}, NOT_RECORDED),
        ({"pair": FAILED.model_copy(update={"reason": None})}, "no reason recorded"),
    ],
)
def test_a_pair_that_failed_or_has_no_proof_is_not_proved(made: MadeUp, changes: dict[str, Any], reason: str) -> None:
    assert unproved(made.trials(models=["gan"], **changes)) == reason


def test_the_worst_seed_counts(made: MadeUp) -> None:
    trials = made.trials(models=["gan"], seeds=3)
    assert unproved([*trials[:-1], changed(trials[-1], pair=FAILED)]) == f"{FAILED.reason} (1 of 6 trials)"
    two = [changed(trials[0], pair=None, absent={}), *trials[1:-1], changed(trials[-1], pair=FAILED)]
    assert unproved(two) == f"{NOT_RECORDED} (1 of 6 trials); {FAILED.reason} (1 of 6 trials)"


def test_where_one_framework_has_figures_nothing_is_compared(made: MadeUp) -> None:
    alone = {"pair": None, "absent": {"pair": "only one half of the pair runs, so there is no pair to prove"}}
    trials = made.trials(models=["gan"], **alone)
    assert unproved([trial for trial in trials if trial.framework == "torch"]) is None
    failed = [
        changed(trial, status="failed", reason="no such module") if trial.framework == "torch" else trial
        for trial in trials
    ]
    assert unproved(failed) is None


def test_a_trial_that_failed_has_no_figures_and_so_no_say(made: MadeUp) -> None:
    trials = made.trials(models=["gan"], seeds=2)
    assert unproved([*trials[:-1], made.trial("gan", seed=1, status="failed", reason="killed")]) is None


def test_every_comparison_of_an_unproved_pair_is_marked_with_its_reason(made: MadeUp) -> None:
    trials = [*made.trials(models=["gan"], pair=FAILED, bound=BOUND), *made.trials(models=["cvae[equal]"], bound=BOUND)]
    footnote = f"{MARK}: {FAILED.reason}"
    ((protocol, scored),) = protocols(trials).items()
    for table in (
        tables.throughput(SETTING, trials),
        scoretables.distance(protocol, trials, scored),
        *bounds(SETTING, trials),
    ):
        number = table.footnotes.index(footnote) + 1
        assert (gan(table).mark, gan(table).notes) == (MARK, (number,))
        assert [group.mark for group in table.groups if group.header == "cvae[equal]"] == [""]
    ratio, proved = (group.rows[0][2] for group in tables.throughput(SETTING, trials).groups)
    assert ratio is not None
    assert (ratio.text, ratio.detail, ratio.notes, ratio.kind) == ("1.67 ×", MARK, (1,), "ratio unproved")
    assert proved is not None
    assert (proved.detail, proved.notes, proved.kind) == ("", (), "ratio")


def test_every_figure_of_an_unproved_pair_is_marked_with_its_reason(made: MadeUp) -> None:
    trials = [*made.trials(models=["gan"], pair=FAILED), *made.trials(models=["cvae[equal]"])]
    palette = Palette(["gan", "cvae[equal]"])
    ((protocol, scored),) = protocols(trials).items()
    ((at, points),) = curves.curve_points(trials).items()
    speed = charts.throughput(trials, palette, "a")
    distance = charts.distance(protocol, trials, scored, palette, "b")
    assert speed is not None
    assert distance is not None
    over_time = curves.chart(at, points, trials, {"gan": "reason", "dcgan": "has no points"}, palette, "c")
    assert speed.unproved == distance.unproved == {"gan": FAILED.reason}
    assert over_time.unproved == {"gan": "reason"}
    for drawing in [*speed.drawings, *distance.drawings, *over_time.drawings]:
        assert f"gan in PyTorch ({MARK}):" in drawing
        assert f"cvae[equal] in PyTorch ({MARK}):" not in drawing
    assert f">{MARK}</text>" in speed.drawings[0]
    assert over_time.table is not None
    assert [column.hint for column in over_time.table.columns][:2] == [f"TensorFlow, {MARK}", f"PyTorch, {MARK}"]
    assert over_time.table.footnotes == [f"gan: {MARK}: reason"]


def test_the_page_says_it_everywhere_and_hostile_reasons_are_only_words(made: MadeUp) -> None:
    pair = FAILED.model_copy(update={"reason": HOSTILE, "certificate": HOSTILE, "deviations": {HOSTILE: 1.0}})
    page = made.page([*made.trials(models=["gan"], seeds=1, pair=pair), *made.trials(models=["cvae"], seeds=1)])
    assert page.html.count("<script") == 2  # our own: data and script
    assert "Pair not proved: gan. No framework comparison of this model counts; the proofs say why." in page.text
    # In three figures, two tables, over the pictures and in the proof.
    assert page.text.count(HOSTILE) >= 7
    assert "gan, PyTorch, pair not proved" in page.text
    assert "cvae, PyTorch, pair" not in page.text


def test_a_model_unknown_here_is_taken_to_share_all_chance() -> None:
    assert [
        model for model in ("gan", "dcgan", "dcgan[latent=8]", "no such model") if not shares_all_chance(model)
    ] == [
        "dcgan",
        "dcgan[latent=8]",
    ]
