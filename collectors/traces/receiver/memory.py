"""Keeps memory that messages are decoded into, instead of giving it back after each, and gives it back by and by."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable

GARBAGE_THRESHOLD = (200_000, 20, 100)
"""Spans become millions of short-lived tuples, none in a cycle: the default of 700 looks at them all the time and
takes four tenths of the throughput."""

KEPT = 64 * 2**20
"""Bytes: less than this stays with the process when it is freed, and smaller blocks are not mapped anew each time."""

_ARENAS = 2
"""Pools of memory: one for each thread would keep as much for each of them."""

_EVERY = 60.0
"""Seconds after which what nothing uses is given back: to take it again costs little by then."""

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


def give_back() -> None:
    """Gives back what was freed between blocks that are in use, where the C library can."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


class GivingBack:
    """Gives memory back now and then, in a thread of its own."""

    def __init__(self, work: Callable[[], None] = give_back, every: float = _EVERY) -> None:
        """`every`: seconds."""
        self._work = work
        self._every = every
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._ended.clear()
        self._thread = threading.Thread(target=self._by_and_by, name="giving-back", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Safe to call twice."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _by_and_by(self) -> None:
        while not self._ended.wait(self._every):
            self._work()
