"""Budgets: how long a trial trains, how often, and how closely it is looked at.

Every trial of one data set gets the same budget; only `notebook` gives each recipe its own, and is kept out of
verdicts for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.errors import UserError, unknown
from bench.models.description import Description

BATCH_SIZE = 64
"""One batch size for all models, at the recipes' own rates: a stated deviation from the sources, which differ.

What counts for a GAN is the number of steps: after 60,000 Fashion-MNIST images the notebook's GAN shows grey blobs at
batch 512 (117 steps) and recognisable clothes at batch 64 (937 steps).
"""

NO_IWAE = "it is taken at standard and above, because it costs a hundred decodings an image"
"""Why a bound has no importance-weighted one."""
NO_EXPERIMENTS = (
    "a small experiment: --experiments asks for it, as --all does at standard and with as many --images; "
    "trials on one class by itself have none"
)
"""Why a trial has no record of an experiment that only serves a claim."""
LARGE_PICTURE = 32 * 32
"""Pixels, height times width, beyond which a picture is large."""


@dataclass(frozen=True)
class Budget:
    """A preset, or what the user asked for in images or seconds."""

    name: str
    purpose: str
    """In words, for `list budgets`."""
    seeds: int
    images: int | None = None
    """Training images of each trial, with repetition."""
    seconds: float | None = None
    """Seconds on the training clock, instead of images."""
    batch_size: int | None = BATCH_SIZE
    """None: each recipe's own."""
    full_sets: bool = False
    """Whether `--all` means the full data sets that are found here, rather than the bundled minis."""
    samples: int = 10_000
    """Pictures drawn for the scores, at most; never more than there are train or test images."""
    curve_samples: int = 2_000
    """Pictures drawn at each checkpoint."""
    checkpoints: int = 5
    verdicts: bool = True
    side_images: int | None = None
    """Images for the cells that only get one seed: models that are not in the headline, and every model on large
    pictures, which take their time; None: as the others."""
    side_checkpoints: int | None = None
    """Checkpoints of the same cells, where they get fewer images."""
    keep_workers: bool = False
    """Whether one worker a framework serves the whole run: starting one takes longer than the shortest trials. Then
    only the first trial of each says what a fresh process needs, in time and memory."""
    iwae: bool = False
    """Whether autoencoders get the importance-weighted bound at the end, which costs a hundred decodings an image."""
    experiments: bool = False
    """Whether `--all` includes the small experiments that only serve a claim; else they run when asked for."""
    slow_models_once: bool = False
    """Whether `--all` tries the slowest models on one data set alone, that of the smallest pictures."""

    def images_for(self, description: Description, train_images: int, pixels: int) -> int | None:
        """Training images of one trial, rounded down to whole batches; None where seconds decide.

        `pixels` is height times width of one picture.
        """
        if self.seconds is not None:
            return None
        if self.images is None:
            wanted = description.notebook.epochs * train_images
        elif self.side_images is not None and _aside(description, pixels):
            wanted = self.side_images
        else:
            wanted = self.images
        batch_size = self.batch_size_for(description)
        if wanted < 2 * batch_size:
            raise UserError(
                f"{wanted} images are less than two batches of {batch_size}: ask for more images or smaller batches"
            )
        return wanted - wanted % batch_size

    def batch_size_for(self, description: Description) -> int:
        """Batch size of one trial."""
        return description.notebook.batch_size if self.batch_size is None else self.batch_size

    def checkpoints_for(self, description: Description, pixels: int) -> int:
        """Checkpoints of one trial; `pixels` as in `images_for`."""
        if self.side_checkpoints is not None and _aside(description, pixels):
            return self.side_checkpoints
        return self.checkpoints

    def seeds_for(self, description: Description, pixels: int) -> int:
        """Seeds of one cell; `pixels` as in `images_for`."""
        return 1 if self.side_images is not None and _aside(description, pixels) else self.seeds


def _aside(description: Description, pixels: int) -> bool:
    """Whether a cell gets the smaller budget, where there is one."""
    return not description.headline or pixels > LARGE_PICTURE


BUDGETS: dict[str, Budget] = {
    budget.name: budget
    for budget in (
        Budget(
            name="smoke",
            purpose="does everything run? Every cell once, for 16 steps or 8; the pictures mean nothing",
            seeds=1,
            images=1_024,
            side_images=512,
            side_checkpoints=1,
            samples=1_500,
            curve_samples=1_500,
            checkpoints=2,
            keep_workers=True,
            slow_models_once=True,
        ),
        Budget(
            name="quick",
            purpose="a first look on two CPU cores: 500 steps and three seeds of the headline models on small pictures",
            seeds=3,
            images=32_000,
            side_images=6_400,
            checkpoints=4,
            side_checkpoints=2,
            slow_models_once=True,
        ),
        Budget(
            name="standard",
            purpose="what a verdict needs: six seeds, 18,750 steps on the full sets; sized for an hour of a GPU",
            seeds=6,
            images=1_200_000,
            full_sets=True,
            checkpoints=8,
            iwae=True,
            experiments=True,
        ),
        Budget(
            name="notebook",
            purpose="each recipe's own epochs and batch size, as its source has them; no verdicts",
            seeds=1,
            batch_size=None,
            full_sets=True,
            checkpoints=8,
            iwae=True,
            verdicts=False,
        ),
    )
}

DEFAULT = "quick"


def budget_of(name: str | None, images: int | None, seconds: float | None, batch_size: int | None) -> Budget:
    """The budget that a study asks for: a preset, `images` or `seconds`; `batch_size` changes any of them."""
    if sum(given is not None for given in (name, images, seconds)) > 1:
        raise UserError("give one of --budget, --images and --seconds, not several")
    if images is not None:
        long = images >= (BUDGETS["standard"].images or 0)
        budget = Budget(
            "images",
            "as many images as asked for",
            seeds=3,
            images=images,
            checkpoints=8,
            iwae=long,
            experiments=long,
        )
    elif seconds is not None:
        budget = Budget("seconds", "as many seconds as asked for", seeds=3, seconds=seconds, checkpoints=8)
    else:
        wanted = name or DEFAULT
        if wanted not in BUDGETS:
            raise unknown("budget", wanted, BUDGETS)
        budget = BUDGETS[wanted]
    return budget if batch_size is None else replace(budget, batch_size=batch_size)
