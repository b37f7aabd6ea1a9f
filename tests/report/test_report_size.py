"""A page of three hundred trials: what it weighs is asserted, how long it takes is printed."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bench.report
from bench.training.pictures import GRID_SIDE, tile, write_png

if TYPE_CHECKING:
    from bench.results.folder import RunFolder
    from bench.results.record import TrialRecord
    from tests.report.conftest import MadeUp

MODELS = ["gan", "dcgan", "cvae", "cvae[equal]", "cond_vae", "vae_dense", "vae_conv"]
GANS = ["gan", "dcgan"]
SETS = ["mnist-mini", "fashion-mnist-mini", "monsters", "folder:faces"]
MOST_BYTES = 15_000_000


def latent_pictures(trial: TrialRecord) -> dict[str, str]:
    if trial.seed:
        return {}
    drawn = ["interpolation"]
    drawn += ["plane"] * (trial.model == "cvae") + ["walks"] * (trial.model not in GANS)
    return {name: f"{name}.png" for name in drawn}


@pytest.fixture
def large(made: MadeUp) -> RunFolder:
    """7 models in 2 frameworks on 4 data sets with 6 seeds, 336 trials, and pictures that hardly compress."""
    shape = (64, 64, 3)
    trials = [
        trial
        for dataset in SETS
        for trial in made.trials(MODELS, seeds=6, dataset=dataset, image_shape=shape, quality=None, status="ok")
    ]
    scored = [
        trial.model_copy(
            update={
                "quality": made.quality(40.0 + place % 50, coverage_by_class=(0.5, 0.75), coverage=0.6),
                "artifacts": trial.artifacts | latent_pictures(trial),
                "walks": None if trial.model in GANS else made.walks(),
            }
        )
        for place, trial in enumerate(trials)
    ]
    folder = made.run(scored, datasets={name: made.dataset(name, image_shape=shape) for name in SETS})
    noise = np.random.default_rng(0).integers(0, 256, (GRID_SIDE**2, *shape), dtype=np.uint8)
    grid = folder.path / "noise.png"
    write_png(grid, tile(noise))
    rows, columns = 8, 18
    write_png(folder.path / "walks.png", tile(np.resize(noise, (rows * columns, *shape)), columns))
    walks = (folder.path / "walks.png").read_bytes()
    for trial in scored:
        for name in ["grid.png", *(point.grid for point in trial.curve if point.grid)]:
            if trial.seed == 0:
                (folder.trial(trial.id) / name).write_bytes(grid.read_bytes())
        if "walks" in trial.artifacts:
            (folder.trial(trial.id) / "walks.png").write_bytes(walks)
    return folder


@pytest.mark.slow
def test_a_page_of_three_hundred_trials_can_be_mailed(large: RunFolder, benchmark: Any) -> None:
    page = benchmark.pedantic(bench.report.build, args=(large,), rounds=1)
    html = page.read_bytes()
    pictures = re.findall(rb'src="(data:image/png;base64,[^"]*)"', html)
    assert len(html) <= MOST_BYTES
    # Thinned, but no model lost its picture.
    assert len(pictures) >= len(SETS) * len(MODELS) * 2
    assert html.count(b"The films of these walks are left out") == len(SETS)
    assert len(re.findall(rb'alt="Walks through the latent space of', html)) == len(SETS) * len(set(MODELS) - set(GANS))
    assert base64.b64decode(pictures[0].split(b",")[1])[:4] == b"\x89PNG"
