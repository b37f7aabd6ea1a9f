"""A matplotlib figure as inline SVG that takes its colours and letters from the page around it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup

from bench.report.palette import GRID, INK, VARIABLES

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": GRID,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "lines.solid_capstyle": "round",
    "text.color": INK,
    "text.parse_math": False,  # A name with dollar signs is a name, not a formula.
    "xtick.color": GRID,
    "xtick.labelcolor": INK,
    "ytick.color": GRID,
    "ytick.labelcolor": INK,
    "svg.fonttype": "none",  # Text stays text: it takes the page's font and can be searched.
    "svg.hashsalt": "pairbench",  # The same figure has the same ids in every process.
}
_NAMESPACE = re.compile(r"^\{[^}]*\}")
_FONT = re.compile(r"font-family:[^;]*;?\s*")
_COLOUR = re.compile("|".join(VARIABLES))
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_OWNER = "of:"
"""Begins the gid of an artist that belongs to a model: the rest is what `own` was told, as JSON."""


@contextmanager
def style() -> Iterator[None]:
    """The look of all figures; draw and render inside it."""
    with mpl.rc_context(_STYLE):
        yield


def own(artist: Artist, model: str, *frameworks: str, named: Iterable[str] = ()) -> None:
    """Say whose an artist is, for readers who look at some models or frameworks only.

    In the page it has `data-model` and `data-framework` (names with spaces between, all of which it needs), as the rows
    of tables do. What names a model is `named` instead: `data-frameworks`, a JSON list, of which one is enough.
    """
    artist.set_gid(_OWNER + json.dumps([model, " ".join(frameworks), sorted(named)]))


@contextmanager
def owned(axes: Axes, model: str, *frameworks: str, named: Iterable[str] = ()) -> Iterator[None]:
    """What is drawn inside belongs to a model, and to a framework if one is named; see `own`."""
    before = set(axes.get_children())
    yield
    for artist in axes.get_children():
        if artist not in before:
            own(artist, model, *frameworks, named=named)


def render(figure: Figure, name: str, description: str) -> Markup:
    """The figure as an `<svg>` element: ids begin with `name`, `description` is its text alternative."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(drawn.getvalue())  # noqa: S314  (matplotlib wrote it a line ago)
    for parent in list(root.iter()):
        # The metadata names other people's sites; the style would apply to the whole page.
        for child in [child for child in parent if _local(child.tag) in {"metadata", "style"}]:
            parent.remove(child)
    for element in root.iter():
        _adapt(element, name)
    _, _, width, height = root.attrib.pop("viewBox").split()
    root.attrib = {
        "viewBox": f"0 0 {width} {height}",
        "id": name,
        "role": "img",
        "aria-label": description,
        # Without it a drawing fills any width and its letters grow with it.
        "style": f"max-width: {float(width) * 1.6:.0f}px",
    }
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704  (the serialiser has escaped all text)


def _adapt(element: ElementTree.Element, name: str) -> None:
    """Make one element fit the page: no namespaces, own ids, the page's colours and font."""
    element.tag = _local(element.tag)
    adapted = {}
    for key, value in element.attrib.items():
        match _local(key):
            case "id" if value.startswith(_OWNER):
                model, needed, named = json.loads(value.removeprefix(_OWNER))
                adapted["data-model"] = model
                if needed:
                    adapted["data-framework"] = needed
                if named:
                    adapted["data-frameworks"] = json.dumps(named)
            case "id":
                adapted["id"] = f"{name}-{value}"
            case "href":
                adapted["href"] = f"#{name}-{value.removeprefix('#')}"
            case "style":
                coloured = _COLOUR.sub(lambda found: VARIABLES[found[0]], _FONT.sub("", value))
                adapted["style"] = _REFERENCE.sub(rf"url(#{name}-\1)", coloured)
            case other:
                adapted[other] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    element.attrib = adapted


def _local(name: str) -> str:
    """A tag or attribute without its namespace: inside HTML, SVG needs none."""
    return _NAMESPACE.sub("", name)
