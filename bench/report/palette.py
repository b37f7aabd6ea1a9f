"""Colours: a model has a colour, a framework a marker and a line style; the values are in the style sheet.

Figures are drawn in placeholder colours that stand for variables of the style sheet, so that one drawing
serves the light and the dark scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.results.record import Framework

INK = "#010203"
GRID = "#010204"
SURFACE = "#010205"
MUTED = "#010206"
SERIES = 8
"""Colours in the style sheet (`--series-0` ...); a ninth model shares the first one's."""

VARIABLES = {
    INK: "currentColor",
    GRID: "var(--line)",
    SURFACE: "var(--surface)",
    MUTED: "var(--muted)",
    **{f"#0a0b{index:02x}": f"var(--series-{index})" for index in range(SERIES)},
}
"""What each placeholder becomes in the page."""

MARKERS: dict[Framework, str] = {"tensorflow": "o", "torch": "D"}
DASHES: dict[Framework, tuple[float, ...] | str] = {"tensorflow": "", "torch": (3, 1.5)}


@dataclass(frozen=True)
class Palette:
    """The colours of a run's models, by the order in which the study names them."""

    models: Sequence[str]

    def index(self, model: str) -> int:
        """Number of the model's colour in the style sheet."""
        return self.models.index(model) % SERIES

    def colour(self, model: str) -> str:
        """The model's placeholder."""
        return f"#0a0b{self.index(model):02x}"
