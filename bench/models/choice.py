"""A model as it is written in a study: `gan`, `cvae[equal]`, `cvae[latent=16,pixels=grey]`."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import json
import re
import typing
from dataclasses import dataclass
from typing import Any

from bench.errors import UserError, unknown
from bench.models.catalogue import descriptions, find
from bench.models.description import Config, Description

_WRITTEN = re.compile(r"^(?P<name>[^\[\]]+)(?:\[(?P<choices>[^\[\]]*)\])?$")


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
    for part in split_choices(match["choices"] or ""):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            if key not in description.variants:
                raise unknown(f"variant of {description.name}", key, description.variants)
            changes |= description.variants[key]
        else:
            changes[key] = read_setting(description, key, value)
    return Choice(text.strip(), description, configure(description, changes))


def every_choice() -> list[Choice]:
    """Every model and every named variant: what `--all` means."""
    texts = []
    for name, description in descriptions().items():
        texts += [name, *(f"{name}[{variant}]" for variant in description.variants)]
    return [choose(text) for text in texts]


def split_choices(text: str) -> list[str]:
    """Split at commas outside parentheses: `latent=8,decoder_widths=(8,8,8)` has two parts."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def read_setting(description: Description, key: str, value: str) -> Any:
    """One setting from its text; numbers and tuples are literals, anything else is a word."""
    hints = typing.get_type_hints(description.config)
    if key not in hints:
        raise unknown(f"setting of {description.name}", key, [*hints, *description.variants])
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def configure(description: Description, changes: dict[str, Any]) -> Config:
    """Build the configuration with some fields changed; types and values are checked by pydantic."""
    from pydantic import TypeAdapter, ValidationError

    values = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    try:
        config: Config = TypeAdapter(description.config).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{description.name}[{setting}={first['input']!r}]: {first['msg']}") from None
    for name, value in dataclasses.asdict(config).items():  # type: ignore[call-overload]
        numbers = value if isinstance(value, tuple) else (value,)
        if any(isinstance(number, int | float) and number <= 0 for number in numbers):
            raise UserError(f"{description.name}[{name}={value}]: must be greater than zero")
    return config
