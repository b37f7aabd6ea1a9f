"""The process that makes domain extractors, behind `bench extractor train`: `python -m bench.quality.trainer`.

One request, a JSON object a line, is answered by any number of

    {"event": "progress", "text": "epoch 2 of 5: mean loss 0.0871", "fraction": 0.36}

and then one of

    {"event": "finished", "card": {...}}
    {"event": "failed", "reason": "one line"}

On one thread the weights are the same to the bit wherever the versions and the processor are the same; several threads
add in another order.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bench import datasets
from bench.errors import UserError, first_line
from bench.jsonlines import Channel

LEAST_STEP = 0.01
"""Share of the work below which progress in the same words is not worth a line."""

Send = Callable[[dict[str, Any]], None]

log = logging.getLogger(__name__)


class TrainRequest(BaseModel):
    """What the harness asks for; an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    out: Path
    """Folder for weights and card."""
    epochs: int | None = Field(default=None, ge=1)
    """Passes over the training images; None: their number decides."""
    seed: int = Field(default=0, ge=0)
    threads: int = Field(default=1, ge=1)


def answer(message: dict[str, Any], send: Send) -> dict[str, Any]:
    """Train what is asked for, and report on the way; whatever goes wrong is the answer, and in the log."""
    try:
        return {"event": "finished", "card": _trained(TrainRequest.model_validate(message), send)}
    except UserError as error:
        reason = " ".join(str(error).split())
    except Exception as error:  # the harness is told whatever it is
        log.exception("training failed")
        reason = first_line(f"{type(error).__name__}: {error}")
    return {"event": "failed", "reason": reason}


def _trained(request: TrainRequest, send: Send) -> dict[str, Any]:
    import torch  # Here, because standard output is only safe once the channel has taken it.

    from bench.quality.selection import training_images
    from bench.quality.train import train_extractor
    from bench.quality.training import Recipe

    torch.set_num_threads(request.threads)
    source = datasets.find(request.dataset)
    images = source.load()
    recipe = Recipe.for_images(len(training_images(images)[0]), request.epochs, request.seed)
    progress = _Progress(send)
    card = train_extractor(images, request.out, recipe, source.label, progress)
    return card.model_dump(mode="json", by_alias=True)


class _Progress:
    """Sends what is new: other words, or a hundredth of the work."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._last = ("", 0.0)

    def __call__(self, text: str, fraction: float) -> None:
        if text != self._last[0] or fraction >= self._last[1] + LEAST_STEP:
            self._last = (text, fraction)
            self._send({"event": "progress", "text": text, "fraction": fraction})


def main() -> None:
    """Serve requests on the standard streams until the input ends; logs go to standard error."""
    channel = Channel.on_standard_streams()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for message in channel:
        channel.send(answer(message, channel.send))


if __name__ == "__main__":
    main()
