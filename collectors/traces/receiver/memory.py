"""Keeps memory that messages are decoded into, instead of giving it back after each."""

from __future__ import annotations

import ctypes
import gc

GARBAGE_THRESHOLD = (200_000, 20, 100)
"""Spans become millions of short-lived tuples, none in a cycle: the default of 700 looks at them all the time and
takes four tenths of the throughput."""

KEPT = 64 * 2**20
"""Bytes: less than this stays with the process when it is freed, and smaller blocks are not mapped anew each time."""

_ARENAS = 2
"""Pools of memory: one for each thread would keep as much for each of them."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h of the GNU C library


def keep() -> None:
    """Sets the process's garbage threshold, and where the C library has them, its thresholds of giving back.

    By default a message of some megabytes is mapped, filled page by page, and unmapped again: two to four times the
    cost of decoding it.
    """
    gc.set_threshold(*GARBAGE_THRESHOLD)
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_TRIM_THRESHOLD, KEPT)
        library.mallopt(_MMAP_THRESHOLD, KEPT)
        library.mallopt(_ARENA_MAX, _ARENAS)
