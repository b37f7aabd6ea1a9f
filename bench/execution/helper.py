"""A helper process and the harness's end of the conversation with it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import bench
from bench import allocator

GRACE_SECONDS = 5.0
"""How long a helper may take to leave after its input has ended."""


def environment(interpreter: str | None = None) -> dict[str, str]:
    """That of a helper: our own, with `bench.allocator`'s settings.

    Another interpreter finds this checkout of the suite in it, if it is a checkout.
    """
    environment = {**os.environ, **allocator.settings(), "PYTHONUNBUFFERED": "1"}
    root = Path(bench.__file__).parents[1]
    if interpreter is not None and (root / "pyproject.toml").is_file():
        paths = [str(root), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment


class HelperDiedError(Exception):
    """The helper ended, or could not be started; the text says how."""


class HelperTimeoutError(Exception):
    """The helper did not answer in time; it has been killed."""


class Helper:
    """A child process that answers JSON lines.

    It has a process group of its own: Ctrl-C in the terminal reaches the harness alone, which then ends the group, so
    that nothing a helper started is left behind. `log` takes what it prints. A helper that goes on to print elsewhere
    is told apart by setting `log` to that file, so that its last words are looked for where they are.
    """

    def __init__(self, module: str, *arguments: str, log: Path, interpreter: str | None = None) -> None:
        self._module = module
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [interpreter or sys.executable, "-m", module, *arguments]
        try:
            with log.open("ab") as errors:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    start_new_session=True,
                    env=environment(interpreter),
                )
        except OSError as error:
            raise HelperDiedError(f"cannot start {command[0]}: {error.strerror}") from None
        self._requests = cast(IO[bytes], self._process.stdin)
        self._output = cast(IO[bytes], self._process.stdout)
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for line in self._output:
            with contextlib.suppress(ValueError):  # half a line of a process that was killed
                self._answers.put(json.loads(line))
        self._answers.put(None)

    def send(self, request: dict[str, Any]) -> None:
        """Send one request; raises `HelperDiedError` when nobody is there to read it."""
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
        except (OSError, ValueError):  # a pipe that is broken, or closed by who killed it
            raise HelperDiedError(self._how_it_ended()) from None

    def receive(self, deadline: float) -> dict[str, Any]:
        """The next answer.

        `deadline` is a moment of `time.monotonic`. Raises `HelperTimeoutError`, having killed the helper, or
        `HelperDiedError`.
        """
        try:
            answer = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self.kill()
            raise HelperTimeoutError from None
        if answer is None:
            raise HelperDiedError(self._how_it_ended())
        return answer

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process number, which is also that of its group."""
        return self._process.pid

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            how = "closed its output, lived on and was killed"
        else:
            how = f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with exit status {code}"
        return f"the process {how}; the end of its log: {self._last_words()}"

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "(empty)")

    def close(self) -> None:
        """End the conversation and wait; a helper that does not leave is killed."""
        with contextlib.suppress(OSError):
            self._requests.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=GRACE_SECONDS)
        self.kill()  # also what the helper started and left behind

    def kill(self) -> None:
        """End the helper and everything that it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._release()

    def _release(self) -> None:
        """Close the pipes of a process that has ended."""
        self._listener.join(GRACE_SECONDS)
        with contextlib.suppress(OSError):  # what could not be delivered is flushed once more by close
            self._requests.close()
        if not self._listener.is_alive():  # closing would wait for a reader that waits for a stray grandchild
            self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.kill()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return f"signal {number}"
