"""Speaks the trainer's protocol and trains nothing; `$FAKE_TRAINER` says how it behaves."""

import os
import sys
from pathlib import Path

from bench import datasets
from bench.jsonlines import Channel
from bench.quality.cards import card_of_domain


def card(request):
    """The monsters' card, as if it were of these images; the seed tells its weights apart."""
    images = datasets.load(request["dataset"])
    changes = {
        "name": f"{images.domain or 'own'}-{request['seed']}",
        "domain": images.domain or "own",
        "dataset": images.name,
        "fingerprint": None if images.domain else images.fingerprint,
        "image_shape": images.image_shape,
        "recipe": {"epochs": request["epochs"] or 5, "seed": request["seed"], "threads": request["threads"]},
    }
    return card_of_domain("monsters").model_copy(update=changes)


def serve(lines, request):
    match os.environ.get("FAKE_TRAINER", "ok"):
        case "dies":
            print("out of memory", file=sys.stderr)
            sys.exit(9)
        case "fails":
            lines.send({"event": "failed", "reason": "images are odd"})
            return
    lines.send({"event": "progress", "text": "training on some images", "fraction": 0.0})
    lines.send({"event": "progress", "text": "epoch 1 of 1: mean loss 0.1", "fraction": 0.5})
    made = card(request)
    out = Path(request["out"])
    (out / f"{made.name}.safetensors").write_bytes(b"weights")
    (out / f"{made.name}.json").write_text(made.model_dump_json(by_alias=True))
    lines.send({"event": "finished", "card": made.model_dump(mode="json", by_alias=True)})


if __name__ == "__main__":
    channel = Channel.on_standard_streams()
    for message in channel:
        serve(channel, message)
