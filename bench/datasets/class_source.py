"""Some classes of a labelled data set: `mnist[classes=0,1]`, `folder:PATH[classes=cats]`.

What would end a class in the list (a comma, a bracket) stands in it as a percent-escape, as in a path; a percent sign
itself is %25.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from bench.datasets.folders.scan import shown
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Source
from bench.errors import UserError, unknown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Options may stand behind the brackets as well: a list of names is read that way.
_WRITTEN = re.compile(
    r"^(?P<base>[^\[\]]+)\[\s*classes\s*=(?P<classes>[^\[\]]*)\](?P<options>(,[^\[\]]*)?)$", re.DOTALL
)
_ESCAPED = re.compile(r"[%,\[\]()]|^\s|\s$")


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassSource(Source):
    """Another data set with only the images of some classes, numbered anew in their old order."""

    base: Source
    """The whole set."""
    classes: tuple[str, ...]
    """As written, escapes understood: names in any case, or numbers."""

    @property
    def label(self) -> str:
        """The whole set's, and the classes."""
        return f"{self.base.label}[classes={_spelt(self.classes)}]"

    @property
    def how_to_get(self) -> str:
        """As for the whole set."""
        return self.base.how_to_get

    def where(self) -> Path | None:
        """Where the whole set is."""
        return self.base.where()

    def fetch(self, progress: bool) -> Path:
        """Fetch the whole set."""
        return self.base.fetch(progress)

    def load(self) -> ImageSet:
        """Load the whole set and keep the images of the classes; `UserError` for a class that it does not have."""
        return self.chosen_from(self.base.load())

    def chosen_from(self, whole: ImageSet) -> ImageSet:
        """The images of the classes out of the whole set, for who has loaded that already; errors as in `load`."""
        import numpy as np

        if whole.train_labels is None or whole.test_labels is None:
            raise UserError(f"{self.name}: {self.base.label} has no labels, so there are no classes to choose from")
        names = [_name(whole, number) for number in range(whole.num_classes)]
        numbers = sorted(_number(self.name, text, names) for text in self.classes)
        repeated = {number for number in numbers if numbers.count(number) > 1}
        if repeated:
            raise UserError(f"{self.name}: class {min(repeated)} is named twice")
        renumbered = np.full(whole.num_classes, -1, np.int64)
        renumbered[numbers] = np.arange(len(numbers))
        train, test = renumbered[whole.train_labels] >= 0, renumbered[whole.test_labels] >= 0
        for side, kept in (("train", train), ("test", test)):
            if not kept.any():
                raise UserError(f"{self.name}: no {side} image is of these classes")
        return dataclasses.replace(
            whole,
            name=self.name,
            train_images=_rows(whole.train_images, train),
            train_labels=renumbered[whole.train_labels[train]],
            test_images=_rows(whole.test_images, test),
            test_labels=renumbered[whole.test_labels[test]],
            class_names=tuple(names[number] for number in numbers),
            part_of=whole.fingerprint,
            verified=None,
        )


def class_source(name: str) -> ClassSource | None:
    """The source that `NAME[classes=...]` says, or None for a name of another form."""
    from bench.datasets.catalogue import find  # which finds this module's names, too

    parts = whole_and_classes(name)
    if parts is None:
        return None
    whole, classes = parts
    if not classes:
        raise UserError(f"'{name}' names no class: write {whole}[classes=0,1]")
    return _source(find(whole), classes)


def single_class(base: Source, number: int, names: Sequence[str] | None) -> ClassSource:
    """The source of one class of a data set by its number: called by its name, or by the number where it has none.

    `names` are the classes' in their order. A name is safe where a number is not: a class may be called "1".
    """
    return _source(base, ((names[number] if names else "") or str(number),))


def whole_and_classes(name: str) -> tuple[str, tuple[str, ...]] | None:
    """What `NAME[classes=...]` says: the name of the whole set, and the classes as they are called.

    None for a name of another form. Nothing is looked up: a name in a record can be read where the images are not.
    """
    match = _WRITTEN.match(name)
    if match is None:
        return None
    classes = tuple(_read(text.strip()) for text in match["classes"].split(",") if text.strip())
    return match["base"].strip() + match["options"], classes


def _source(base: Source, classes: tuple[str, ...]) -> ClassSource:
    return ClassSource(
        name=f"{base.name}[classes={_spelt(classes)}]",
        title=f"{base.title}: {', '.join(classes)}",
        licence=base.licence,
        origin=base.origin,
        domain=base.domain,
        base=base,
        classes=classes,
    )


def _rows(images: NDArray[np.uint8], kept: NDArray[np.bool_]) -> NDArray[np.uint8]:
    import numpy as np

    return np.asarray(images[kept])


def _name(whole: ImageSet, number: int) -> str:
    """What a class is called; its old number where nobody said."""
    return whole.class_names[number] if whole.class_names else str(number)


def _number(name: str, text: str, names: Sequence[str]) -> int:
    """The number of a class; a name counts before a number, because classes may be called "1" and "5"."""
    folded = [known.casefold() for known in names]
    if folded.count(text.casefold()) == 1:
        return folded.index(text.casefold())
    if text in names:
        return names.index(text)
    if text.isascii() and text.isdecimal():
        # Python reads no number of thousands of digits.
        digits = text.lstrip("0") or "0"
        if len(digits) <= len(str(len(names))) and int(digits) < len(names):
            return int(digits)
        raise UserError(f"{name}: there is no class {text}: they are 0 to {len(names) - 1}")
    raise UserError(f"{name}: {unknown('class', text, names)}")


def _read(text: str) -> str:
    """A class as it is called, in the spelling of `ImageSet.class_names`."""
    return shown(os.fsdecode(unquote_to_bytes(os.fsencode(text))))


def _spelt(classes: Sequence[str]) -> str:
    """Classes as they stand in a name; `_read` reads them back."""
    return ",".join(_ESCAPED.sub(lambda match: quote(match[0], safe=""), text) for text in classes)
