"""A snapshot while it is being written: one transaction, from the answers to the seal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from collectors.model import Extent, Relation, Scope
from daemon.store import answered, chain, documents, judged, sealing, telling
from daemon.store.columns import SNAPSHOT
from daemon.store.coverage import Asked, Coverage
from daemon.store.database import Database
from daemon.store.findings import load_components, load_findings, write_findings
from daemon.store.graph import load_graph, load_paths
from daemon.store.merge import Merge
from daemon.store.spool import Spool
from daemon.store.spooled import SpooledRelation, relations_block
from daemon.store.times import stamp
from daemon.store.writing import Writing
from daemon.values.drift import Origin
from daemon.values.finding import Finding
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath, Sight


@dataclass(slots=True)
class Draft:
    """What a cycle may do to its snapshot, in this order: `merge`, look at the graph, `judge`, `tell`.

    `previous`: number of the newest snapshot that is not failed; None for the first.
    `warming`: environments in their warm-up, and services (by urn) in one of their own.
    """

    connection: Connection
    number: int
    started_at: datetime
    committed_at: datetime
    previous: int | None
    parent: str
    rules: str
    writing: Writing
    merge_: Merge
    coverage: Coverage
    before: sealing.Roots
    warming: set[str] = field(default_factory=set)
    changed: bool = False
    state: str = "complete"
    late: bool = False
    key: bytes = b""
    extents: int = 0
    listed: int = 0
    position: int = 0

    # -- the answers ---------------------------------------------------------------------------------

    def merge(
        self,
        spool: Spool,
        *,
        warm_up: timedelta,
        asked: Mapping[str, Asked],
        large_removals: Collection[Extent] = (),
    ) -> None:
        """Writes coverage and what differs of each answered extent.

        `asked`: for each provider of the settings, the extents asked for, or None if it could not tell.
        `large_removals`: extents that were listed twice because much was missing.
        """
        met = answered.Answers(self.started_at, self.writing, self.merge_, self.coverage, spool, warm_up)
        met.merge(asked, large_removals)
        self.extents, self.listed, self.position = met.extents, met.listed, met.position
        self.warming |= met.warming
        self.state = met.state
        self.changed = self.coverage.changed or bool(self.writing.tally.opened or self.writing.tally.closed)

    # -- what is judged ------------------------------------------------------------------------------

    @property
    def known(self) -> frozenset[str | tuple[str, ...]]:
        """Keys of resources and relations whose new content is knowledge, not a change of the world."""
        return frozenset(self.writing.tally.known)

    def graph(self) -> Graph:
        """The estate as it stands now, bindings as of the previous snapshot."""
        return load_graph(self.connection, None)

    def graph_before(self) -> Graph:
        """The estate as of the previous snapshot; empty for the first."""
        if self.previous is None:
            return Graph({}, ())
        return load_graph(self.connection, self.previous)

    def rules_before(self) -> str:
        """Fingerprint of the rules that judged the previous snapshot."""
        query = select(SNAPSHOT.c.rules).where(SNAPSHOT.c.number == self.previous)
        return str(self.connection.execute(query).scalar() or "")

    def paths_before(self) -> tuple[DataPath, ...]:
        """Data paths as they were stored."""
        return load_paths(self.connection, None)

    def write_bindings(
        self, bindings: Mapping[str, Binding], told_before: Callable[[], Mapping[str, Binding]]
    ) -> None:
        """Versions what the raw targets turned out to be; see `daemon.store.judged`."""
        judged.write_bindings(self.writing, bindings, told_before)

    def write_paths(
        self, settled: Iterable[tuple[DataPath, Origin]], ended: Iterable[tuple[DataPath, str]]
    ) -> None:
        """Opens versions of new and altered paths, each with its origin, and ends those that are no more."""
        if judged.write_paths(self.writing, settled, ended, self.rules):
            self.changed = True

    def write_sight(self, sight: Sight) -> None:
        """Stores for how much of what runs paths can be seen."""
        judged.write_sight(self.writing, sight)

    def components(self, digests: Collection[str]) -> dict[str, list[tuple[str, str, str]]]:
        """Package URL, name and version of the components of each image, by digest."""
        return load_components(self.connection, digests)

    def findings_before(self) -> tuple[Finding, ...]:
        """Findings as they were stored."""
        return load_findings(self.connection, None)

    def write_runs(self, runs: Iterable[Relation]) -> None:
        """Versions which service runs which image, as a complete listing of our own."""
        extent = Extent("image.use", Scope("driftline", ""))
        row = self.coverage.ids([extent])[extent]
        body = documents.encode({})
        digest = documents.digest(body)
        spooled = [
            SpooledRelation(
                each.source, each.verb, str(each.target), raw=False, digest=digest, seen=None, body=body
            )
            for each in runs
        ]
        blocks = [relations_block(spooled)] if spooled else []
        self.merge_.extent(
            row.id,
            lambda kind: blocks if kind == "relation" else (),
            complete=True,
            appeared=Origin.ADDED,
            fingerprint=self.rules,
        )

    def write_findings(
        self, opened: Iterable[tuple[Finding, Origin]], ended: Iterable[tuple[Finding, str]]
    ) -> None:
        """Opens versions of new and altered findings, each with its origin, and ends those that are no more."""
        if write_findings(self.writing, opened, ended, self.rules):
            self.changed = True

    # -- what is told, and the end -------------------------------------------------------------------

    def tell(self, deliveries: Iterable[telling.NewDelivery]) -> None:
        """Writes outbox rows; a digest that still waits is extended to this snapshot instead."""
        telling.tell(self.connection, self.number, self.parent, deliveries)

    def seal(self) -> str:
        """Writes the snapshot's row; returns its header."""
        ledger = self.writing.ledger
        sealing.note_coverage(self.writing)
        row: dict[str, object] = {
            "number": self.number, "started_at": stamp(self.started_at), "committed_at": stamp(self.committed_at),
            "state": self.state, "parent": self.parent, "extents": self.extents, "listed": self.listed,
            "position": self.position, "rules": self.rules, "late": self.late, "scheme": chain.SCHEME,
            "state_root": chain.plus(self.before.state_root, ledger.state),
            "coverage_digest": chain.plus(self.before.coverage, ledger.coverage),
            "changes": ledger.changes, "pruning": self.before.pruning, "pruned_at": None, "changes_now": None,
        }  # fmt: skip
        header = chain.header(self.parent, row)
        signature = chain.signature(self.key, header)
        self.connection.execute(insert(SNAPSHOT).values(**row, header=header, signature=signature))
        return header


@contextmanager
def drafting(
    database: Database,
    *,
    started_at: datetime,
    committed_at: datetime,
    rules: str,
    late: bool = False,
    key: bytes = b"",
) -> Iterator[Draft]:
    """One transaction that ends as a sealed snapshot, or leaves nothing behind."""
    with database.writing() as connection:
        table = SNAPSHOT.c
        newest = connection.execute(select(SNAPSHOT).order_by(table.number.desc()).limit(1)).first()
        usable = select(table.number).where(table.state != "failed").order_by(table.number.desc()).limit(1)
        number = newest.number + 1 if newest else 1
        writing = Writing(connection, number)
        draft = Draft(
            connection, number, started_at, committed_at,
            previous=connection.execute(usable).scalar(),
            parent=newest.header if newest else "",
            rules=rules, writing=writing, merge_=Merge(writing),
            coverage=Coverage(writing), before=sealing.roots(connection, newest), late=late,
            key=key,
        )  # fmt: skip
        yield draft
        draft.seal()
