"""How much memory this process has taken at its peak."""

from __future__ import annotations

import resource
import sys


def peak_resident_bytes() -> int:
    """Peak resident set size of this process, in bytes, since it started."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes (getrusage(2)).
    return peak if sys.platform == "darwin" else peak * 1024
