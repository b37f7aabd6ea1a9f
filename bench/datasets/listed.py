"""Several data sets in one line: `mnist[classes=0,1],folder:/a/b,size=32,npz:c.npz`."""

from __future__ import annotations

import re

from bench.models.choice import split_list

_OPTION = re.compile(r"^[A-Za-z_]+\s*=")


def split_names(text: str) -> list[str]:
    """Split at the commas between names: not at those in brackets, nor before `key=value`.

    No name starts like that, so an option belongs to the name before it.
    """
    names: list[str] = []
    for part in split_list(text):
        if names and _OPTION.match(part):
            names[-1] += f",{part}"
        else:
            names.append(part)
    return names
