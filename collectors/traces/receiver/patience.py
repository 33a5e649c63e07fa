"""Ends what takes too long, with one thread for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Patience:
    """Calls `end` of what is still going on after `seconds`. Safe for threads."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: dict[int, tuple[float, Callable[[], object]]] = {}
        self._number = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="patience", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    @contextmanager
    def within(self, end: Callable[[], object]) -> Iterator[None]:
        """What is done in this block is ended if it takes too long."""
        with self._lock:
            self._number += 1
            number = self._number
            self._open[number] = (time.monotonic() + self._seconds, end)
        try:
            yield
        finally:
            with self._lock:
                self._open.pop(number, None)

    def _watch(self) -> None:
        while not self._closed.wait(min(self._seconds / 4, 1.0)):
            now = time.monotonic()
            with self._lock:
                late = [number for number, (until, _) in self._open.items() if until <= now]
                ends = [self._open.pop(number)[1] for number in late]
            for end in ends:
                end()
