"""The harness's loop and a bare loop over the same compiled step, call by call in one process.

    python loops.py FRAMEWORK MODEL STEPS THREADS

Each line of input trains for STEPS steps; each line of output is a list, in JSON, of one entry a call of K steps:

    harness    seconds of the harness: streams, clock, call, checks, from the end of the call before
    clock      seconds that the training clock counted of it
    bare       seconds of the framework's steps one after the other, on tensors that are on the device already
    compiled   (PyTorch, where the line says so) as bare, with the losses through torch.compile

A call of the harness is followed by as many bare steps at once, because a machine's speed drifts within seconds.
"""

from __future__ import annotations

import functools
import json
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
    return lambda: [model._step(indices[k], {n: v[k] for n, v in noises.items()}) for k in range(len(indices))]


def bare_tensorflow(model: Any, batches: Any, noise: Any) -> Callable[[], Any]:
    """TensorFlow's own loop over the compiled step, one call, on tensors that are there already."""
    import tensorflow as tf

    indices, noises = tf.constant(batches), model._tensors(noise)
    run = functools.partial(model._run, model._train, model._images, model._labels, indices, noise=noises, free=2)
    return lambda: {n: v.numpy() for n, v in run().items()}


BARE = {"torch": bare_torch, "tensorflow": bare_tensorflow}


def timed(call: Callable[[], Any]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def through_torch_compile(model: Any) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Turns a bare loop into one whose losses go through torch.compile."""
    import torch

    eager = model._losses
    compiled = torch.compile(eager)

    def wrap(loop: Callable[[], Any]) -> Callable[[], Any]:
        def call() -> None:
            model._losses = compiled
            loop()
            model._losses = eager

        return call

    return wrap


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
    schedule = Schedule(steps, 0.0, checkpoints=5)
    size = schedule.steps_per_call
    bare = BARE[framework](model, streams.batches(0, size), streams.noise(0, size))
    compiled: Callable[[], Any] | None = None
    bare()  # trace, compile, warm up

    def compare() -> list[dict[str, float]]:
        calls: list[dict[str, float]] = []
        last = {"moment": time.perf_counter(), "clock": 0.0, "step": 0}

        def report(progress: Progress) -> None:
            seconds = time.perf_counter() - last["moment"]
            clock = progress.clock.train_seconds - last["clock"]
            if progress.step - last["step"] == size:
                calls.append({"harness": seconds, "clock": clock, "bare": timed(bare)})
                if compiled is not None:
                    calls[-1]["compiled"] = timed(compiled)
            last.update(moment=time.perf_counter(), clock=progress.clock.train_seconds, step=progress.step)

        train(model, streams, schedule, BATCH_SIZE, checkpoint=lambda _: None, report=report)
        return calls

    for line in sys.stdin:
        if line.strip() == "compiled" and compiled is None:
            compiled = through_torch_compile(model)(bare)
            compiled()
        print(json.dumps(compare()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
