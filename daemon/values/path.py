"""A data path: how data of one class gets from where it is kept to who can ask for it, hop by hop."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """What the path does with the data."""

    READS = "reads"  # from a table towards the origin
    WRITES = "writes"  # from the origin into a table
    SENDS = "sends"  # to a third party
    PUBLISHES = "publishes"  # to a topic or queue, which carries it on

    @property
    def gives(self) -> bool:
        """Whether the data is handed to a third party or topic: its columns then go by `schema.table.column`."""
        return self in (Direction.SENDS, Direction.PUBLISHES)


class Answer(StrEnum):
    """What the origin of a path that reads does with what is read."""

    READS = "reads"  # it answers nobody, or is known to answer without it
    MAY_RETURN = "may return"  # it answers, and nothing is known of the fields of its answer
    RETURNS = "returns"  # a field of its answer says so
    NOT_ASKED = ""  # of a path that does not read, and of what was judged before anybody asked


class Tier(StrEnum):
    """How much is known of a path."""

    OBSERVED = "observed"  # seen from origin to sink within one trace
    POSSIBLE = "possible"  # composed of edges that were each seen


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a route, in the direction of the call.

    `by`: verb and target of the flow that the step was concluded from, where it is not the step itself.
    """

    source: str  # urn
    verb: str
    target: str  # urn, as the relation has it (a table's or host's own urn)
    evidence: str = ""
    by: tuple[str, str] | None = None

    @property
    def flow(self) -> tuple[str, str, str]:
        """Source, verb and target of the flow that it rests on."""
        verb, target = self.by or (self.verb, self.target)
        return self.source, verb, target


@dataclass(frozen=True, slots=True, order=True)
class Border:
    """A data edge whose ends lie in different jurisdictions: `origin` calls, `destination` is what it reaches.

    `severity` and `words` are of the way that the data takes: what is read moves against the call.
    """

    origin: str  # jurisdiction, such as EU
    destination: str
    origin_region: str
    destination_region: str
    severity: str = ""  # high, medium or low
    words: str = ""


@dataclass(frozen=True, slots=True, order=True)
class PathIdentity:
    """What makes a path the same path from one snapshot to the next."""

    origin: str  # urn of an operation
    sink: str  # urn of a table, host or topic
    direction: Direction
    data_class: str  # fideslang key

    def __str__(self) -> str:
        return f"{self.origin} {self.direction} {self.sink} {self.data_class}"

    @property
    def id(self) -> str:
        """What people call it by: eight hex digits, the same as long as the path is the same."""
        return hashlib.sha256(str(self).encode(errors="backslashreplace")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class DataPath:
    """A data path and its content at one snapshot. Everything but `identity` may change without a new path.

    `exposure`: "internet" or "internal". `exposure_evidence`: a sentence such as
    "load balancer shop-web faces the internet and leads to checkout".
    `store`: urn of the database the sink was resolved to, "" if unknown.
    `columns`: the columns that carry the class. `class_reason`: why they do, in a sentence.
    `class_tier`: label, value, strong or weak.
    `expected`: credentials read by the service that owns identity. `answer_evidence`: a sentence for `answer`.
    `unplaced`: urns of services, tables, topics and hosts on its data edges of which nobody knows where they are, so
    that their borders could not be judged; sorted.
    """

    identity: PathIdentity
    exposure: str
    exposure_evidence: str
    tier: Tier
    route: tuple[Hop, ...]
    columns: tuple[str, ...]
    class_tier: str
    class_reason: str
    store: str = ""
    borders: tuple[Border, ...] = ()
    expected: bool = False
    answer: Answer = Answer.NOT_ASKED
    answer_evidence: str = ""
    unplaced: tuple[str, ...] = ()

    @property
    def line(self) -> Hashable:
        """Equal for paths that are told and counted as one: all but the class, its columns and the reasons."""
        identity = self.identity
        return (
            identity.origin,
            identity.sink,
            identity.direction,
            self.exposure,
            self.tier,
            self.route,
            self.store,
            self.borders,
            self.expected,
            self.answer,
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """For how much of what runs data paths can be seen at all.

    Tuples hold urns. `blind` workloads run without spans; `no_statements` services call a database
    without telling what; `unknown_tables` are read with `*` and unknown columns; `folded` stand for all
    services, operations and destinations whose names were beyond a limit; `sampled` services begin traces of
    which only a part is sent.
    """

    workloads: int
    visible: int
    blind: tuple[str, ...] = ()
    no_statements: tuple[str, ...] = ()
    unknown_tables: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    sampled: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.workloads:
            return "no running workload is listed, so which of them send no spans is not known"
        return f"paths visible for {self.visible:,} of {self.workloads:,} running workloads"
