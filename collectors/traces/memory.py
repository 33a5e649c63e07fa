"""A sink and source of facts in memory: for one-off imports, and where nothing is to be kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from collectors.contract import Fact
from collectors.traces.refused import NO_ENVIRONMENT

_Identity = tuple[str, str, str, str, str]


class MemoryFacts:
    """Facts of this process. Safe for threads."""

    def __init__(self) -> None:
        self._facts: dict[_Identity, Fact] = {}
        self._bookmarks: dict[str, str] = {}
        self._lock = threading.Lock()

    def record(self, facts: Sequence[Fact], timeout: float) -> None:  # noqa: ARG002 - memory is never busy
        """Adds facts."""
        with self._lock:
            for fact in facts:
                identity = (fact.environment, fact.source, fact.verb, fact.target, fact.detail)
                known = self._facts.get(identity)
                self._facts[identity] = (
                    fact
                    if known is None
                    else Fact(
                        *identity,
                        first=min(known.first, fact.first),
                        last=max(known.last, fact.last),
                        count=known.count + fact.count,
                    )
                )

    def environments(self) -> Sequence[str]:
        """Every environment heard of, sorted."""
        with self._lock:
            return sorted({identity[0] for identity in self._facts} - {NO_ENVIRONMENT})

    def facts(self, environment: str) -> Iterator[Fact]:
        """All facts of an environment, in order of identity."""
        with self._lock:
            chosen = [self._facts[key] for key in sorted(self._facts) if key[0] == environment]
        return iter(chosen)

    def position(self) -> int:
        """The number of facts."""
        return len(self._facts)

    def bookmark(self, source: str) -> str:
        """What was kept last, "" if nothing was."""
        return self._bookmarks.get(source, "")

    def keep_bookmark(
        self, source: str, text: str, facts: Sequence[Fact] = (), timeout: float = 30.0
    ) -> None:
        """Keeps a bookmark and what was read up to it."""
        self.record(facts, timeout)
        self._bookmarks[source] = text
