"""Training and drawing on large pictures, in one process whose allocator is set from outside.

    python drawing.py FRAMEWORK SIDE STEPS THREADS

For each line of input `cvae` trains for STEPS steps on pictures of SIDE x SIDE x 3 and draws 500; the line of output
has the seconds of both, in JSON.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from bench import models
from bench.training.frameworks import make_model, prepare
from bench.training.streams import Streams, initial_parameters

BATCH_SIZE, IMAGES = 64, 500


def main(framework: str, side: int, steps: int, threads: int) -> None:
    """Answer each line of standard input until it ends."""
    prepare(framework, threads, "cpu")
    choice, shape = models.choose("cvae"), (side, side, 3)
    model = make_model(
        choice.description, framework, choice.config, shape, 1, device="cpu", precision="fp32", compiled=True
    )
    model.load(initial_parameters(model.parameters(), seed=0))
    model.stage(np.random.default_rng(0).integers(0, 256, (IMAGES, *shape), np.uint8), np.zeros(IMAGES, np.int64))
    streams = Streams(0, IMAGES, BATCH_SIZE, choice.config.noise, np.float32)
    batches, noise = streams.batches(0, steps), streams.noise(0, steps)
    latent = streams.latent(IMAGES, choice.config.latent)

    def seconds() -> dict[str, float]:
        start = time.perf_counter()
        model.train(batches, noise)
        trained = time.perf_counter()
        model.sample(latent)
        return {"train": trained - start, "draw": time.perf_counter() - trained}

    seconds()  # trace, compile, warm up
    for _ in sys.stdin:
        print(json.dumps(seconds()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
