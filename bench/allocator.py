"""What the allocator of a helper is told: to keep the memory that is freed."""

from __future__ import annotations

import os
from collections.abc import Mapping

KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "2000000000", "MALLOC_TRIM_THRESHOLD_": "2000000000"}
"""For glibc: blocks of up to 2 GB come from its heap, and the heap does not shrink below that.

By default it maps every block beyond 32 MiB anew, such as one activation of 64 pictures of 64x64 with 32 channels, and
the system zeroes it page by page. On a CPU that costs PyTorch, which allocates each result anew, up to half of its
speed, and TensorFlow little (docs/performance.md): it would measure an allocator, not a framework. Both are set,
because either alone would freeze the other at 128 KiB.
"""
LEAST_GLIBC = (2, 35)
"""Before it, glibc refuses a threshold above 32 MiB, and heeding the other alone would be worse than the default."""
TUNABLES = "GLIBC_TUNABLES"


def settings(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that decide a helper's allocator: `KEEP_MEMORY`, unless the user has told it something already."""
    own = {
        name: value
        for name, value in variables.items()
        if name.startswith("MALLOC_") or name in (TUNABLES, "LD_PRELOAD")
    }
    heeded = glibc() >= LEAST_GLIBC and "glibc.malloc." not in own.get(TUNABLES, "")
    return {**(KEEP_MEMORY if heeded else {}), **own}


def glibc() -> tuple[int, ...]:
    """The version of the C library, or () where it is another one."""
    try:
        library, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        return tuple(map(int, version.split(".")[:2])) if library == "glibc" else ()
    except (ValueError, OSError):
        return ()
