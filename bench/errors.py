"""The one exception that the command line turns into a clear line instead of a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake that the user can mend: its text is one or two lines that say what to do; exit status 2."""


def first_line(text: str, longest: int = 300) -> str:
    """An error in one line."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no message")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def unknown(kind: str, word: str, known: Iterable[str]) -> UserError:
    """The error for a name that is not known, with the nearest known ones.

    `kind` is what the name should have been ("model"), `word` what was given, `known` every valid name.
    """
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    known_ones = f"known: {', '.join(names)}." if names else "there is none."
    hint = f"did you mean {' or '.join(near)}?" if near else known_ones
    return UserError(f"unknown {kind} '{word}': {hint}")
