"""torch-fidelity with its traps closed: keywords that it would not mind, and settings that must be said."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Dataset
from torch_fidelity import calculate_metrics
from torch_fidelity.defaults import DEFAULTS

SAFE = {
    "cuda": False,
    "save_cpu_ram": True,  # Else it forks loader workers, and holds whole matrices of distances.
    "cache": False,  # Its cache knows inputs and extractors by name alone: other images of the name get old scores.
    "verbose": False,
}
"""What every call states."""
REFUSED = {
    "feature_extractor_internal_dtype": "float64 is float32 there without a word: cast in the extractor itself",
    "input1_cache_name": "a cache by name gives stale scores: `bench.quality.cache` goes by content",
    "input2_cache_name": "a cache by name gives stale scores: `bench.quality.cache` goes by content",
    "cache_root": "a cache by name gives stale scores: `bench.quality.cache` goes by content",
}
"""Keywords that do not do what they say, and why."""


def keywords(**asked: Any) -> dict[str, Any]:
    """The keywords for a function of torch-fidelity, with `SAFE` beneath them.

    It ignores an unknown one without a word: here that is a TypeError, and what does not do as it says a ValueError.
    """
    unknown = sorted(asked.keys() - DEFAULTS.keys())
    if unknown:
        raise TypeError(f"torch-fidelity has no keyword {', '.join(unknown)}, and would not say so")
    for name in asked.keys() & REFUSED.keys():
        raise ValueError(f"torch-fidelity's {name} is not used: {REFUSED[name]}")
    return SAFE | asked


def plain_metrics(generated: Dataset[Any], real: Dataset[Any], extractor: str, **asked: Any) -> dict[str, float]:
    """All that `torch_fidelity.calculate_metrics` measures of two data sets by a registered extractor.

    Input 1 is what was generated, input 2 what is real: the other way round precision and recall change places. A
    model is not taken: conditional ones fail in the library, so images are drawn before.
    """
    for side in (generated, real):
        if not isinstance(side, Dataset):
            raise TypeError(f"images in a torch Dataset are scored, not {type(side).__name__}")
    found: dict[str, float] = calculate_metrics(
        **keywords(input1=generated, input2=real, feature_extractor=extractor, **asked)
    )
    return found
