"""A model as it is written in a study: `gan`, `cvae[equal]`, `cvae[latent=16,pixels=grey]`."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import json
import math
import re
import typing
from dataclasses import dataclass
from typing import Any

from bench.errors import UserError, unknown
from bench.models.catalogue import descriptions, find
from bench.models.description import Config, Description

SHARES = ("dropout",)
"""Settings that are shares of a whole, which may be none of it but not all."""
_WRITTEN = re.compile(r"^(?P<name>[^\[\]]+)(?:\[(?P<choices>.*)\])?$")


@dataclass(frozen=True)
class Choice:
    """A model with its configuration. `text` is how it was written and how tables name it."""

    text: str
    description: Description
    config: Config

    @property
    def settings(self) -> dict[str, Any]:
        """The configuration as plain JSON values."""
        settings: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self.config)))  # type: ignore[call-overload]
        return settings

    @property
    def config_hash(self) -> str:
        """Eight hex digits that change with the model or any of its settings."""
        content = json.dumps([self.description.name, self.settings], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:8]


def choose(text: str) -> Choice:
    """Read a model as it is written in a study; raises `UserError` that says what would be right."""
    match = _WRITTEN.match(text.strip())
    if match is None:
        raise UserError(f"cannot read model '{text}': write gan, cvae[equal] or cvae[latent=16,pixels=grey]")
    description = find(match["name"].strip())
    changes: dict[str, Any] = {}
    for part in split_list(match["choices"] or ""):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            if key not in description.variants:
                raise unknown(f"variant of {description.name}", key, description.variants)
            changes |= description.variants[key]
        else:
            changes[key] = read_setting(description, key, value)
    return Choice(text.strip(), description, description.config(**changes))


def every_choice() -> list[Choice]:
    """Every model and every named variant: what `--all` means."""
    texts = []
    for name, description in descriptions().items():
        texts += [name, *(f"{name}[{variant}]" for variant in description.variants)]
    return [choose(text) for text in texts]


def split_list(text: str) -> list[str]:
    """Split at the commas outside brackets: `gan,cvae[latent=64,pixels=grey]` has two parts, as has `a=1,b=(8,8)`."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def read_setting(description: Description, key: str, text: str) -> Any:
    """One setting from its text: numbers and tuples are literals, anything else is a word. Its type is checked."""
    from pydantic import TypeAdapter, ValidationError

    hints = typing.get_type_hints(description.config)
    if key not in hints:
        raise unknown(f"setting of {description.name}", key, [*hints, *description.variants])
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        value = text
    try:
        checked = TypeAdapter(hints[key]).validate_python(
            tuple(value) if isinstance(value, list) else value, strict=True
        )
    except ValidationError as error:
        raise UserError(f"{description.name}[{key}={text}]: {error.errors()[0]['msg']}") from None
    numbers = [
        number for number in (checked if isinstance(checked, tuple) else (checked,)) if not isinstance(number, str)
    ]
    if key in SHARES:
        if not all(0 <= number < 1 for number in numbers):
            raise UserError(f"{description.name}[{key}={text}]: a share must be from 0 to less than 1")
    elif not all(0 < number < math.inf for number in numbers):
        raise UserError(f"{description.name}[{key}={text}]: must be finite and greater than zero")
    return checked
