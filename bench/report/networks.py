"""A network drawn from the facts of its layers: a column of boxes, the wider the more numbers come out of a layer."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from bench.models.layers import Layer, Network, Shape
from bench.numbers import count

WIDTH, ROW, BOX = 336, 40, 26
"""The drawing's width, the height of a layer and that of its box, in units of which letters are 12 high."""
CENTRE, NARROWEST, WIDEST = 48, 14, 94
"""Where boxes are centred; how wide they are for one number and for the most."""
MOST = 2**17
"""Numbers of the widest box; wider ones are cut to it."""
TEXT = 106
"""Where the words begin."""


def drawing(network: Network, series: int, name: str) -> Markup:
    """The network as an `<svg>` with the id `name` in a model's colour; its layers are the text alternative."""
    spoken = "; ".join(f"{layer.name} {written(layer.shape)}" for layer in network.layers)
    height = ROW * len(network.layers)
    parts = [_layer(layer, index) for index, layer in enumerate(network.layers)]
    label = escape(f"{network.name}, {network.sense}, from top to bottom: {spoken}.")
    return Markup(  # noqa: S704  (every word in it is escaped)
        f'<svg id="{escape(name)}" class="network" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}" '
        f'style="max-width: {WIDTH * 1.25:.0f}px; --colour: var(--series-{series})">{"".join(parts)}</svg>'
    )


def written(shape: Shape) -> str:
    """A shape as people write it: "14 × 14 × 32"."""
    return " × ".join(map(count, shape))


def _layer(layer: Layer, index: int) -> str:
    """Box, words and the line to the next layer; a vector's box is round, a map's is not."""
    size = math.log2(min(math.prod(layer.shape), MOST)) / math.log2(MOST)
    width = NARROWEST + (WIDEST - NARROWEST) * size
    top = ROW * index
    middle = top + ROW / 2
    line = f'<path d="M{CENTRE} {top - (ROW - BOX) / 2}v{ROW - BOX}"/>' if index else ""
    # A layer that learns is filled.
    kind = "learns" if layer.parameters else "fixed"
    radius = BOX / 2 if len(layer.shape) == 1 else 3
    name = f"{layer.name} → {written(layer.shape)}" if index else f"{layer.name}: {written(layer.shape)}"
    weights = f"{count(layer.parameters)} weights" if layer.parameters else ""
    detail = ", ".join(filter(None, [layer.detail, weights]))
    first, second = (middle - 2, middle + 11) if detail else (middle + 4, 0)
    return (
        f'{line}<rect class="{kind}" x="{CENTRE - width / 2:.1f}" y="{middle - BOX / 2:g}" width="{width:.1f}" '
        f'height="{BOX}" rx="{radius:g}"/><text x="{TEXT}" y="{first:g}">{escape(name)}</text>'
        + (f'<text class="detail" x="{TEXT}" y="{second:g}">{escape(detail)}</text>' if detail else "")
    )
