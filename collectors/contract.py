"""What every collector promises, and what the daemon lends it.

Promises of a collector:

- `plan` is cheap and touches the network only to learn what there is to ask (opted-in regions, say).
- `answer` yields exactly one answer for each extent its request names, in any order. It never raises for
  weather: what could not be listed is a `Gap`. A listing is complete or it is not a listing.
- Nothing is called that could change anything.
- The same world gives equal answers: sorted, deterministic, free of volatile fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from collectors.model import Answer, Extent, Json, Relation

ANYWHERE = "*"
"""As the account of an asked extent: this type is asked for wherever the provider shows something. A known scope that
it does not show any more may be gone, or hidden: that is a gap, for nobody took it out of the settings."""


@dataclass(frozen=True, slots=True)
class Request:
    """A unit of work: small enough to run on its own, and picklable.

    `extents`: the extents this request answers, each exactly once. One where each type has its own call
    (AWS), several where one traversal answers many (Google, Azure).
    `deadline`: seconds the whole request may take.
    """

    collector: str
    extents: tuple[Extent, ...]
    parameters: Mapping[str, Json] = field(default_factory=dict)
    deadline: float = 120.0


class View(Protocol):
    """What a collector that follows others may look at."""

    def relations(self, verb: str) -> Iterable[Relation]:
        """Relations of a verb: as answered in this cycle and, where an extent was not listed, as known before."""
        ...

    def stored(self, kind: str) -> frozenset[str]:
        """Digests whose content of this kind is stored already."""
        ...


@runtime_checkable
class Follower(Protocol):
    """A collector whose work depends on what others answered in the same cycle (images that workloads use)."""

    def follow(self, view: View) -> Iterable[Request]:
        """Its units of work, planned when all other collectors have answered."""
        ...


class Collector(Protocol):
    """Enumerates one kind of source."""

    @property
    def name(self) -> str:
        """`aws`, `traces`, ...: the name of its settings and of its scopes' provider."""
        ...

    def plan(self) -> Iterable[Request]:
        """The units of work of one cycle; together they name every extent that is due."""
        ...

    def asked(self) -> frozenset[Extent] | None:
        """Every extent the settings ask for, due or not, as the last `plan` knew; None if it could not tell.

        What is not among them was taken out of the settings and is retired, so an account that could not
        be entered must give None rather than leave its extents out. See ANYWHERE.
        """
        ...

    def answer(self, request: Request) -> Iterator[Answer]:
        """Exactly one answer for each extent of the request."""
        ...

    def close(self) -> None:
        """Lets go of clients and connections; safe to call twice."""
        ...


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing seen in telemetry, free of values: an idempotent upsert.

    Identity: (environment, source, verb, target, detail). Beside it, earliest and latest span time (unix
    seconds) and a count. `source` is a urn; `target` a urn or `str(Alias)`, or "" for a fact about the
    source alone. `detail` is canonical JSON, "" if there is nothing to add. Facts of no environment ("") are about
    the receiver.
    """

    environment: str
    source: str
    verb: str
    target: str
    detail: str
    first: float
    last: float
    count: int = 1


class FactSink(Protocol):
    """Where a receiver writes. What `record` returned from is durable."""

    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        """Stores facts. Raises SinkBusy if they are not durable within `timeout` seconds."""
        ...


class FactSource(Protocol):
    """What the traces collector reads in a cycle."""

    def environments(self) -> Sequence[str]:
        """Every environment heard of, sorted."""
        ...

    def facts(self, environment: str) -> Iterator[Fact]:
        """All facts of an environment, in order of identity."""
        ...

    def position(self) -> int:
        """A number that grows with each new fact."""
        ...


class Bookmarks(Protocol):
    """Where a source that is pulled was left, kept beside the facts that were read from it."""

    def bookmark(self, source: str) -> str:
        """What was kept last, "" if nothing was."""
        ...

    def keep_bookmark(
        self, source: str, text: str, facts: Sequence[Fact] = (), timeout: float = 30.0
    ) -> None:
        """Keeps a bookmark, and the facts that were read up to it: both or neither. Raises SinkBusy."""
        ...


class FactStore(FactSink, FactSource, Bookmarks, Protocol):
    """All that is known of flows, and of how far it was read."""


class SinkBusy(Exception):
    """The fact sink could not make facts durable in time; the sender shall retry."""
