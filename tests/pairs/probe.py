"""Everything that a pair is compared by, computed by one half in a process of its own.

    python probe.py FRAMEWORK OUT.npz CASE [CASE ...]        with CASE = model|HxWxC|precision|mode

Each case gives arrays named CASE/QUANTITY/NAME. Weights, batches and noise come from the harness, so that the other
half computes the same experiment.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from bench import models
from bench.training.frameworks import make_model, prepare
from bench.training.streams import Streams, initial_parameters

PICTURES, BATCH, STEPS, SAMPLES = 96, 8, 50, 64


def probe(framework: str, case: str) -> dict[str, Any]:
    """All quantities of one case, as QUANTITY/NAME -> array."""
    written, shape, precision, mode = case.split("|")
    height, width, channels = map(int, shape.split("x"))
    choice = models.choose(written)
    model = make_model(
        choice.description,
        framework,
        choice.config,
        (height, width, channels),
        10,
        device="cpu",
        precision=precision,
        compiled=mode == "compiled",
    )
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (PICTURES, height, width, channels)).astype(np.uint8)
    labels = rng.integers(0, 10, PICTURES) if channels == 1 else None
    start = initial_parameters(model.parameters(), seed=0)
    model.load(start)
    model.stage(images, labels)
    streams = Streams(0, PICTURES, BATCH, choice.config.noise, next(iter(start.values())).dtype)
    latent = streams.latent(SAMPLES, choice.config.latent)
    batch = streams.batches(0, 1)[0]
    noise = {name: values[0] for name, values in streams.noise(0, 1).items()}

    found: dict[str, Any] = {"first samples/pictures": model.sample(latent)}
    found |= named("losses", model.losses(batch, noise))
    found |= named("gradients", model.gradients(batch, noise))
    if hasattr(model, "bound"):
        mean, log_variance = model.encode(images[:SAMPLES])
        found |= named("posterior", {"mean": mean, "log_variance": log_variance})
        found |= named("bound", model.bound(images[:SAMPLES], np.stack([latent, latent[::-1]])))
        found |= {"reconstructions/pictures": model.reconstruct(images[:SAMPLES])}
    found |= named("trajectory", model.train(streams.batches(0, STEPS), streams.noise(0, STEPS)))
    found |= named("weights", model.parameters())
    found |= {"samples/pictures": model.sample(latent)}
    found |= named("resumed", resumed(model, streams))
    return found


def resumed(model: Any, streams: Streams) -> dict[str, Any]:
    """Distance, after five more steps, between going straight on and going on from a stored state."""
    state = model.state()
    ends = []
    for _ in range(2):
        model.restore(state)
        model.train(streams.batches(STEPS, 5), streams.noise(STEPS, 5))
        ends.append(model.parameters())
    moved = max(float(np.abs(ends[0][name] - state[name]).max()) for name in ends[0])
    apart = max(float(np.abs(ends[0][name] - ends[1][name]).max()) for name in ends[0])
    return {"moved": moved, "apart": apart}


def named(quantity: str, values: dict[str, Any]) -> dict[str, Any]:
    """Values under the name of their quantity."""
    return {f"{quantity}/{name}": value for name, value in values.items()}


if __name__ == "__main__":
    framework, out, *cases = sys.argv[1:]
    prepare(framework, threads=1, device="cpu")
    arrays = {f"{case}/{name}": value for case in cases for name, value in probe(framework, case).items()}
    np.savez(out, **arrays)
