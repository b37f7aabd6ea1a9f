"""A drawing process: `python -m bench.sampling.worker FRAMEWORK THREADS` draws from weights until its input ends.

It answers each request (a `DrawingRequest`, one JSON object a line) with one of

    {"id": ..., "ok": true, "images": 64}
    {"id": ..., "ok": false, "error": "one line"}

Weights have canonical names and layouts, so those that one framework trained are drawn from by the other just as well.
Arrays travel in files, without pickle. It draws on the CPU, which every machine has.
"""

from __future__ import annotations

import io
import sys
import traceback
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file

from bench import models
from bench.errors import UserError, first_line
from bench.jsonlines import Channel
from bench.paths import write_atomically
from bench.training.contract import Array, Model
from bench.training.frameworks import make_model, prepare


class DrawingRequest(BaseModel):
    """What to draw. Paths are absolute; `model` is written as in a study."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int | str
    model: str
    image_shape: tuple[int, int, int]
    num_classes: int
    precision: Literal["fp32", "bf16", "fp64"]
    mode: Literal["compiled", "eager"]
    weights: Path
    """A safetensors file of all the model's weights, by their canonical names."""
    noise: Path
    """An .npy file of latent vectors, float [N, Z]."""
    labels: tuple[int, ...] | None
    """The class of each picture, for a model that is told them; null for others."""
    out: Path
    """Takes the pictures, uint8 [N, H, W, C], as an .npy file."""


def main(framework: str, threads: int) -> None:
    """Serve requests on the standard streams."""
    channel = Channel.on_standard_streams()
    for message in channel:
        channel.send(answer(message, framework, threads))


def answer(message: dict[str, Any], framework: str, threads: int) -> dict[str, Any]:
    """Draw; whatever goes wrong is the answer in one line, and the traceback of what should not is in the log."""
    number = message.get("id") if isinstance(message, dict) else None
    try:
        request = _request(message)
        prepare(framework, threads, "cpu")
        pictures = draw(request, framework)
        buffer = io.BytesIO()
        np.save(buffer, pictures, allow_pickle=False)
        write_atomically(request.out, buffer.getvalue())
        return {"id": number, "ok": True, "images": len(pictures)}
    except UserError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - the process outlives every request
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    return {"id": number, "ok": False, "error": first_line(reason)}


def draw(request: DrawingRequest, framework: str) -> Array:
    """The pictures uint8 [N, H, W, C] of a request, by this framework's half of the model.

    Raises `UserError` for weights that do not fit the model, which names each, and for noise and labels that do not.
    """
    choice = models.choose(request.model)
    noise = _read_noise(request.noise, choice.config.latent)
    labels = _checked_labels(request, choice.description.needs_labels, len(noise))
    model = make_model(
        choice.description,
        framework,
        choice.config,
        request.image_shape,
        request.num_classes,
        device="cpu",
        precision=request.precision,
        compiled=request.mode == "compiled",
    )
    _load(model, request.weights)
    return model.sample(noise, labels)


def _request(message: Any) -> DrawingRequest:
    try:
        return DrawingRequest.model_validate(message)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"bad request: {where or 'as a whole'}: {first['msg']}") from None


def _load(model: Model, path: Path) -> None:
    try:
        model.load(load_file(path))
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except SafetensorError as error:
        raise UserError(f"{path} is no file of weights, or is damaged: {error}") from None
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None


def _read_noise(path: Path, latent: int) -> Array:
    noise: Array = np.load(path, allow_pickle=False)
    if noise.ndim != 2 or noise.shape[1] != latent or not len(noise):
        raise UserError(f"the noise must be [N, {latent}], not {list(noise.shape)}")
    if noise.dtype.kind != "f" or not np.isfinite(noise).all():
        raise UserError("the noise must be finite floating-point numbers")
    return noise


def _checked_labels(request: DrawingRequest, needed: bool, count: int) -> Array | None:
    if request.labels is None:
        if needed:
            raise UserError(f"{request.model} draws pictures of a class: labels are missing")
        return None
    if not needed:
        raise UserError(f"{request.model} takes no labels")
    labels = np.array(request.labels, np.int64)
    if len(labels) != count:
        raise UserError(f"{len(labels)} labels for {count} latent vectors")
    # One framework refuses a label that is no class, the other draws something nobody asked for.
    if labels.min() < 0 or labels.max() >= request.num_classes:
        raise UserError(f"labels must be from 0 to {request.num_classes - 1}")
    return labels


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
