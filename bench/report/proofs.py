"""The section on the proof of the pairs: per model, how far its halves are apart, and how far they may be."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from bench import numbers
from bench.proof.tolerances import FLOOR, TOLERANCES
from bench.report.table import NO_VALUE, Column, Footnotes, Group, Table, Value
from bench.results.groups import collect, models
from bench.results.pairs import MARK, doubt, shares_all_chance, unproved
from bench.results.record import PairRecord, TrialRecord

EXACT = "fp64"
OWN_MASKS = (
    "The proof gives both halves the same dropout masks; in training each framework draws its own. The halves of a "
    "seed are therefore two samples, and not one experiment run twice."
)
"""The note of a model whose halves do not share all chance."""
ALONE = "only one framework has results, so no comparison rests on a proof"

Place = tuple[str, str, str]
"""Device, precision and mode: what a certificate is for, besides the model."""


@dataclass(frozen=True)
class Proof:
    """What is known of all pairs in one place, and what to type to prove them again."""

    table: Table
    command: str


def proofs(trials: Sequence[TrialRecord]) -> list[Proof]:
    """A table a device, precision and mode, a row a model; empty where there is no trial."""
    places = collect(trials, lambda trial: (trial.device, trial.precision, trial.mode))
    return [Proof(_table(place, found), _command(place, models(found))) for place, found in places.items()]


def _command(place: Place, chosen: Sequence[str]) -> str:
    device, precision, mode = place
    words = ["python", "-m", "bench", "verify", "--models", ",".join(chosen)]
    return shlex.join([*words, "--precision", precision, "--mode", mode, "--device", device])


def _table(place: Place, trials: Sequence[TrialRecord]) -> Table:
    notes = Footnotes()
    by_model = collect(trials, lambda trial: trial.model)
    quantities = _quantities([trial.pair for trial in trials if trial.pair])
    groups = []
    for model, found in by_model.items():
        own = notes.numbers([] if shares_all_chance(model) else [OWN_MASKS])
        groups.append(Group(model, [_row(found, quantities, notes)], notes=own, model=model))
    columns = [
        Column("Pair", "its certificate", numeric=False),
        *(Column(quantity[:1].upper() + quantity[1:], _bound(quantity)) for quantity in quantities),
    ]
    device, precision, mode = place
    floor = numbers.minus(f"{FLOOR:.0e}")
    protocol = (
        f"Deviation of two tensors a and b: ||a − b|| / ||b||, the divisor at least {floor}, in float64; of samples "
        "the share of bytes that differ, of levels the largest difference in grey levels, of dropout that each half "
        "draws itself standard errors. The largest over all tensors and image shapes that the proof tries; under each "
        "column’s title the most that it may be. A proof "
        f"for {precision} also compares the halves in {precision}; if that fails, the reason says so. “–”: the model "
        "has no such quantity, or it could not be compared. A certificate is for this code, these versions and this "
        "machine."
    )
    return Table(
        f"Proof of the pairs for {device}, {precision}, {mode}", "Model", columns, groups, protocol, notes.texts
    )


def _row(trials: Sequence[TrialRecord], quantities: Sequence[str], notes: Footnotes) -> list[Value | None]:
    pairs = [trial.pair for trial in trials if trial.pair is not None]
    deviations = _worst(pairs)
    return [
        _verdict(trials, pairs, notes),
        *(_deviation(quantity, deviations.get(quantity)) for quantity in quantities),
    ]


def _verdict(trials: Sequence[TrialRecord], pairs: Sequence[PairRecord], notes: Footnotes) -> Value:
    """Proved or not; the worst of all seeds, whether or not a comparison rests on it."""
    keys = "\n".join(dict.fromkeys(pair.certificate for pair in pairs))
    failed = [trial for trial in trials if trial.pair is not None and not trial.pair.proved]
    reason = unproved(trials) or next((doubt(trial) for trial in failed), None)
    if reason is not None:
        return Value(MARK, keys, notes.numbers([reason]), kind="failed key")
    if pairs:
        return Value("proved", keys, kind="ok key")
    reasons = [trial.absent["pair"] for trial in trials if trial.status == "ok" and "pair" in trial.absent]
    return Value("nothing to compare", notes=notes.numbers(reasons[:1] or [ALONE]), kind="absent")


def _quantities(pairs: Sequence[PairRecord]) -> list[str]:
    """Every quantity that some certificate has, in the order of the tolerances."""
    found = {quantity for pair in pairs for quantity in pair.deviations}
    known = [quantity for quantity in TOLERANCES[EXACT] if quantity in found]
    return known + sorted(found - set(known))


def _worst(pairs: Sequence[PairRecord]) -> dict[str, float]:
    worst: dict[str, float] = {}
    for pair in pairs:
        for quantity, deviation in pair.deviations.items():
            worst[quantity] = max(deviation, worst.get(quantity, 0.0))
    return worst


def _deviation(quantity: str, deviation: float | None) -> Value:
    if deviation is None:
        return NO_VALUE
    tolerance = TOLERANCES[EXACT].get(quantity)
    beyond = tolerance is not None and deviation > tolerance.bound
    return Value(_small(deviation), kind="beyond" if beyond else "", number=deviation)


def _bound(quantity: str) -> str:
    tolerance = TOLERANCES[EXACT].get(quantity)
    if tolerance is None:
        return "no tolerance known here"
    if quantity == "own dropout":
        return f"≤ {tolerance.bound:g} standard errors"
    return numbers.minus(f"≤ {tolerance.bound:.0e}") if tolerance.bound else "exactly 0"


def _small(value: float) -> str:
    return numbers.minus(f"{value:.1e}") if value else "0"
