"""The colours of the models: apart for every kind of colour vision, in the light and in the dark scheme."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import bench.report
from bench.report.palette import SERIES, Palette

STYLE = (Path(bench.report.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
SCHEMES = STYLE.split("prefers-color-scheme: dark")[:2]
# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    "all cones": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
}
APART = 20.0
"""CIE76 distance; 2.3 is just noticeable, and lines are thin."""


def colours(scheme: str, name: str) -> list[NDArray[np.float64]]:
    """The colours of these variables, as linear RGB."""
    found = re.findall(rf"--{name}: #(..)(..)(..);", scheme)
    values = np.array([[int(part, 16) / 255 for part in colour] for colour in found])
    return list(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4))


def luminance(colour: NDArray[np.float64]) -> float:
    return float(colour @ (0.2126, 0.7152, 0.0722))


def lab(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(colour, 0, 1) / (0.9505, 1.0, 1.089)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_models_are_told_apart_by_every_kind_of_vision(scheme: str, vision: str) -> None:
    seen = [lab(np.array(VISION[vision]) @ colour) for colour in colours(scheme, r"series-\d")]
    assert len(seen) == SERIES
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= APART


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_marks_stand_out_from_the_surface(scheme: str) -> None:
    (surface,) = colours(scheme, "surface")
    for colour in colours(scheme, r"series-\d"):
        dark, light = sorted((luminance(colour), luminance(surface)))
        assert (light + 0.05) / (dark + 0.05) >= 2.95


def test_seven_models_have_seven_colours() -> None:
    models = ["gan", "dcgan", "cvae", "cvae[equal]", "cond_vae", "vae_dense", "vae_conv"]
    palette = Palette(models)
    assert len({palette.colour(model) for model in models}) == len(models)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "surface", "soft"])
def test_words_stand_out_from_every_ground(scheme: str, ground: str) -> None:
    """WCAG 2 level AA: 4.5 for words, 3 for the edges of controls."""
    (behind,) = colours(scheme, ground)
    for name, least in {**dict.fromkeys(("ink", "muted", "accent", "ok", "bad", "warn"), 4.5), "edge": 3.0}.items():
        (colour,) = colours(scheme, name)
        dark, light = sorted((luminance(colour), luminance(behind)))
        assert (light + 0.05) / (dark + 0.05) >= least, name
