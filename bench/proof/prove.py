"""Proving pairs: both halves carry out every case, each in a process of its own, and what they found is compared."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.models import Choice
from bench.proof.cases import Case, cases
from bench.proof.certificate import Certificate, find_certificate, make, store, subject_of
from bench.proof.compare import Row, broken, compare
from bench.proof.place import Place
from bench.proof.probe import Findings
from bench.results.record import Framework
from bench.study import FRAMEWORKS

PATIENCE_SECONDS = 600.0
"""How long one case may take: minutes on a slow machine are no failure, a hanging probe is one."""


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
    for (certificate,) in _certificates(missing, (mode,), place, lambda _: None):
        kept[certificate.model] = certificate
        announce(certificate)
    return {text: certificate for text, certificate in kept.items() if certificate is not None}


def _certificates(
    choices: Iterable[Choice], modes: tuple[str, ...], place: Place, report: Report
) -> Iterator[list[Certificate]]:
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
    with contextlib.closing(_carried_out(wanted, place)) as outcomes:
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


def _carried_out(
    wanted: Iterable[Case], place: Place
) -> Generator[tuple[Case, dict[Framework, Findings], dict[Framework, str]]]:
    """Each case with what each half found, or why it did not."""
    threads = max(1, machine.usable_cores() // len(FRAMEWORKS))
    with tempfile.TemporaryDirectory(prefix="pairbench-proof-") as scratch, contextlib.ExitStack() as stack:
        probes = {framework: _Probe(framework, Path(scratch), threads, place) for framework in FRAMEWORKS}
        for probe in probes.values():
            stack.callback(probe.close)
        for case in wanted:
            failures = {}
            for probe in probes.values():
                probe.ask(case)
            found = {}
            for framework, probe in probes.items():
                outcome = probe.findings()
                if isinstance(outcome, str):
                    failures[framework] = outcome
                else:
                    found[framework] = outcome
            yield case, found, failures


class _Probe:
    """The process of one half, started when first needed and again when it died."""

    def __init__(self, framework: Framework, scratch: Path, threads: int, place: Place) -> None:
        self._framework = framework
        self._out = scratch / f"{framework}.npz"
        self._log = scratch / f"{framework}.log"
        self._threads = threads
        self._place = place
        self._helper: Helper | None = None
        self._failure: str | None = None

    def ask(self, case: Case) -> None:
        """Let it begin with a case."""
        request: dict[str, Any] = {
            "model": case.choice.text,
            "image_shape": case.image_shape,
            "precision": case.precision,
            "mode": case.mode,
            "out": str(self._out),
        }
        self._failure = None
        try:
            if self._helper is None or not self._helper.is_alive:
                self.close()
                arguments = (self._framework, str(self._threads), self._place.device)
                interpreter = self._place.interpreters.get(self._framework)
                self._helper = Helper(self._place.probe, *arguments, log=self._log, interpreter=interpreter)
            self._helper.send(request)
        except HelperDiedError as error:
            self._failure = str(error)

    def findings(self) -> Findings | str:
        """What it found, or why it did not."""
        if self._failure is not None or self._helper is None:
            return self._failure or "it was never started"
        try:
            answer = self._helper.receive(time.monotonic() + PATIENCE_SECONDS)
        except HelperDiedError as error:
            return str(error)
        except HelperTimeoutError:
            return f"no answer within {PATIENCE_SECONDS:g} s"
        if not answer["ok"]:
            return str(answer["reason"])
        with np.load(self._out, allow_pickle=False) as arrays:
            found = dict(arrays)
        self._out.unlink()
        return found

    def close(self) -> None:
        """End the process."""
        if self._helper is not None:
            self._helper.kill()
            self._helper = None
