"""Images in: every data set as one `ImageSet` (uint8 NHWC and labels), whichever file it came from.

`load(name)` is all that a trial needs; `sources()`, `find(name)` and `rows()` say what there is without
reading any of it. A new data set is one new file in `bench/datasets/sources/`.
"""

from __future__ import annotations

from bench.datasets.catalogue import fetch, find, load, sources
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Sizes, Source
from bench.datasets.table import Row, rows

__all__ = ["ImageSet", "Row", "Sizes", "Source", "fetch", "find", "load", "rows", "sources"]
