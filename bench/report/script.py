"""The page's own script and its data, in forms that nothing in them can leave."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from markupsafe import Markup

MOST_BYTES = 25_000
"""What the script may weigh: all that it does is shown without it, too."""


@dataclass(frozen=True)
class Script:
    """The script, and its hash as a content security policy names it: a browser runs this one and no other."""

    text: Markup
    hash: str


@functools.cache
def own_script() -> Script:
    """The script of every page, the same for all of them."""
    text = files("bench.report").joinpath("templates", "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"sha256-{digest}")  # noqa: S704  (our own file)


def as_data(value: Any) -> Markup:
    """JSON for a script element of type application/json: without "<" nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    return Markup(escaped)  # noqa: S704  (what HTML could read in it is escaped)
