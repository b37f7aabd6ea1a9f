"""What is known of a model without any framework: the description that each file of this folder gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bench.models.layers import Network
from bench.models.optimizers import Optimizer


class Config(Protocol):
    """The frozen dataclass of a model's choices; both halves are built from it."""

    latent: int

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """The loss that is minimised -> the optimiser that minimises it."""
        ...

    @property
    def noise(self) -> Mapping[str, tuple[int, ...]]:
        """Name of each noise of a training step -> its shape for one image; all standard normal."""
        ...


@dataclass(frozen=True)
class Notebook:
    """The budget that the model's source spent: what `--budget notebook` repeats."""

    epochs: int
    batch_size: int


@dataclass(frozen=True)
class Mask:
    """A dropout mask: its shape for one image, channels last, and the share of features that it drops."""

    shape: tuple[int, ...]
    rate: float


@dataclass(frozen=True)
class Description:
    """A model in words and facts.

    `config` is the class of its configuration; `variants` maps a name (as in `cvae[equal]`) to the fields that
    it changes. `headline` says that the default budget spends its full share on the model and its variants.
    """

    name: str
    title: str
    family: Literal["gan", "autoencoder"]
    objective: str
    sense: str
    source: str
    config: type
    notebook: Notebook
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    headline: bool = False
    cost: float = 1.0
    """Training time of a picture, roughly, as a multiple of `gan`'s: for estimates before anything is measured."""
    needs_labels: bool = False
    """Whether it is told the class of each picture; without labels it cannot be trained."""
    masks: Callable[[Any, tuple[int, int, int]], Mapping[str, Mask]] | None = None
    """Configuration and image shape -> the dropout masks of a training step, by name.

    Each framework draws them itself in training; they are given, as noise is, only while the pair is being proved.
    """
    networks: Callable[[Any, tuple[int, int, int], int], Sequence[Network]] | None = None
    """Configuration, image shape and number of classes -> its networks, for the page to draw; None: not told."""
    halves: Mapping[str, str] = field(default_factory=dict)
    """Framework -> module, for a model that another package brings; the suite's own follow from the name."""

    @property
    def shares_all_chance(self) -> bool:
        """Whether both halves train on the same random numbers: all but those of dropout come from the harness."""
        return self.masks is None

    def half(self, framework: str) -> str:
        """The module of one framework's half."""
        folder = {"torch": "models_torch", "tensorflow": "models_tf"}[framework]
        return self.halves.get(framework, f"{folder}.{self.name}")
