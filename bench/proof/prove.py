"""Proving pairs: both halves carry out every case, each in a process of its own, and what they found is compared."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path

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
    cases = list(wanted)
    with tempfile.TemporaryDirectory(prefix="pairbench-proof-") as scratch, contextlib.ExitStack() as stack:
        probes = {framework: _Probe(framework, cases, Path(scratch), threads, place) for framework in FRAMEWORKS}
        for probe in probes.values():
            stack.callback(probe.close)
            probe.start()
        for case in cases:
            outcomes = {framework: probe.findings() for framework, probe in probes.items()}
            failures = {framework: found for framework, found in outcomes.items() if isinstance(found, str)}
            found = {framework: found for framework, found in outcomes.items() if not isinstance(found, str)}
            yield case, found, failures


class _Probe:
    """The process of one half, which carries out one case after the other; started again when it died.

    It does not wait for the other half, which takes longer over other models: both are at work all the time.
    """

    def __init__(self, framework: Framework, cases: list[Case], scratch: Path, threads: int, place: Place) -> None:
        self._framework = framework
        self._left = cases.copy()
        self._scratch = scratch
        self._log = scratch / f"{framework}.log"
        self._threads = threads
        self._place = place
        self._helper: Helper | None = None
        self._failure: str | None = None

    def start(self) -> None:
        """Let it begin with the cases that are left."""
        self.close()
        self._failure = None
        arguments = (self._framework, str(self._threads), self._place.device)
        interpreter = self._place.interpreters.get(self._framework)
        try:
            self._helper = Helper(self._place.probe, *arguments, log=self._log, interpreter=interpreter)
            for place, case in enumerate(self._left):
                self._helper.send(
                    {
                        "model": case.choice.text,
                        "image_shape": case.image_shape,
                        "precision": case.precision,
                        "mode": case.mode,
                        "out": str(self._out(len(self._left) - place)),
                    }
                )
        except HelperDiedError as error:
            self._failure = str(error)

    def _out(self, left: int) -> Path:
        """The file of a case, numbered by how many were left when it began."""
        return self._scratch / f"{self._framework}-{left}.npz"

    def findings(self) -> Findings | str:
        """What it found in its next case, or why it did not."""
        outcome = self._next()
        self._left.pop(0)
        if self._helper is None and self._left:
            self.start()
        return outcome

    def _next(self) -> Findings | str:
        if self._helper is None or self._failure is not None:
            self.close()
            return self._failure or "it was never started"
        try:
            answer = self._helper.receive(time.monotonic() + PATIENCE_SECONDS)
        except HelperDiedError as error:
            self.close()
            return str(error)
        except HelperTimeoutError:
            self.close()
            return f"no answer within {PATIENCE_SECONDS:g} s"
        if not answer["ok"]:
            return str(answer["reason"])
        out = self._out(len(self._left))
        with np.load(out, allow_pickle=False) as arrays:
            found = dict(arrays)
        out.unlink()
        return found

    def close(self) -> None:
        """End the process."""
        if self._helper is not None:
            self._helper.kill()
            self._helper = None
