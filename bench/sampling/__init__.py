"""Pictures from a finished run: grids, latent walks and films of a training (`python -m bench sample`)."""

from bench.sampling.sample import Order, sample

__all__ = ["Order", "sample"]
