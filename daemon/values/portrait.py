"""Everything kept of one resource at one snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collectors.model import Extent, Relation, Resource
from daemon.values.drift import Origin, SnapshotHead
from daemon.values.finding import Finding
from daemon.values.graph import Binding
from daemon.values.lifetime import Point
from daemon.values.path import DataPath


@dataclass(frozen=True, slots=True)
class Presence:
    """That an extent shows the resource, and how the extent was answered.

    `state`: `listed`, `sighted`, or why it could not be listed, since `state_since`, with a `detail`.
    `confirmed`: when the extent was last listed; None if never. `absent`: how many listings in a row lack
    the resource since, where one is not enough to call it removed.
    """

    extent: Extent
    since: Point
    origin: Origin
    state: str
    state_since: Point
    detail: str
    confirmed: datetime | None
    absent: int = 0


@dataclass(frozen=True, slots=True)
class Tie:
    """One relation of the resource. `binding`: what a raw target turned out to be; None if it is a urn."""

    relation: Relation
    binding: Binding | None = None

    @property
    def target(self) -> str:
        """The urn it leads to, or the name that nothing answers to."""
        return (self.binding.urn if self.binding else "") or str(self.relation.target)


@dataclass(frozen=True, slots=True)
class Portrait:
    """A resource as of snapshot `at`.

    `first`: where its oldest version begins. `versions`: how many there are, up to today.
    `presences`: the one that speaks for it first. `gone`: the snapshot that no longer shows it, if `at` is
    not the snapshot that was asked for because it was not there any more.
    """

    at: SnapshotHead
    resource: Resource
    first: Point
    versions: int
    presences: tuple[Presence, ...]
    outgoing: tuple[Tie, ...] = ()
    incoming: tuple[Tie, ...] = ()
    paths: tuple[DataPath, ...] = ()
    findings: tuple[Finding, ...] = ()
    gone: Point | None = None
