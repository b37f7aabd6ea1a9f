"""Nearest pairs as pictures: the right images, one above the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from bench.quality.pair_pictures import draw_pairs
from bench.quality.record import NOT_BUILT, NearestPair, Quality


def quality(**figures: object) -> Quality:
    head = {"extractor": "e", "title": "FD", "n": 4, "reference": "r"}
    absent = {name: NOT_BUILT for name in Quality.figures() if name not in figures}
    return Quality.model_validate({**head, **figures, "absent": absent})


def test_a_pair_is_a_column_generated_above_train_below(tmp_path: Path) -> None:
    images = np.full((4, 2, 3, 1), 10, np.uint8) * np.arange(1, 5, dtype=np.uint8)[:, None, None, None]
    train = images + 5
    pairs = tuple(NearestPair(generated=g, train=t, distance=1.0, threshold=2.0) for g, t in ((3, 0), (1, 2)))
    (tmp_path / "nearest_pixels.png").write_bytes(b"of an earlier score")
    draw_pairs(tmp_path, quality(nearest=pairs), images, train)
    drawn = np.asarray(Image.open(tmp_path / "nearest.png"))
    assert drawn.shape == (2 * 3 + 1, 2 * 4 + 1)
    assert [[drawn[row, column] for column in (1, 5)] for row in (1, 4)] == [[40, 20], [15, 35]]
    assert not (tmp_path / "nearest_pixels.png").exists()
