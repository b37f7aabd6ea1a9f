"""A half of a pair with one wrong change in it, built from source and carried through a case as `verify` does it.

The real modules stay as they are: a changed half is a package of its own, written into a folder, in which the model
and all that it shares with the other models of its framework are made afresh.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import models
from bench.models.geometry import ImageShape
from bench.proof.cases import EXACT, Case
from bench.proof.probe import Findings, probe
from bench.results.record import Framework
from bench.training.frameworks import make_model

ROOT = Path(__file__).parents[2]
FOLDERS: dict[Framework, str] = {"torch": "models_torch", "tensorflow": "models_tf"}
SHARED = ("distributions", "engine")
"""The files of a half that its models import."""
COLOUR: ImageShape = (16, 24, 3)
GREY: ImageShape = (28, 28, 1)
"""The shapes that pairs are proved at. Colour costs less; only grey pictures are binarised."""

_numbers = itertools.count()


@dataclass(frozen=True)
class OneBatch(Case):
    """A case without its training, for changes that show before it: 50 steps would be most of the time."""

    @property
    def trains(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True)
class Mutant:
    """A half with a small wrong change: `old`, which stands in the file exactly once, became `new`."""

    model: str
    """As it is written in a study."""
    half: Framework
    file: str
    wrong: str
    """What is wrong, in words."""
    old: str
    new: str
    caught_by: str
    """The first quantity, in the order of the table of tolerances, that must not pass: those before it must."""
    image_shape: ImageShape = COLOUR
    precision: str = EXACT
    trains: bool = False
    """Whether the change shows in training alone."""

    @property
    def name(self) -> str:
        """The name of its model, whatever the configuration."""
        return models.choose(self.model).description.name

    @property
    def id(self) -> str:
        """`gan-torch-rho 0.99 for 0.9`."""
        return f"{self.name}-{self.half}-{self.wrong}"

    @property
    def case(self) -> Case:
        """The cheapest of the cases of `verify` in which the change shows."""
        choice = models.choose(self.model)
        if self.trains:
            return Case(choice, self.image_shape, self.precision, "compiled")
        return OneBatch(choice, self.image_shape, self.precision, "eager")

    def source(self, stem: str) -> str:
        """The text of one file of the half, with the change if it is in this file.

        Raises ValueError unless there is exactly one place for the change, so that no mutant goes stale.
        """
        file = f"{stem}.py"
        text = (ROOT / FOLDERS[self.half] / file).read_text(encoding="utf-8")
        if file != self.file:
            return text
        if text.count(self.old) != 1:
            raise ValueError(f"{self.id}: {text.count(self.old)} times in {self.file}: {self.old!r}")
        return text.replace(self.old, self.new)


def carried_out(case: Case, framework: Framework, half: str | None = None) -> Findings:
    """What a half finds in a case: the model's own half, or that in another module."""
    description = case.choice.description
    if half is not None:
        description = dataclasses.replace(description, halves={framework: half})
    model = make_model(
        description,
        framework,
        case.choice.config,
        case.image_shape,
        case.num_classes,
        device="cpu",
        precision=case.precision,
        compiled=case.mode == "compiled",
    )
    return probe(case, model)


def findings(mutant: Mutant, folder: Path) -> Findings:
    """What a changed half finds in its case; it is built in this folder."""
    with built(mutant, folder) as half:
        return carried_out(mutant.case, mutant.half, half)


@contextlib.contextmanager
def built(mutant: Mutant, folder: Path) -> Iterator[str]:
    """The changed half as a package that can be imported for as long as it is needed: its model's module."""
    package = f"mutant_{next(_numbers)}"
    place = folder / package
    place.mkdir(parents=True)
    (place / "__init__.py").touch()
    for stem in (*SHARED, mutant.name):
        text = mutant.source(stem).replace(f"from {FOLDERS[mutant.half]}.", f"from {package}.")
        (place / f"{stem}.py").write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(
        package, place / "__init__.py", submodule_search_locations=[str(place)]
    )
    sys.modules[package] = importlib.util.module_from_spec(spec)
    try:
        yield f"{package}.{mutant.name}"
    finally:
        for module in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[module]
