"""Speaks the protocol of a pair's probe: `python -m fake_probe FRAMEWORK THREADS DEVICE`.

`$FAKE_PROBE_TORCH` and `$FAKE_PROBE_TENSORFLOW` say what a half does with every case, or with those of a mode or a
model (`failed in eager, sigkill in gan`); otherwise both find the same. `$FAKE_PROBE_ASKED`, where it is set, names the
file that takes one line for each case asked for, with the process that was asked; `after 5` answers once it has that
many lines.
"""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from bench.jsonlines import Channel
from bench.models import choose
from bench.proof.cases import Case


def findings(request, off=0.0):
    height, width, channels = request["image_shape"]
    choice = choose(request["model"])
    case = Case(choice, (height, width, channels), request["precision"], request["mode"])
    found = {f"{quantity}/a": np.full((2, 3), 1.0 + off) for quantity in case.quantities - {"samples", "levels"}}
    if "resumed" in case.quantities:
        found["resumed/a"] = np.zeros(3)
    if "own dropout" in case.quantities:
        found["own dropout/a"] = np.array([[0.0, 1.25, 1.25], [1.25, 0.0, 1.25]])
    return found | {"samples/at the start": np.full((2, 8, 8, 1), 7, np.uint8)}


def comes(lines):
    """Whether so many cases are asked for before long."""
    for _ in range(6000):
        if len(Path(os.environ["FAKE_PROBE_ASKED"]).read_text().splitlines()) >= lines:
            return True
        time.sleep(0.01)
    return False


def behaviour(framework, request):
    for each in os.environ.get(f"FAKE_PROBE_{framework.upper()}", "ok").split(", "):
        what, _, where = each.partition(" in ")
        if where in ("", request["mode"], request["model"]):
            return what.split()
    return ["ok"]


def answer(framework, request):
    if asked := os.environ.get("FAKE_PROBE_ASKED"):
        with Path(asked).open("a") as lines:
            lines.write(f"{framework} {request['model']} {request['precision']} {request['mode']} {os.getpid()}\n")
    match behaviour(framework, request):
        case ["ok"]:
            np.savez(request["out"], **findings(request))
        case ["off"]:
            np.savez(request["out"], **findings(request, off=0.5))
        case ["nan"]:
            np.savez(request["out"], **findings(request, off=np.nan))
        case ["failed"]:
            return {"ok": False, "reason": "ValueError: no such layer"}
        case ["sigkill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["hang"]:
            signal.pause()
        case ["after", lines]:
            if not comes(int(lines)):
                return {"ok": False, "reason": f"{lines} cases were never asked for"}
            np.savez(request["out"], **findings(request))
    return {"ok": True}


if __name__ == "__main__":
    channel = Channel.on_standard_streams()
    for message in channel:
        channel.send(answer(sys.argv[1], message))
