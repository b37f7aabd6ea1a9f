"""Making a domain extractor, as the harness sees it: a data set in, a card and its weights out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import datasets
from bench.errors import UserError
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.paths import extractors_folder
from bench.quality.availability import scoring_advice
from bench.quality.cards import Card, Kept, card_of_domain, cards
from bench.quality.selection import checked_labels

TRAINER = "bench.quality.trainer"
"""The module that the process runs."""
PATIENCE_SECONDS = 3600.0
"""How long it may say nothing; a hundredth of the work is announced, and somebody sits before it."""

Notify = Callable[[str, float], None]
"""Called with what has been done last, in words, and with the share of the work that is done."""


@dataclass(frozen=True)
class TrainingOrder:
    """Which extractor to make; see `bench.quality.trainer.TrainRequest`."""

    dataset: str
    out: Path | None = None
    """Folder for weights and card; None: where they are found from then on."""
    epochs: int | None = None
    seed: int = 0
    threads: int = 1


def train_extractor(
    order: TrainingOrder, notify: Notify, interpreter: str | None = None, trainer: str = TRAINER
) -> Kept:
    """Train the extractor of a data set in a process of its own, and return its card and folder.

    One without a folder of its own takes the place of an older one for the same images. Raises `UserError` for a data
    set that none can be made of, or that a bundled one scores already, and for whatever else keeps it from being made.
    """
    source = datasets.find(order.dataset)
    if source.where() is None:
        raise UserError(f"{source.name} is not here: {source.how_to_get}")
    if interpreter is None and (advice := scoring_advice("training an extractor")):
        raise UserError(advice)
    images = source.load()
    checked_labels(images)
    out = order.out or extractors_folder()
    if order.out is None and images.domain:
        bundled = card_of_domain(images.domain)
        if bundled is not None and bundled.image_shape == images.image_shape:
            raise UserError(
                f"'{source.name}' is scored by the bundled {bundled.name}, which another would not replace: "
                "name a folder with --out to make one all the same."
            )
    _check_writable(out)
    card = _train(order, source.name, out, notify, interpreter, trainer)
    if order.out is None:
        for older in cards(out).values():
            if older.name != card.name and older.scores(images.domain, images.image_shape, images.fingerprint):
                (out / f"{older.name}.json").unlink(missing_ok=True)
                (out / f"{older.name}.safetensors").unlink(missing_ok=True)
    return Kept(card, out)


def _train(
    order: TrainingOrder, dataset: str, out: Path, notify: Notify, interpreter: str | None, trainer: str
) -> Card:
    request = {
        "dataset": dataset,
        "out": str(out.absolute()),
        "epochs": order.epochs,
        "seed": order.seed,
        "threads": order.threads,
    }
    with tempfile.TemporaryDirectory(prefix="pairbench-") as folder:
        try:
            with Helper(trainer, log=Path(folder) / "log.txt", interpreter=interpreter) as helper:
                helper.send(request)
                while True:
                    answer = helper.receive(time.monotonic() + PATIENCE_SECONDS)
                    if answer["event"] == "finished":
                        return Card.model_validate(answer["card"])
                    if answer["event"] == "failed":
                        raise UserError(f"no extractor was made: {answer['reason']}")
                    notify(answer["text"], answer["fraction"])
        except HelperDiedError as error:
            raise UserError(f"no extractor was made: {error}") from None
        except HelperTimeoutError:
            raise UserError(f"no extractor was made: nothing was heard for {PATIENCE_SECONDS:g} s") from None


def _check_writable(folder: Path) -> None:
    """Now, and not after minutes of training."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}; name another place with --out") from None
