"""Decides which time a look is about: from a little before the end of the last one, in windows that can be answered.

A window that is too much for one answer, or for the time of a look, is asked for in halves; one that was easy is
followed by a longer one. How long it may be is part of the bookmark, so that no look fails as the one before did.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.pulls.source import Found, Step, TooMuch, behind
from collectors.traces.spans import Span

SHORTEST = 1.0
"""Seconds of a window that is not halved any more."""
FURTHEST = 30 * 86_400.0
"""Seconds: no one keeps traces much longer, and what was away for years shall not be asked about each day of them."""
AT_ONCE = 200_000
"""Spans of one window, which are in memory together."""


@dataclass(frozen=True, slots=True)
class Window:
    """Unix seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    @property
    def halves(self) -> tuple[Window, Window]:
        """Both halves of it."""
        middle = (self.start + self.end) / 2
        return Window(self.start, middle), Window(middle, self.end)


Read = Callable[[Window], Iterator[Found]]
"""Everything of a window. Raises NotListed; TooMuch where a smaller window may be answered."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`first`: seconds that the very first look goes back. `delay`: how late spans may arrive.

    `longest`: seconds of one window. `clock`: unix seconds.
    """

    first: float
    delay: float
    longest: float
    clock: Callable[[], float] = time.time

    def steps(self, bookmark: str, until: float, read: Read) -> Iterator[Step]:
        """A step for each window from a bookmark to now. Raises NotListed."""
        now, began = self.clock(), time.monotonic()
        done, longest = _known(bookmark, self.longest)
        if done is None or done > now + self.delay:
            # Without a mark, or with one of a clock that was set back since.
            done = now - self.first + self.delay
        start = done - self.delay
        if start < now - FURTHEST:
            days = (now - FURTHEST - start) / 86_400
            start = now - FURTHEST
            done = start + self.delay
            told = f"{days:.1f} days, because nothing is asked for that is older than {FURTHEST / 86_400:.0f} days"
            yield Step((), self._bookmark(done, longest), (told,))
        while start < now:
            if time.monotonic() > until:
                raise behind(f"{until - began:.0f} s")
            window = Window(start, min(start + longest, now))
            asked = time.monotonic()
            try:
                spans, faults = _read(read, window)
            except NotListed as refused:
                late = time.monotonic() >= until
                if window.seconds <= SHORTEST or not (late or isinstance(refused, TooMuch)):
                    raise
                if not late or (until - asked) * 2 > until - began:
                    longest = window.seconds / 2
                    yield Step((), self._bookmark(done, longest))
                if late:
                    raise
                continue
            took = time.monotonic() - asked
            if len(spans) * 2 <= AT_ONCE and took * 4 <= until - began:
                longest = min(longest * 2, self.longest)
            start = done = window.end
            yield Step(spans, self._bookmark(done, longest), tuple(faults))

    def _bookmark(self, done: float, longest: float) -> str:
        return f"{done:.3f}" + (f" {longest:.3f}" if longest < self.longest else "")


def _read(read: Read, window: Window) -> tuple[list[Span], list[str]]:
    spans: list[Span] = []
    faults: list[str] = []
    for found in read(window):
        if isinstance(found, str):
            faults.append(found)
        else:
            spans += found
        if len(spans) > AT_ONCE and window.seconds > SHORTEST:
            raise TooMuch(Why.PARTIAL, f"has more than {AT_ONCE} spans at once", "TooMuch")
    return spans, faults


def _known(bookmark: str, longest: float) -> tuple[float | None, float]:
    """Until when was read, and how long windows may be."""
    done, _, remembered = bookmark.partition(" ")
    return (float(done) if done else None), min(float(remembered or longest), longest)
