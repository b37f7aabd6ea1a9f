"""The one place where a framework is imported: a process becomes a TensorFlow or a PyTorch process, for good."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any

from bench.errors import UserError
from bench.models.description import Description
from bench.training.contract import Model

# One process cannot hold both: TensorFlow's and PyTorch's LLVM abort the interpreter when they meet.
_TAKEN: list[str | int] = []


def prepare(framework: str, threads: int, device: str, *, deterministic: bool = False) -> None:
    """Import a framework and set its threads and device, before anything of it is used.

    `threads` work within one operation; operations follow one another, in both frameworks. Both flush denormal numbers
    to zero. `deterministic` gives up the fastest GPU algorithms for such as repeat bit for bit, which a proof needs and
    a training does without.

    Raises `UserError` when a GPU is asked for that the framework does not see, RuntimeError when this process belongs
    to the other framework already.
    """
    wanted: list[str | int] = [framework, threads, device, deterministic]
    if wanted == _TAKEN:
        return
    if _TAKEN:
        raise RuntimeError(f"this process already runs {_TAKEN}; start another for {framework}")
    _TAKEN.extend(wanted)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    SETUPS[framework](threads, device, deterministic)


def _prepare_torch(threads: int, device: str, deterministic: bool) -> None:
    import torch

    # TensorFlow flushes denormals by itself (a test holds both to it), and arithmetic on them can be slower. The mode
    # is a thread's own and is inherited: set after the first parallel operation it would reach the main thread alone.
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    if device == "cuda":
        if not torch.cuda.is_available():
            raise UserError("PyTorch sees no GPU: install a build with CUDA, or use --device cpu")
        # TensorFlow tries convolution algorithms out as well.
        torch.backends.cudnn.benchmark = not deterministic
        torch.use_deterministic_algorithms(deterministic, warn_only=True)


def _prepare_tensorflow(threads: int, device: str, deterministic: bool) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cpu":
        # Otherwise it puts on a GPU whatever is not pinned elsewhere.
        tf.config.set_visible_devices([], "GPU")
    elif not gpus:
        raise UserError("TensorFlow sees no GPU: install tensorflow[and-cuda], or use --device cpu")
    else:
        for gpu in gpus:
            # Take memory as it is needed, as PyTorch does, so that peak memory means the same.
            tf.config.experimental.set_memory_growth(gpu, True)
        if deterministic:
            tf.config.experimental.enable_op_determinism()


SETUPS: dict[str, Callable[[int, str, bool], None]] = {"torch": _prepare_torch, "tensorflow": _prepare_tensorflow}


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
    seed: int = 0,
) -> Model:
    """One half of a pair, with the weights that its framework gave it; `load` the canonical ones next.

    `seed` is for what the framework draws itself, which is dropout alone.
    """
    half = importlib.import_module(description.half(framework))
    model: Model = half.Model(
        config, image_shape, num_classes, device=device, precision=precision, compiled=compiled, seed=seed
    )
    return model
