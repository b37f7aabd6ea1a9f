"""The section on the proof of the pairs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from bench.proof.tolerances import TOLERANCES
from bench.report.proofs import ALONE, EXACT, OWN_MASKS, proofs
from bench.report.table import Table, Value
from bench.results.pairs import MARK
from bench.results.record import PairRecord

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

FAILED = PairRecord(
    certificate="badc0ffee0ddf00d",
    proved=False,
    reason="gradients: 3e-4 > 1e-11",
    deviations={"losses": 1e-15, "gradients": 3e-4, "of tomorrow": 0.5},
)


def row(table: Table, model: str) -> list[Value]:
    (group,) = (group for group in table.groups if group.header == model)
    return [value for value in group.rows[0] if value is not None]


def test_each_deviation_stands_beneath_its_tolerance(made: MadeUp) -> None:
    (proof,) = proofs([*made.trials(models=["gan"]), *made.trials(models=["cvae"], pair=FAILED)])
    columns = {column.title: column.hint for column in proof.table.columns}
    assert list(columns) == ["Pair", "Losses", "Gradients", "Weights", "Samples", "Of tomorrow"]
    assert columns["Losses"] == f"≤ {TOLERANCES[EXACT]['losses'].bound:.0e}".replace("-", "−")
    assert columns["Samples"] == "exactly 0"
    assert columns["Of tomorrow"] == "no tolerance known here"
    proved, failed = row(proof.table, "gan"), row(proof.table, "cvae")
    assert [value.text for value in proved] == ["proved", "4.4e−16", "3.1e−14", "9.0e−15", "0", "–"]
    assert [value.text for value in failed] == [MARK, "1.0e−15", "3.0e−04", "–", "–", "5.0e−01"]
    assert [value.kind for value in failed[1:3]] == ["", "beyond"]
    assert (proved[0].detail, failed[0].detail) == ("0a1b2c3d4e5f6071", "badc0ffee0ddf00d")
    assert [proof.table.footnotes[number - 1] for number in failed[0].notes] == [FAILED.reason]


def test_of_seeds_with_other_certificates_the_largest_deviation_and_the_worst_verdict_are_shown(made: MadeUp) -> None:
    trials = made.trials(models=["gan"], seeds=2)
    trials[-1] = trials[-1].model_copy(update={"pair": FAILED})
    (proof,) = proofs(trials)
    verdict, losses, gradients, *_ = row(proof.table, "gan")
    assert (verdict.text, verdict.detail) == (MARK, "0a1b2c3d4e5f6071\nbadc0ffee0ddf00d")
    assert (losses.text, gradients.text) == ("1.0e−15", "3.0e−04")


def test_a_model_of_one_framework_has_nothing_to_compare(made: MadeUp) -> None:
    why = {"pair": "only one half of the pair runs, so there is no pair to prove"}
    alone = made.trial("gan", pair=None, absent=why)
    (proof,) = proofs([alone, made.trial("cvae", status="failed", reason="killed")])
    assert [row(proof.table, model)[0].text for model in ("gan", "cvae")] == ["nothing to compare"] * 2
    assert proof.table.footnotes == [why["pair"], ALONE]


def test_a_proof_that_failed_is_told_even_where_nothing_is_compared(made: MadeUp) -> None:
    (proof,) = proofs([made.trial("gan", pair=FAILED)])
    assert row(proof.table, "gan")[0].text == MARK


def test_a_model_whose_halves_draw_their_own_masks_says_so(made: MadeUp) -> None:
    trials = made.trials(models=["dcgan", "gan", "somebody's[own=1]"], seeds=1)
    (proof,) = proofs(trials)
    assert [group.notes for group in proof.table.groups] == [(1,), (), ()]
    assert proof.table.footnotes == [OWN_MASKS]
    text = made.page(trials).text
    assert OWN_MASKS in text
    assert "The exception is dcgan: there each framework draws its own dropout masks in training" in text
    assert "soonest in GANs; the exception is dcgan, whose dropout masks" in text


def test_the_command_proves_what_ran(made: MadeUp) -> None:
    trials = [*made.trials(seeds=1), made.trial("gan", device="cuda", precision="tf32", mode="eager", id="other")]
    here, there = proofs(trials)
    assert shlex.split(here.command)[3:] == [
        "verify", "--models", "gan,cvae[equal]", "--precision", "fp32", "--mode", "compiled", "--device", "cpu",
    ]  # fmt: skip
    assert there.command == "python -m bench verify --models gan --precision tf32 --mode eager --device cuda"


def test_without_a_trial_there_is_no_proof() -> None:
    assert proofs([]) == []
