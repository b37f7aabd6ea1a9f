"""Two loops over one model in one process, to be timed against each other.

    python loops.py FRAMEWORK MODEL STEPS THREADS

Each line of input names a loop, each line of output is the seconds that it took over STEPS steps:

    bare       the framework's steps one after the other, on tensors that are on the device already
    harness    the harness's loop: streams, clock, calls of K steps, checks, checkpoints (that draw nothing)
    clock      as `harness`, but what the training clock says
    compiled   as `bare`, with the losses through torch.compile (PyTorch alone; the first time takes half a minute more)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench import datasets, models
from bench.training.frameworks import make_model, prepare
from bench.training.loop import Progress, train
from bench.training.schedule import Schedule
from bench.training.streams import Streams, initial_parameters

BATCH_SIZE = 64


def bare_torch(model: Any, batches: Any, noise: Any) -> Callable[[], Any]:
    """PyTorch's steps one after the other, on tensors that are there already."""
    indices, noises = model._tensors(batches, noise)
    return lambda: [
        model._step(indices[k], {n: values[k] for n, values in noises.items()}) for k in range(len(indices))
    ]


def bare_tensorflow(model: Any, batches: Any, noise: Any) -> Callable[[], Any]:
    """TensorFlow's own loop over the compiled step, one call, on tensors that are there already."""
    import tensorflow as tf

    indices, noises = tf.constant(batches), model._tensors(noise)
    return lambda: {n: v.numpy() for n, v in model._run["train"](model._images, model._labels, indices, noises).items()}


BARE = {"torch": bare_torch, "tensorflow": bare_tensorflow}


def main(framework: str, written: str, steps: int, threads: int) -> None:
    prepare(framework, threads, "cpu")
    choice = models.choose(written)
    images = datasets.load("fashion-mnist-mini")
    model = make_model(
        choice.description,
        framework,
        choice.config,
        images.image_shape,
        images.num_classes,
        device="cpu",
        precision="fp32",
        compiled=True,
    )
    model.load(initial_parameters(model.parameters(), seed=0))
    model.stage(images.train_images, images.train_labels)
    streams = Streams(0, len(images.train_images), BATCH_SIZE, choice.config.noise, np.float32)
    start = model.state()
    batches, noise = streams.batches(0, steps), streams.noise(0, steps)
    schedule = Schedule(steps, 0.0, checkpoints=5)
    model.train(batches[:5], {name: values[:5] for name, values in noise.items()})  # trace, compile, warm up

    bare_loop = BARE[framework](model, batches, noise)

    def bare() -> float:
        begin = time.perf_counter()
        bare_loop()
        return time.perf_counter() - begin

    def harness() -> float:
        begin = time.perf_counter()
        train(model, streams, schedule, BATCH_SIZE, checkpoint=lambda _: None, report=lambda _: None)
        return time.perf_counter() - begin

    def clock() -> float:
        progress = Progress()
        train(model, streams, schedule, BATCH_SIZE, lambda _: None, lambda _: None, progress)
        return progress.clock.train_seconds + (progress.clock.first_step_seconds or 0.0)

    def compiled() -> float:
        import torch

        eager = model._losses
        model._losses = compiled_losses[0] = compiled_losses[0] or torch.compile(eager)
        try:
            return bare()
        finally:
            model._losses = eager

    compiled_losses: list[Any] = [None]
    loops = {"bare": bare, "harness": harness, "clock": clock, "compiled": compiled}
    for line in sys.stdin:
        model.restore(start)  # the same numbers every time: some take longer to multiply than others
        print(loops[line.strip()](), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
