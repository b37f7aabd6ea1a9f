"""How the harness and its helper processes talk: one JSON object a line, on standard input and output.

A helper (a training worker, the evaluator) serves requests until its input ends. Its real standard output
carries nothing but answers: whatever a framework prints goes to standard error, which the harness sends
to a log file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO


class Channel:
    """The helper's end of the conversation: iterate over requests, `send` answers."""

    def __init__(self, requests: TextIO, answers: TextIO) -> None:
        self._requests = requests
        self._answers = answers

    @classmethod
    def on_standard_streams(cls) -> Channel:
        """Take standard output for answers alone, and point file descriptor 1 at standard error.

        The descriptor itself is moved, so that C++ code that prints cannot break the protocol either.
        """
        answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(sys.stdin, answers)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line in self._requests:
            yield json.loads(line)

    def send(self, answer: dict[str, Any]) -> None:
        """Send one answer at once. NaN and infinity are refused: JSON has neither."""
        self._answers.write(json.dumps(answer, allow_nan=False) + "\n")
        self._answers.flush()
