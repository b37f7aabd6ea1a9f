"""How sentences of an answer are made: whole, with right plurals, and without a number that nobody can read."""

from __future__ import annotations

import re
from collections.abc import Sequence


def sentence(text: str) -> str:
    """A clause as a sentence: a capital where it begins with a plain word, and a full stop. Empty stays empty."""
    text = text.strip()
    if not text:
        return ""
    # Identifiers and options keep their letters; those of a sentence stand behind "the" or in brackets.
    first = text[0].upper() + text[1:] if re.match(r"[a-z][a-z’']*(?=[ ,:;.]|$)", text) else text
    return first if first.endswith((".", "?", "!")) else f"{first}."


def sentences(*clauses: str) -> str:
    """Clauses as sentences, one after the other; the empty ones and repetitions are left out."""
    return " ".join(dict.fromkeys(filter(None, map(sentence, clauses))))


def clause(whole: str) -> str:
    """A sentence as it stands within another one: without its capital, unless that is an acronym's, and full stop."""
    first = whole[:1] if whole[1:2].isupper() else whole[:1].lower()
    return f"{first}{whole[1:]}".removesuffix(".")


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 seed", "6 seeds", "12,800 images"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def listed(words: Sequence[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
