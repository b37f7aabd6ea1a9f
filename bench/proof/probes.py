"""The processes that carry out the cases of a proof: two at a time, and both at work as long as that is worth it."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections import defaultdict, deque
from collections.abc import Generator, Iterable
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from bench import machine
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.proof.cases import Case
from bench.proof.place import Place
from bench.proof.probe import Findings
from bench.results.record import Framework
from bench.study import FRAMEWORKS

PATIENCE_SECONDS = 600.0
"""How long one case may take: minutes on a slow machine are no failure, a hanging probe is one."""
WORTH_A_START = 4
"""How many cases of a half must be left for a second process of it: TensorFlow takes about 8 s to start, in which the
first process carries out some three cases."""

Left = dict[Framework, deque[tuple[int, Case]]]
"""The cases, numbered, that no process of each half has begun."""
Outcome = tuple[int, Framework, Path | str] | BaseException
"""Of which case, of which half: the file of what it found, or why it found nothing. Or what broke a slot."""


def carried_out(
    wanted: Iterable[Case], place: Place
) -> Generator[tuple[Case, dict[Framework, Findings], dict[Framework, str]]]:
    """Each case, in order, with what each half found, or why it did not.

    The halves do not wait for one another. When it is closed, no process and no thread of it is left.
    """
    cases = list(wanted)
    left: Left = {framework: deque(enumerate(cases)) for framework in FRAMEWORKS}
    outcomes: SimpleQueue[Outcome] = SimpleQueue()
    known: dict[int, dict[Framework, Path | str]] = defaultdict(dict)
    with tempfile.TemporaryDirectory(prefix="pairbench-proof-") as scratch, contextlib.ExitStack() as stack:
        for framework in FRAMEWORKS:
            slot = _Slot(framework, left, outcomes, Path(scratch), place)
            stack.callback(slot.close)
            slot.start()
        for number, case in enumerate(cases):
            while len(known[number]) < len(FRAMEWORKS):
                outcome = outcomes.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                of, framework, what = outcome
                known[of][framework] = what
            # Read only now: what the faster half found of all cases need not fit into memory.
            ends = known.pop(number)
            found = {framework: _read(ends[framework]) for framework in FRAMEWORKS}
            yield (
                case,
                {framework: each for framework, each in found.items() if not isinstance(each, str)},
                {framework: each for framework, each in found.items() if isinstance(each, str)},
            )


def _read(end: Path | str) -> Findings | str:
    if isinstance(end, str):
        return end
    with np.load(end, allow_pickle=False) as arrays:
        found = dict(arrays)
    end.unlink()
    return found


class _Slot:
    """Room for one process: of its own half, and once that has no case left, of the other one.

    A process is given one case at a time, so that two of the same half share what is left. One that died is started
    again for the next case.
    """

    def __init__(self, own: Framework, left: Left, outcomes: SimpleQueue[Outcome], scratch: Path, place: Place) -> None:
        self._own = own
        self._left = left
        self._outcomes = outcomes
        self._scratch = scratch
        self._place = place
        self._helper: Helper | None = None
        self._closed = False
        self._lock = threading.Lock()
        """Guards the two above: a slot that is being closed starts nothing more."""
        self._thread = threading.Thread(target=self._work, name=f"proof-{own}", daemon=True)

    def start(self) -> None:
        """Let it begin."""
        self._thread.start()

    def close(self) -> None:
        """End its process at once, and wait for its thread."""
        with self._lock:
            self._closed = True
        self._end()
        if self._thread.is_alive():  # an interrupt may come before it begins
            self._thread.join()

    def _work(self) -> None:
        try:
            self._serve(self._own)
            for other in FRAMEWORKS:
                if other != self._own and len(self._left[other]) >= WORTH_A_START:
                    self._serve(other)
        except BaseException as error:  # noqa: BLE001 - raised again where the outcomes are waited for
            self._outcomes.put(error)

    def _serve(self, framework: Framework) -> None:
        while (taken := self._take(framework)) is not None:
            number, case = taken
            self._outcomes.put((number, framework, self._carry_out(framework, number, case)))
        self._end()

    def _take(self, framework: Framework) -> tuple[int, Case] | None:
        try:
            return self._left[framework].popleft()
        except IndexError:
            return None

    def _carry_out(self, framework: Framework, number: int, case: Case) -> Path | str:
        out = self._scratch / f"{framework}-{number}.npz"
        request = {
            "model": case.choice.text,
            "image_shape": case.image_shape,
            "precision": case.precision,
            "mode": case.mode,
            "out": str(out),
        }
        try:
            helper = self._started(framework)
            helper.send(request)
            answer = helper.receive(time.monotonic() + PATIENCE_SECONDS)
        except HelperDiedError as error:
            self._end()
            return str(error)
        except HelperTimeoutError:
            self._end()
            return f"no answer within {PATIENCE_SECONDS:g} s"
        return out if answer["ok"] else str(answer["reason"])

    def _started(self, framework: Framework) -> Helper:
        """The process, started where there is none."""
        with self._lock:
            if self._closed:
                raise HelperDiedError("the proof was broken off")
            if self._helper is None:
                threads = max(1, machine.usable_cores() // len(FRAMEWORKS))
                self._helper = Helper(
                    self._place.probe,
                    *(framework, str(threads), self._place.device),
                    # A log of its own: two processes of one half must not pass for one another's last words.
                    log=self._scratch / f"{framework}-for-{self._own}.log",
                    interpreter=self._place.interpreters.get(framework),
                )
            return self._helper

    def _end(self) -> None:
        with self._lock:
            if self._helper is not None:
                self._helper.kill()
                self._helper = None
