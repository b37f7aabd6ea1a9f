"""Speaks the evaluator's protocol and scores nothing; `$FAKE_EVALUATOR` says how it behaves."""

import os
import sys

from bench.jsonlines import Channel

FIGURES = ("fd_interval", "kid", "precision", "recall", "density", "coverage", "copied", "label_accuracy", "ambiguous")


def head(n):
    return {"extractor": "mnist-00000000", "title": "FD-domain", "n": n, "reference": "test images"}


def quality():
    figures = {"fd": 12.5, "is": 3.0, "floor": 1.0, "ceiling": 900.0, "is_std": 0.1, "is_real": 9.0}
    return {**head(8), **figures, "absent": dict.fromkeys(FIGURES, "not measured")}


def point(fd, kid):
    figures = {"fd": fd, "kid": kid, "is": None, "evaluation_seconds": 0.125}
    return {**head(4), **figures, "absent": {name: "too few" for name, value in figures.items() if value is None}}


def latent(request):
    """What was seen of a latent space, as far as it was asked for."""
    few = "it takes 3 checkpoints"
    walks = {"extractor": "mnist-00000000", "route": "from one class to another by way of a third", "by_way_of": None}
    walks |= {"starts": [], "ends": [], "pairs": 64, "points": 16, "seed": 0, "probability": 0.5, "recognised": 60}
    walks |= {"share": 0.5, "cross_fade": 0.25, "third_classes": [], "cross_fade_classes": []}
    return {
        "walks": walks if request.get("walks") else None,
        "fixed_noise": few if request.get("fixed_noise") else None,
    }


def answer(request):
    match os.environ.get("FAKE_EVALUATOR", "ok"):
        case "dies":
            print("out of memory", file=sys.stderr)
            sys.exit(9)
        case "fails":
            return {"ok": False, "error": "samples are odd"}
        case "few":
            distances = None, 0.25
        case "nothing":
            distances = None, None
        case _:
            distances = 50.0, 0.25
    curve = [point(*distances) for _ in request["curve"]]
    found = {"ok": True, "quality_by_extractor": {"domain": quality()}, "curve": curve, "seconds": 0.5}
    return found | latent(request)


if __name__ == "__main__":
    lines = Channel.on_standard_streams()
    for message in lines:
        lines.send({"id": message["id"], **answer(message)})
