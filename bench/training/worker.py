"""A training worker: `python -m bench.training.worker FRAMEWORK THREADS` trains until its input ends.

It answers each request (a `TrialRequest`, one JSON object a line) with any number of

    {"event": "progress", "id": ..., "fraction": 0.5}

and then one of

    {"event": "finished", "id": ..., "measured": {...}}
    {"event": "failed", "id": ..., "reason": "one line"}

What the framework prints goes to the trial's own log.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

from bench.errors import UserError, first_line
from bench.jsonlines import Channel
from bench.training.frameworks import prepare
from bench.training.trial import Send, TrialRequest, run_trial

LOG = "log.txt"


def main(framework: str, threads: int) -> None:
    """Serve requests on the standard streams."""
    channel = Channel.on_standard_streams()
    for served, request in enumerate(channel):
        channel.send(answer(request, framework, threads, channel.send, cold_start=served == 0))


def answer(message: dict[str, Any], framework: str, threads: int, send: Send, *, cold_start: bool) -> dict[str, Any]:
    """Run one trial; whatever goes wrong in it is its answer, and the traceback is in its log."""
    request = TrialRequest.model_validate(message)
    log_into(request.folder / LOG)
    try:
        prepare(framework, threads, request.device)
        return {"event": "finished", "id": request.id, "measured": run_trial(request, send, cold_start=cold_start)}
    except UserError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - a trial that fails is a result, not the end of the run
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    return {"event": "failed", "id": request.id, "reason": first_line(reason)}


def log_into(path: Path) -> None:
    """Send what this process prints from now on, from C++ as well as from Python, to the end of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    with path.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
