"""Decides which time a look is about: from a little before the end of the last one, in askable windows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SHORTEST = 1.0
"""Seconds of a window that is not halved any more."""


@dataclass(frozen=True, slots=True)
class Window:
    """Unix seconds."""

    start: float
    end: float

    @property
    def halves(self) -> tuple[Window, Window]:
        """Both halves of it."""
        middle = (self.start + self.end) / 2
        return Window(self.start, middle), Window(middle, self.end)


@dataclass(frozen=True, slots=True)
class Pace:
    """`first`: seconds that the very first look goes back. `delay`: how late spans may arrive.

    `longest`: seconds of one window. `clock`: unix seconds.
    """

    first: float
    delay: float
    longest: float
    clock: Callable[[], float] = time.time

    def windows(self, bookmark: str) -> Iterator[Window]:
        """From a bookmark to now. A window's bookmark is that of its end."""
        now = self.clock()
        start = float(bookmark) - self.delay if bookmark else now - self.first
        while start < now:
            end = min(start + self.longest, now)
            yield Window(start, end)
            start = end


def bookmark(window: Window) -> str:
    """What to keep once a window is read."""
    return f"{window.end:.3f}"
