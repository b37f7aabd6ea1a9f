"""The nearest pairs of a score as pictures: generated images above, the training images nearest to them below."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.quality.features import Images
from bench.quality.record import PAIR_PICTURES, Quality
from bench.training.pictures import tile, write_png


def draw_pairs(folder: Path, quality: Quality, images: Images, train: Images) -> None:
    """Write a picture for each kind of nearest pairs that the score of `images` has, a column a pair.

    `images` and `train` are uint8 [N, H, W, C], generated and training images. A picture that an earlier score left is
    removed where this one has no such pairs.
    """
    for figure in PAIR_PICTURES:
        pairs = getattr(quality, figure)
        path = folder / f"{figure}.png"
        if not pairs:
            path.unlink(missing_ok=True)
            continue
        above = images[[pair.generated for pair in pairs]]
        below = train[np.array([pair.train for pair in pairs])]
        write_png(path, tile(np.concatenate([above, below]), columns=len(pairs)))
