"""Speaks the protocol of a pair's probe: `python -m fake_probe FRAMEWORK THREADS DEVICE`.

`$FAKE_PROBE_TORCH` and `$FAKE_PROBE_TENSORFLOW` say what a half does with every case; otherwise both find the same.
`$FAKE_PROBE_ASKED`, where it is set, names the file that takes one line for each case asked for.
"""

import os
import signal
import sys
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


def answer(framework, request):
    if asked := os.environ.get("FAKE_PROBE_ASKED"):
        with Path(asked).open("a") as lines:
            lines.write(f"{framework} {request['model']} {request['precision']} {request['mode']}\n")
    match os.environ.get(f"FAKE_PROBE_{framework.upper()}", "ok"):
        case "ok":
            np.savez(request["out"], **findings(request))
        case "off":
            np.savez(request["out"], **findings(request, off=0.5))
        case "nan":
            np.savez(request["out"], **findings(request, off=np.nan))
        case "failed":
            return {"ok": False, "reason": "ValueError: no such layer"}
        case "sigkill":
            os.kill(os.getpid(), signal.SIGKILL)
    return {"ok": True}


if __name__ == "__main__":
    channel = Channel.on_standard_streams()
    for message in channel:
        channel.send(answer(sys.argv[1], message))
