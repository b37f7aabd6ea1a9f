"""Speaks a drawing process's protocol and draws its input: `python -m fake_drawer FRAMEWORK THREADS`.

Every picture has the level 100 plus ten times the first number of its latent vector and, where it has a class, that
class in its upper left corner. `$FAKE_DRAWER` says how it behaves; `$FAKE_DRAWER_ASKED` names the file that takes one
line for each request, with the framework.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from bench.jsonlines import Channel


def answer(request):
    match os.environ.get("FAKE_DRAWER", "ok"):
        case "dies":
            print("out of memory", file=sys.stderr)
            sys.exit(9)
        case "fails":
            return {"ok": False, "error": "weights do not fit: missing generator/dense/kernel"}
        case "hangs":
            time.sleep(600)
    noise = np.load(request["noise"], allow_pickle=False)
    pictures = np.broadcast_to(
        (100 + 10 * noise[:, :1, None, None]).clip(0, 255), (len(noise), *request["image_shape"])
    )
    pictures = pictures.astype(np.uint8)
    if request["labels"] is not None:
        pictures[:, 0, 0, :] = np.array(request["labels"])[:, None]
    np.save(request["out"], pictures)
    return {"ok": True, "images": len(pictures)}


if __name__ == "__main__":
    lines = Channel.on_standard_streams()
    for message in lines:
        with Path(os.environ["FAKE_DRAWER_ASKED"]).open("a") as asked:
            asked.write(json.dumps({"framework": sys.argv[1], **message}) + "\n")
        lines.send({"id": message["id"], **answer(message)})
