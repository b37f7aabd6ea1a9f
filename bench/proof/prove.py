"""Proving pairs: both halves carry out every case, and what they found is compared."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Generator, Iterable

from bench.models import Choice
from bench.proof.cases import Case, cases
from bench.proof.certificate import Certificate, find_certificate, make, store, subject_of
from bench.proof.compare import Row, broken, compare
from bench.proof.place import Place
from bench.proof.probe import Findings
from bench.proof.probes import carried_out
from bench.results.record import Framework

Report = Callable[[list[Row]], None]
"""Called with the rows of each case as soon as it is compared."""
Announce = Callable[[Certificate], None]
"""Called with each certificate as soon as it is made."""


def verify(choices: Iterable[Choice], modes: Iterable[str], place: Place, report: Report) -> list[Row]:
    """Prove these models in these modes, whatever was proved before.

    Every mode is held against the other half, and the modes of each half against one another. The certificates are
    kept, so that a run finds them.
    """
    made = _certificates(choices, tuple(modes), place, report)
    return [row for certificates in made for certificate in certificates for row in certificate.rows]


def certify(choices: Iterable[Choice], mode: str, place: Place, announce: Announce) -> dict[str, Certificate]:
    """The certificate of each of these models, by its text, in one mode: those that are kept, the others anew.

    Here each half is held against the other alone; that its modes are one model is for `verify` to show.
    """
    kept = {choice.text: find_certificate(choice, mode, place) for choice in choices}
    missing = [choice for choice in choices if kept[choice.text] is None]
    with contextlib.closing(_certificates(missing, (mode,), place, lambda _: None)) as made:
        for (certificate,) in made:
            kept[certificate.model] = certificate
            announce(certificate)
    return {text: certificate for text, certificate in kept.items() if certificate is not None}


def _certificates(
    choices: Iterable[Choice], modes: tuple[str, ...], place: Place, report: Report
) -> Generator[list[Certificate]]:
    """The certificates of each model, one a mode, kept as soon as its last case is compared."""
    choices = tuple(choices)
    # What will be proved is the code that is here now: the probes have not started yet.
    subjects = {(choice.text, mode): subject_of(choice, mode, place) for choice in choices for mode in modes}
    with contextlib.closing(prove(cases(choices, place.precision, modes), place)) as proved:
        for choice in choices:
            rows: list[Row] = []
            for found in itertools.islice(proved, len(cases([choice], place.precision, modes))):
                report(found)
                rows += found
            made = [make(choice.text, subjects[choice.text, mode], rows) for mode in modes]
            for certificate in made:
                store(certificate)
            yield made


def prove(wanted: Iterable[Case], place: Place) -> Generator[list[Row]]:
    """The rows of each case: half against half, and a half's mode against its mode before, where that is due."""
    before: dict[Framework, Findings] = {}
    last: Case | None = None
    with contextlib.closing(carried_out(wanted, place)) as outcomes:
        for case, found, failures in outcomes:
            rows = [broken(case, f"{framework}: {reason}") for framework, reason in failures.items()]
            if not failures:
                rows = compare(case, found["torch"], found["tensorflow"])
            if last is not None and _differ_in_mode_alone(last, case):
                for framework in found.keys() & before.keys():
                    between = f"{framework}: {case.mode}, {last.mode}"
                    rows += compare(case, found[framework], before[framework], between)
            before, last = found, case
            yield rows


def _differ_in_mode_alone(a: Case, b: Case) -> bool:
    return (a.choice, a.image_shape, a.precision) == (b.choice, b.image_shape, b.precision)
