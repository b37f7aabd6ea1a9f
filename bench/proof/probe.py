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
from bench.proof.cases import EXACT, Case
from bench.proof.sketch import sketch
from bench.training.contract import Array
from bench.training.frameworks import make_model, prepare
from bench.training.streams import Streams, initial_parameters, philox

PICTURES = 48
BATCH, STEPS, LONG_CALL = 2, 50, 5
SAMPLES, DRAWS, CHUNK = 32, 2, 20
"""Enough to tell any two models apart, and little enough for minutes on two cores; more pictures than fit a chunk."""
OWN_DRAWS = 20_000
"""Features that each dropout layer is given twice, to drop by its own draw."""
STRETCHED_GRADIENTS, STRETCHED_LOSSES = 4.0, (4096.0, 1024.0, 256.0, 64.0, 16.0, 4.0)
"""Factors on the kernels of last layers that make outputs extreme: a loss that clips, or takes the logarithm of a
probability, is exact near zero alone. Of the losses' the largest counts that leaves them below `EXTREME`; gradients
stand less, because they saturate."""
EXTREME = 1e9

Findings = dict[str, Array]
"""`QUANTITY/NAME` -> what was found."""


def probe(case: Case, model: Any) -> Findings:
    """Everything that a half is compared by.

    Of one batch: losses, gradients, pictures from fixed noise; of autoencoders besides the posterior's moments, the
    bound's terms and reconstructions; of models with dropout what its layers drop by themselves. In float64 also losses
    and gradients of extreme outputs, and a training: see `training`.
    """
    config = case.choice.config
    images, labels = pictures(case)
    start = initial_parameters(model.parameters(), seed=0)
    model.load(start)
    model.stage(images, labels)
    model.chunk = CHUNK
    streams = Streams(0, PICTURES, BATCH, config.noise, next(iter(start.values())).dtype)
    batches, noise = streams.batches(0, STEPS + LONG_CALL), streams.noise(0, STEPS + LONG_CALL)
    masked = {**noise, **masks(case)}
    latent = streams.latent(SAMPLES, config.latent)

    found: Findings = {"samples/at the start": model.sample(latent, labels[:SAMPLES])}
    found |= named("losses", model.losses(batches[0], at(masked, 0)))
    found |= named("gradients", model.gradients(batches[0], at(masked, 0)))
    dropped = [model.own_dropout(OWN_DRAWS) for _ in range(2)]
    found |= named("own dropout", {name: np.stack([draw[name] for draw in dropped]) for name in dropped[0]})
    if case.choice.description.family == "autoencoder":
        found |= encoded(model, images[:SAMPLES], labels[:SAMPLES], latent)
        found["samples/reconstructions"] = model.reconstruct(images[:SAMPLES], labels[:SAMPLES])
    if case.precision == EXACT:
        found |= stretched(model, start, batches[0], at(masked, 0))
        model.load(start)
    if case.trains:
        found |= training(model, batches, noise, masked)
        found["samples/after training"] = model.sample(latent, labels[:SAMPLES])
        if case.choice.description.family == "autoencoder":
            after = encoded(model, images[:SAMPLES], labels[:SAMPLES], latent)
            found |= {f"trajectory/{name} after training": value for name, value in after.items()}
    return found


def encoded(model: Any, images: NDArray[np.uint8], labels: NDArray[np.int64], latent: Array) -> Findings:
    """The posterior's moments of some pictures, and the terms of their bound."""
    moments = zip(("mean", "log_variance"), model.encode(images, labels), strict=True)
    draws = np.stack([np.roll(latent, shift, axis=0) for shift in range(DRAWS)])
    return named("posterior", dict(moments)) | named("bound", model.bound(images, draws, labels))


def stretched(model: Any, start: dict[str, Array], batch: NDArray[np.int32], noise: dict[str, Array]) -> Findings:
    """Losses and gradients of one batch where the last layers' weights are many times what a training begins with."""
    for factor in STRETCHED_LOSSES:
        model.load(with_last_layers(start, factor))
        losses = model.losses(batch, noise)
        if all(abs(loss) < EXTREME for loss in losses.values()):
            break
    model.load(with_last_layers(start, STRETCHED_GRADIENTS))
    gradients = model.gradients(batch, noise)
    return {
        **{f"losses/{name} of extreme outputs": np.asarray(value) for name, value in losses.items()},
        **{f"gradients/{name} of extreme outputs": value for name, value in gradients.items()},
    }


def with_last_layers(parameters: dict[str, Array], factor: float) -> dict[str, Array]:
    """Weights in which the last kernel of each network is `factor` times as large."""
    last = {name.partition("/")[0]: name for name in parameters if name.endswith("/kernel")}
    return {name: factor * value if name in last.values() else value for name, value in parameters.items()}


def training(model: Any, batches: NDArray[np.int32], noise: dict[str, Array], masked: dict[str, Array]) -> Findings:
    """Single steps with the weights after each, then calls of several: straight on, and twice from a stored state.

    Before all that, some steps are taken and undone: a state from before the first step is a state as well. The call
    that must repeat draws its own dropout, whose random numbers are part of the state; the last one is compared.
    """
    rest = slice(STEPS, STEPS + LONG_CALL)
    state = model.state()
    model.train(batches[rest], at(masked, rest))
    model.restore(state)

    steps, histories = [], []
    for step in range(STEPS):
        histories.append(model.train(batches[step : step + 1], at(masked, slice(step, step + 1))))
        steps.append({name: sketch(name, weight) for name, weight in model.parameters().items()})
    found = named("trajectory", {name: np.concatenate([h[name] for h in histories]) for name in histories[0]})
    found |= named("weights", {name: np.stack([step[name] for step in steps]) for name in steps[0]})

    state = model.state()
    model.train(batches[rest], at(noise, rest))
    straight = model.parameters()
    model.restore(state)
    model.train(batches[rest], at(noise, rest))
    found |= named("resumed", {name: straight[name] - again for name, again in model.parameters().items()})
    model.restore(state)
    found |= named("long call", model.train(batches[rest], at(masked, rest)))
    found |= named("long call", model.parameters())
    return found


def pictures(case: Case) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures [N, H, W, C] and labels [N].

    Noise, in which no two values tie by chance, and black areas, in which activations are exactly zero at first.
    """
    random = philox(0, "proof/pictures")
    images = random.integers(0, 256, (PICTURES, *case.image_shape), dtype=np.uint8)
    images[::2, : case.image_shape[0] // 2] = 0
    images[::8] = 0
    return images, random.integers(0, case.num_classes, PICTURES)


def masks(case: Case) -> dict[str, Array]:
    """The dropout masks of all steps, which a framework draws itself when it is not being proved."""
    description = case.choice.description
    given = description.masks(case.choice.config, case.image_shape) if description.masks else {}
    draws = {
        name: philox(0, f"proof/{name}").random((STEPS + LONG_CALL, BATCH, *mask.shape)) >= mask.rate
        for name, mask in given.items()
    }
    return {name: kept.astype(np.float64) for name, kept in draws.items()}


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
            case.num_classes,
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
    prepare(framework, threads, device, deterministic=True)
    for request in channel:
        channel.send(answer(request, framework, device))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
