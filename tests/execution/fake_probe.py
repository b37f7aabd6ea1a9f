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


def findings(off=0.0):
    found = {f"{quantity}/a": np.full(3, 1.0 + off) for quantity in ("losses", "gradients", "trajectory")}
    found |= {"weights/a": np.ones((2, 3)), "resumed/a": np.zeros(3)}
    return found | {"samples/at the start": np.full((2, 8, 8, 1), 7, np.uint8)}


def answer(framework, request):
    if asked := os.environ.get("FAKE_PROBE_ASKED"):
        with Path(asked).open("a") as lines:
            lines.write(f"{framework} {request['model']} {request['precision']} {request['mode']}\n")
    match os.environ.get(f"FAKE_PROBE_{framework.upper()}", "ok"):
        case "ok":
            np.savez(request["out"], **findings())
        case "off":
            np.savez(request["out"], **findings(off=0.5))
        case "nan":
            np.savez(request["out"], **findings(off=np.nan))
        case "failed":
            return {"ok": False, "reason": "ValueError: no such layer"}
        case "sigkill":
            os.kill(os.getpid(), signal.SIGKILL)
    return {"ok": True}


if __name__ == "__main__":
    channel = Channel.on_standard_streams()
    for message in channel:
        channel.send(answer(sys.argv[1], message))
