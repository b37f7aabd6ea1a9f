"""What a recipe is called where people read: a newcomer knows "the GAN" before knowing `gan`."""

from __future__ import annotations

import functools
import re

from bench.errors import UserError
from bench.models.catalogue import find

VARIANTS = {"equal": "on equal footing"}
"""Named variants in words; the others stand in the identifier alone."""


def short(recipe: str) -> str:
    """What a recipe is, without its identifier: "the GAN", "the convolutional VAE".

    `recipe` is as a study writes it, perhaps with what it was tried on: "cvae[equal] on mnist". One that is not
    installed here has its name alone: "the recipe mine".
    """
    name, on, where = recipe.partition(" on ")
    title = _title(name)
    return f"the recipe {recipe}" if title is None else f"the {title}{on}{where}"


def called(recipe: str) -> str:
    """The same with its identifier: "the convolutional VAE on equal footing (cvae[equal])"."""
    name, on, where = recipe.partition(" on ")
    title = _title(name)
    if title is None:
        return f"the recipe {recipe}"
    words = [title, *(VARIANTS[part] for part in _parts(name) if part in VARIANTS), f"({name})"]
    return f"the {' '.join(words)}{on}{where}"


def titled(recipe: str) -> str:
    """The same as a heading has it, without the article: "GAN (gan)"; one that is not known, by its name."""
    words = called(recipe)
    known = _title(recipe.partition(" on ")[0]) is not None
    return f"{words[4:5].upper()}{words[5:]}" if known else recipe


@functools.lru_cache(maxsize=256)
def _title(name: str) -> str | None:
    """The title of its model's description as words within a sentence; None where nothing is known of it."""
    try:
        title = find(name.partition("[")[0].strip()).title
    except UserError:
        return None
    # "CVAE (convolutional VAE)" explains itself in brackets.
    inside = re.fullmatch(r".*\((.+)\)", title)
    words = inside[1] if inside else title
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _parts(name: str) -> list[str]:
    return name.partition("[")[2].rstrip("]").split(",")
