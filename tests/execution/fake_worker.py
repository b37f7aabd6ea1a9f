"""Speaks a training worker's protocol and trains nothing: `python -m fake_worker FRAMEWORK THREADS`.

`$FAKE_WORKER_SEED1` says what becomes of seed 1, and so on; otherwise a trial ends well. `$FAKE_WORKER_ASKED` names the
file that takes one line for each trial asked for: its id and this process.
"""

import os
import signal
import sys
import time
from pathlib import Path

from bench.jsonlines import Channel


def measured(folder, status="ok", reason=None):
    """What a trial with one checkpoint answers, its files written."""
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints/32.npz").write_bytes(b"")
    point = {"steps": 32, "images": 2048, "seconds": 1.0, "n": 4, "grid": None, "samples": "checkpoints/32.npz"}
    point |= {"drawing_seconds": 0.25}
    found = {"status": status, "reason": reason, "steps": 32, "images_seen": 2048, "threads": 1, "curve": [point]}
    found |= {"train_seconds": 1.0, "first_step_seconds": 0.5, "cold_start": True, "peak_memory_bytes": 2**20}
    found |= {"parameters": 100, "image_shape": (28, 28, 1), "num_classes": 10}
    found |= {"images_per_second": 2000.0, "images_per_second_quartiles": (1900.0, 2100.0)}
    if status == "ok":
        (folder / "samples.npz").write_bytes(b"")
        found |= {"samples": "samples.npz", "sample_images_per_second": 20_000.0, "final_losses": {"loss": 0.5}}
    return found


def walked(request, folder):
    """The walks of a trial that was asked for experiments: there are none of a GAN."""
    if not request["experiments"]:
        return {}
    if request["model"] == "gan":
        return {"no_walks": "it is a GAN"}
    (folder / "walks.npz").write_bytes(b"")
    return {"walks": "walks.npz", "no_walks": None}


def serve(channel, request):
    folder = Path(request["folder"])
    with Path(os.environ["FAKE_WORKER_ASKED"]).open("a") as asked:
        asked.write(f"{request['id']} {os.getpid()}\n")
    (folder / "log.txt").write_text(f"the log of {request['id']}\n")
    channel.send({"event": "progress", "id": request["id"], "fraction": 0.5})
    match os.environ.get(f"FAKE_WORKER_SEED{request['seed']}", "ok"):
        case "ok":
            answer = {"event": "finished", "measured": measured(folder) | walked(request, folder)}
        case "untimed":  # too few steps for a rate, in a worker that has run another trial before
            unknown = ("images_per_second", "images_per_second_quartiles", "peak_memory_bytes")
            answer = {"event": "finished", "measured": measured(folder) | dict.fromkeys(unknown)}
        case "diverged":
            answer = {"event": "finished", "measured": measured(folder, "diverged", "loss is nan at step 3")}
        case "failed":
            answer = {"event": "failed", "reason": "no [room] left"}
        case "sigkill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            sys.exit(3)
        case "hang":
            time.sleep(600)
    channel.send({"id": request["id"], **answer})


if __name__ == "__main__":
    lines = Channel.on_standard_streams()
    for message in lines:
        serve(lines, message)
