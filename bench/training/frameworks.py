"""The one place where a framework is imported: a process becomes a TensorFlow or a PyTorch process, for good."""

from __future__ import annotations

import importlib
import os
from typing import Any

from bench.models.description import Description
from bench.training.contract import Model

# One process cannot hold both: TensorFlow's and PyTorch's LLVM abort the interpreter when they meet.
_TAKEN: dict[str, int] = {}


def prepare(framework: str, threads: int) -> None:
    """Import a framework and set its threads, before anything of it is used.

    `threads` work within one operation; operations follow one another, in both frameworks. Raises RuntimeError when
    this process belongs to the other framework already.
    """
    if {framework: threads} == _TAKEN:
        return
    if _TAKEN:
        raise RuntimeError(f"this process already runs {_TAKEN}; start another for {framework}")
    _TAKEN[framework] = threads
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if framework == "torch":
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
    else:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        for gpu in tf.config.list_physical_devices("GPU"):
            # Take memory as it is needed, as PyTorch does, so that peak memory means the same.
            tf.config.experimental.set_memory_growth(gpu, True)


def make_model(
    description: Description,
    framework: str,
    config: Any,
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    device: str,
    precision: str,
    compiled: bool,
) -> Model:
    """One half of a pair, with the weights that its framework gave it; `load` the canonical ones next."""
    half = importlib.import_module(description.half(framework))
    model: Model = half.Model(config, image_shape, num_classes, device=device, precision=precision, compiled=compiled)
    return model
