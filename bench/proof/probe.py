"""One half of a pair carries out a case: `python -m bench.proof.probe FRAMEWORK THREADS DEVICE`.

Weights, batches, noise and dropout masks come from the harness, so that the other half computes the same experiment.
Reads requests and answers them, one JSON object a line:

    {"model": "gan", "image_shape": [28, 28, 1], "precision": "fp64", "mode": "compiled", "out": "FILE.npz"}
    {"ok": true} or {"ok": false, "reason": "one line"}
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import models
from bench.errors import first_line
from bench.jsonlines import Channel
from bench.proof.cases import Case
from bench.proof.sketch import sketch
from bench.training.contract import Array
from bench.training.frameworks import make_model, prepare
from bench.training.streams import Streams, initial_parameters, philox

PICTURES, CLASSES = 48, 10
BATCH, STEPS, LONG_CALL = 4, 50, 5
SAMPLES, DRAWS = 32, 2
"""Enough to tell any two models apart, and little enough for minutes on two cores."""

Findings = dict[str, Array]
"""`QUANTITY/NAME` -> what was found."""


def probe(case: Case, model: Any) -> Findings:
    """Everything that a half is compared by.

    Of one batch: losses, gradients, pictures from fixed noise; of autoencoders besides the posterior's moments, the
    bound's terms and reconstructions. In float64 also a training: the losses of 50 steps, the weights (as sketches)
    after each of them, a call of several steps, and pictures at its end.
    """
    config = case.choice.config
    images, labels = pictures(case)
    start = initial_parameters(model.parameters(), seed=0)
    model.load(start)
    model.stage(images, labels)
    streams = Streams(0, PICTURES, BATCH, config.noise, next(iter(start.values())).dtype)
    batches, noise = streams.batches(0, STEPS + LONG_CALL), drawn(case, streams)
    latent = streams.latent(SAMPLES, config.latent)

    found: Findings = {"samples/at the start": model.sample(latent, labels[:SAMPLES])}
    found |= named("losses", model.losses(batches[0], at(noise, 0)))
    found |= named("gradients", model.gradients(batches[0], at(noise, 0)))
    if case.choice.description.family == "autoencoder":
        some, their_labels = images[:SAMPLES], labels[:SAMPLES]
        moments = zip(("mean", "log_variance"), model.encode(some, their_labels), strict=True)
        draws = np.stack([np.roll(latent, shift, axis=0) for shift in range(DRAWS)])
        found |= named("posterior", dict(moments))
        found |= named("bound", model.bound(some, draws, their_labels))
        found["samples/reconstructions"] = model.reconstruct(some, their_labels)
    if case.trains:
        found |= training(model, batches, noise)
        found["samples/after training"] = model.sample(latent, labels[:SAMPLES])
    return found


def training(model: Any, batches: NDArray[np.int32], noise: dict[str, Array]) -> Findings:
    """Single steps with the weights after each, then a call of several, and that call once more from a stored state."""
    steps, histories = [], []
    for step in range(STEPS):
        histories.append(model.train(batches[step : step + 1], at(noise, slice(step, step + 1))))
        steps.append({name: sketch(name, weight) for name, weight in model.parameters().items()})
    found = named("trajectory", {name: np.concatenate([h[name] for h in histories]) for name in histories[0]})
    found |= named("weights", {name: np.stack([step[name] for step in steps]) for name in steps[0]})

    state = model.state()
    rest = slice(STEPS, STEPS + LONG_CALL)
    found |= named("long call", model.train(batches[rest], at(noise, rest)))
    ends = model.parameters()
    found |= named("long call", ends)
    model.restore(state)
    model.train(batches[rest], at(noise, rest))
    found |= named("resumed", {name: ends[name] - again for name, again in model.parameters().items()})
    return found


def pictures(case: Case) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures [N, H, W, C] of noise, in which no two values tie by chance, and labels [N]."""
    random = philox(0, "proof/pictures")
    images = random.integers(0, 256, (PICTURES, *case.image_shape), dtype=np.uint8)
    return images, random.integers(0, CLASSES, PICTURES)


def drawn(case: Case, streams: Streams) -> dict[str, Array]:
    """The noise of all steps, with the dropout masks that a framework would draw itself when it is not watched."""
    noise = streams.noise(0, STEPS + LONG_CALL)
    description = case.choice.description
    for name, mask in (description.masks(case.choice.config, case.image_shape) if description.masks else {}).items():
        draws = philox(0, f"proof/{name}").random((STEPS + LONG_CALL, BATCH, *mask.shape))
        noise[name] = (draws >= mask.rate).astype(np.float64)
    return noise


def at(noise: dict[str, Array], steps: int | slice) -> dict[str, Array]:
    """The noise of some steps."""
    return {name: values[steps] for name, values in noise.items()}


def named(quantity: str, values: dict[str, Any]) -> Findings:
    """Values under the name of their quantity."""
    return {f"{quantity}/{name}": np.asarray(value) for name, value in values.items()}


def answer(request: dict[str, Any], framework: str, device: str) -> dict[str, Any]:
    """Carry out one case and write what was found."""
    height, width, channels = request["image_shape"]
    choice = models.choose(request["model"])
    case = Case(choice, (height, width, channels), request["precision"], request["mode"])
    try:
        model = make_model(
            choice.description,
            framework,
            choice.config,
            case.image_shape,
            CLASSES,
            device=device,
            precision=case.precision,
            compiled=case.mode == "compiled",
        )
        np.savez(Path(request["out"]), **probe(case, model))  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 - a half that breaks is a failed proof, not the end of the others
        traceback.print_exc()
        return {"ok": False, "reason": first_line(f"{type(error).__name__}: {error}")}
    return {"ok": True}


def main(framework: str, threads: int, device: str) -> None:
    """Serve requests on the standard streams."""
    channel = Channel.on_standard_streams()
    prepare(framework, threads, device)
    for request in channel:
        channel.send(answer(request, framework, device))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
