"""A drawing process as the harness sees it: latent noise in, pictures out."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from bench.errors import UserError
from bench.execution.helper import Helper, HelperDiedError, HelperTimeoutError
from bench.training.contract import Array

DRAWER = "bench.sampling.worker"
"""The module that the process runs."""
PATIENCE_SECONDS = 600.0
"""A slow machine is no failure; nothing that can be asked for takes this long."""


class Drawer:
    """One half of a model with trained weights, in a process of its framework, for as long as it is entered.

    `facts` are those of a `bench.sampling.worker.DrawingRequest` that are the same for every drawing.
    """

    def __init__(
        self,
        framework: str,
        facts: dict[str, Any],
        threads: int,
        interpreter: str | None = None,
        drawer: str | None = None,
    ) -> None:
        self._framework = framework
        self._facts = facts
        self._arguments = (drawer or DRAWER, framework, str(threads))
        self._interpreter = interpreter
        self._asked = 0

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="pairbench-")
        try:
            log = Path(self._folder.name) / "log.txt"
            self._helper = Helper(*self._arguments, log=log, interpreter=self._interpreter)
        except HelperDiedError as error:
            self._folder.cleanup()
            raise UserError(f"cannot draw with {self._framework}: {error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What it drew is here by now; a framework that takes leave of its own accord takes a second or two.
        self._helper.kill()
        self._folder.cleanup()

    def draw(self, noise: Array, labels: Array | None) -> Array:
        """Pictures uint8 [N, H, W, C] from latent noise [N, Z] and, for a model that is told them, labels [N].

        Raises `UserError`, in one line, for whatever keeps the half from drawing: weights that do not fit, a framework
        that cannot be imported, a process that dies.
        """
        self._asked += 1
        given, drawn = (Path(self._folder.name) / f"{name}{self._asked}.npy" for name in ("noise", "pictures"))
        np.save(given, noise, allow_pickle=False)
        request = {
            **self._facts,
            "id": self._asked,
            "noise": str(given),
            "labels": None if labels is None else labels.tolist(),
            "out": str(drawn),
        }
        try:
            self._helper.send(request)
            answer = self._helper.receive(time.monotonic() + PATIENCE_SECONDS)
        except HelperDiedError as error:
            raise UserError(f"cannot draw with {self._framework}: {error}") from None
        except HelperTimeoutError:
            raise UserError(f"cannot draw with {self._framework}: no answer within {PATIENCE_SECONDS:g} s") from None
        if not answer["ok"]:
            raise UserError(f"cannot draw with {self._framework}: {answer['error']}")
        pictures: Array = np.load(drawn, allow_pickle=False)
        return pictures
