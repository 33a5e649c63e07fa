"""Asks for all traces of a window where answers have no next page: what is as long as may be is asked for in halves.

How long an answer may be is for the server to say: one that refuses the length is asked for fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import SHORTEST, Window

LONGEST = 900.0
LIMIT = 1000
"""Traces of one answer."""
FEWEST = 20

_REFUSED = frozenset({"400", "500"})
"""Codes with which servers refuse an answer of so many traces."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Documents of a window. `full`: there may be more."""

    found: Sequence[object]
    full: bool


Ask = Callable[[Window, int], Answer]
"""Asks for the traces of a window, and so many at most. Raises NotListed."""


class Search:
    """How one server is searched. Used by one thread at a time."""

    def __init__(self) -> None:
        self._limit = LIMIT

    def all(self, window: Window, ask: Ask, faults: list[str], what: str = "") -> Iterator[object]:
        """All traces of a window; a second that has more than an answer holds is named. Raises NotListed."""
        answer = self._asked(window, ask)
        if answer.full and window.seconds > SHORTEST:
            for half in window.halves:
                yield from self.all(half, ask, faults, what)
            return
        if answer.full:
            faults.append(f"more than {self._limit} traces{what} in the second {window.start:.0f}")
        yield from answer.found

    def _asked(self, window: Window, ask: Ask) -> Answer:
        limit = self._limit
        while True:
            try:
                answer = ask(window, limit)
            except NotListed as refused:
                if refused.code not in _REFUSED or limit <= FEWEST:
                    raise
                limit = max(limit // 5, FEWEST)
            else:
                self._limit = limit
                return answer


def listed(web: Web, found: object) -> list[object]:
    """A list of traces. Raises NotListed if it is none."""
    if not isinstance(found, list):
        raise not_traces(web)
    return found


def not_traces(web: Web) -> NotListed:
    """An answer of another kind."""
    return NotListed(
        Why.FAILED, f"{web.host} answers something else than traces: correct kind or url", "Kind"
    )
