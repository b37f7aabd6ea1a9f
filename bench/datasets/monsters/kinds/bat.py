"""Bats: a small furry ball with large ears between two wide wings, in the air."""

from __future__ import annotations

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, eyes, mouth

NAME = "bat"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one bat on each picture."""
    skin = parts.skin(draws, (0.69, 0.82), (0.85, 1.0), saturation=0.5)
    x, y = canvas.mirrored, canvas.y
    size = draws.uniform(0.28, 0.36)
    middle = draws.uniform(-0.12, 0.12)
    parts.shadow(canvas, 0.0, size * 1.3, draws.uniform(0.2, 0.32))

    # A wing is what lies under the arm and above three scallops; it is lifted by moving its tip.
    lift = draws.uniform(-0.5, 0.1)
    tip = (draws.uniform(0.8, 0.88), middle + lift)
    elbow = (draws.uniform(0.4, 0.5), middle + lift * 0.75 - draws.uniform(0.12, 0.24))
    ends = [tip, (tip[0] * 0.86, middle + 0.22 + lift * 0.4), (tip[0] * 0.52, middle + 0.36 + lift * 0.1)]
    web = draws.uniform(0.06, 0.1)
    membrane = shapes.union(
        *(
            shapes.blend(
                shapes.limb(x, y, (size * 0.4, middle), end, (size * 0.5, 0.01)),
                shapes.limb(x, y, elbow, end, (web, 0.0)),
                0.18,
            )
            for end in ends
        )
    )
    canvas.solid(membrane, skin.accent.mixed(skin.body, 0.35), skin.line, 0.2)
    bones = shapes.union(
        shapes.limb(x, y, (size * 0.6, middle), elbow, (0.05, 0.035)),
        *(shapes.limb(x, y, elbow, end, (0.032, 0.008)) for end in ends),
    )
    canvas.paint(bones, skin.line.mixed(skin.body, 0.45))

    top = middle - size
    point = (size * draws.uniform(0.6, 1.1), top - draws.uniform(0.12, 0.28))
    ear = shapes.limb(x, y, (size * 0.55, middle - size * 0.6), point, (draws.uniform(0.13, 0.18), 0.02))
    canvas.solid(ear, skin.body, skin.line, 0.12)
    canvas.paint(shapes.limb(x, y, (size * 0.57, middle - size * 0.7), point, (0.07, 0.0)) + 0.02, skin.accent)
    toes = shapes.ellipse(x, y, (size * 0.4, middle + size * 1.0), (0.08, draws.uniform(0.07, 0.12)))
    canvas.solid(toes, skin.accent.mixed(skin.body, 0.5), skin.line, 0.1)

    body = shapes.ellipse(x, y, (0.0, middle), (size, size * draws.uniform(0.95, 1.2)))
    canvas.solid(body, skin.body, skin.line, depth=0.28)
    parts.pattern(canvas, draws, body, (0.0, middle), (size, size), skin)

    at = Eyes(
        middle=draws.middling(-0.03, 0.03),
        height=middle - size * draws.uniform(0.05, 0.3),
        apart=size * draws.uniform(0.4, 0.5),
        size=draws.uniform(0.09, 0.13),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at)
    mouth(canvas, draws, at.middle, at.height + at.size + draws.uniform(0.08, 0.13), size * 0.5, skin.line)
