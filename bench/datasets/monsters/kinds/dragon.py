"""Dragons: sitting up, with a snout, little wings, a plated belly and a long tail to one side."""

from __future__ import annotations

import numpy as np

from bench.datasets.monsters import parts, shapes
from bench.datasets.monsters.canvas import WHITE, Canvas
from bench.datasets.monsters.draws import Draws
from bench.datasets.monsters.face import Eyes, eyes
from bench.datasets.monsters.parts import GROUND

NAME = "dragon"


def paint(canvas: Canvas, draws: Draws) -> None:
    """Paint one dragon on each picture."""
    skin = parts.skin(draws, (0.25, 0.38), (0.02, 0.16), saturation=0.6)
    x, y = canvas.mirrored, canvas.y
    head = draws.uniform(0.29, 0.37)
    chin = draws.uniform(-0.22, -0.08)
    belly = draws.uniform(0.27, 0.37)
    low = GROUND - belly * 0.95
    parts.shadow(canvas, 0.0, belly * 1.9)

    side = draws.side()
    sway = side * draws.uniform(0.66, 0.82)
    end = (sway, draws.uniform(0.02, 0.4))
    tail = shapes.curve(canvas.x, y, ((0.0, GROUND - 0.14), (sway * 1.1, GROUND), end), (0.16, 0.03), 5)
    canvas.solid(tail, skin.body, skin.line, 0.14)
    flame = draws.choice(0.45, 0.55)
    spade = shapes.limb(canvas.x, y, (end[0], end[1]), (end[0], end[1] - 0.2), (0.1, 0.0))
    ball = shapes.circle(canvas.x, y, end, 0.09)
    canvas.solid(np.where(flame == 0, spade, ball), skin.accent, skin.line, 0.1)

    raised = draws.uniform(-0.42, 0.0)
    shoulder = (belly * 0.6, low - belly * 0.5)
    tips = [(0.74, low - 0.25 + raised), (0.68, low + 0.05 + raised * 0.6), (0.5, low + 0.16 + raised * 0.3)]
    wing = shapes.union(*(shapes.limb(x, y, shoulder, tip, (0.13, 0.015)) for tip in tips))
    winged = draws.chance(0.75)
    canvas.solid(shapes.where(winged, wing), skin.accent, skin.line, 0.12)

    parts.feet(canvas, draws, skin, belly * draws.uniform(0.7, 0.95), draws.uniform(0.13, 0.17))
    trunk = shapes.blend(
        shapes.ellipse(x, y, (0.0, low), (belly, belly * 1.05)),
        shapes.limb(x, y, (0.0, chin), (0.0, low), (head * 0.6, belly * 0.6)),
        0.15,
    )
    canvas.solid(trunk, skin.body, skin.line, 0.28)
    plates = shapes.ellipse(x, y, (0.0, low), (belly * 0.62, belly * 0.9))
    canvas.paint(shapes.within(plates, trunk + 0.03), skin.belly)
    rows = (y - low) / 0.11
    gaps = np.abs(rows - np.floor(rows) - 0.5) * 0.11 - 0.014
    canvas.paint(shapes.within(gaps + 0 * x, shapes.within(plates + 0.02, trunk + 0.03)), skin.line, 0.35)
    paw = (belly * draws.uniform(0.4, 0.75), low + draws.uniform(-0.16, 0.06))
    arm = shapes.limb(x, y, (belly * 0.9, low - belly * 0.45), paw, (0.07, 0.065))
    canvas.solid(arm, skin.body, skin.line, 0.09)

    crest = draws.choice(0.45, 0.3, 0.25)
    peak = chin - head * 0.75
    out, up = draws.uniform(0.25, 0.5), draws.uniform(0.2, 0.34)
    horn = shapes.curve(
        x, y, ((head * 0.5, peak + 0.05), (head * 0.7, peak - up * 0.7), (out, peak - up)), (0.085, 0.012), 3
    )
    frill = shapes.union(
        *(
            shapes.limb(x, y, (head * 0.7, chin - 0.05), (head + reach, chin + drop), (0.11, 0.0))
            for reach, drop in ((0.2, -0.3), (0.26, -0.08), (0.18, 0.12))
        )
    )
    spikes = shapes.union(
        shapes.limb(x, y, (0.0, peak + 0.05), (0.0, peak - up), (0.08, 0.0)),
        shapes.limb(x, y, (0.16, peak + 0.08), (0.24, peak - up * 0.55), (0.07, 0.0)),
    )
    crown = np.where(crest == 0, horn, np.where(crest == 1, frill, spikes))
    canvas.solid(crown, skin.accent, skin.line, 0.1)

    skull = shapes.ellipse(x, y, (0.0, chin - 0.05), (head, head * 0.9))
    snout_wide, snout = head * draws.uniform(0.6, 0.85), chin + draws.uniform(0.08, 0.16)
    muzzle = shapes.ellipse(x, y, (0.0, snout), (snout_wide, draws.uniform(0.13, 0.18)))
    skull = shapes.blend(skull, muzzle, 0.12)
    canvas.solid(skull, skin.body, skin.line, 0.28)
    parts.pattern(canvas, draws, shapes.within(skull, y - chin + 0.12), (0.0, chin - 0.1), (head, head * 0.8), skin)
    canvas.paint(shapes.within(muzzle + 0.02, skull + 0.03), skin.belly, draws.uniform(0.0, 0.8), blur=2)
    canvas.paint(shapes.ellipse(x, y, (snout_wide * 0.35, snout - 0.05), (0.03, 0.022)), skin.line)
    grin = shapes.ring(shapes.circle(x, y, (0.0, snout - 0.32), 0.4), 0.035)
    canvas.paint(shapes.within(grin, shapes.within(0.02 - (y - snout), skull + 0.03)), skin.line)
    fang = shapes.limb(x, y, (snout_wide * 0.55, snout + 0.05), (snout_wide * 0.55, snout + 0.15), (0.035, 0.0))
    fanged = draws.chance(0.6)
    canvas.paint(shapes.where(fanged, fang - 0.02), skin.line)
    canvas.paint(shapes.where(fanged, fang), WHITE)

    at = Eyes(
        middle=draws.middling(-0.03, 0.03),
        height=chin - head * draws.uniform(0.3, 0.45),
        apart=head * draws.uniform(0.42, 0.58),
        size=draws.uniform(0.09, 0.125),
        lid=skin.body,
        line=skin.line,
    )
    eyes(canvas, draws, at)
