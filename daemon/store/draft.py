"""A snapshot while it is being written: one transaction, from the answers to the seal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from collectors.model import Extent, Relation, Scope
from daemon.store import chain, documents, elements, gone, heard, judged
from daemon.store.columns import COVERAGE, DELIVERY, LARGE_REMOVAL, PRUNING, SIGHTED, SNAPSHOT
from daemon.store.coverage import HEARD, LISTED, Asked, Coverage, with_unreached
from daemon.store.database import Database
from daemon.store.findings import load_components, load_findings, write_findings
from daemon.store.graph import load_graph, load_paths
from daemon.store.keeping import proofs
from daemon.store.merge import Merge
from daemon.store.spool import Outcome, Spool
from daemon.store.spooled import SpooledRelation, relations_block
from daemon.store.times import moment, stamp
from daemon.store.writing import Writing
from daemon.values.drift import Origin
from daemon.values.finding import Finding
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath, Sight


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An outbox row to be: `not_before` is when it may leave."""

    kind: str
    recipient: str
    snapshot_from: int | None
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Roots:
    """What a snapshot adds to: the roots of the one before it, and the header of the newest pruning."""

    state_root: str
    coverage: str
    pruning: str


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
    before: Roots
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
        coverage = self.coverage
        outcomes = with_unreached(spool.outcomes(), coverage.open_extents(), asked)
        self.extents = len(outcomes)
        ids = coverage.ids([outcome.extent for outcome in outcomes])
        if large_removals:
            removed = [{"snapshot": self.number, "extent_id": ids[extent].id} for extent in large_removals]
            self.connection.execute(insert(LARGE_REMOVAL), removed)
            for extent in large_removals:
                named = self.writing.named(ids[extent].id)
                self.writing.ledger.noted(elements.large_removal(named))
        answered: list[int] = []
        sighted: list[int] = []
        rows = [ids[outcome.extent] for outcome in outcomes]
        for outcome, row in zip(outcomes, rows, strict=True):
            if outcome.state in (LISTED, HEARD):
                self._merge_answer(outcome, row, spool, warm_up)
                answered.append(row.id)
                sighted += [row.id] if outcome.state == HEARD else []
            self.position = max(self.position, outcome.position)
        heard.note_services(self.connection, self.merge_.last_heard)
        gone.end_flows(self.writing, self.started_at, sighted)
        pending = coverage.pending()
        for outcome, row in zip(outcomes, rows, strict=True):
            coverage.cover(
                row.id, outcome.state, outcome.detail, outcome.details_failed, pending.get(row.id, 0)
            )
        coverage.stamp_extents(answered, self.started_at)
        if outcomes and not self.listed:
            self.state = "failed"
        elif self.listed < self.extents:
            self.state = "partial"
        if self.state != "failed":  # nothing is judged of a failed one, so nothing may go with it
            coverage.retire(outcomes, asked, self.merge_.retire)
        coverage.wait(outcomes, asked, pending)
        self.merge_.note_answers()
        self.changed = coverage.changed or bool(self.writing.tally.opened or self.writing.tally.closed)

    def _merge_answer(self, outcome: Outcome, row: Any, spool: Spool, warm_up: timedelta) -> None:
        first = row.first_listed is None
        appeared = Origin.BASELINE if first else Origin.ADDED
        self.merge_.warming = frozenset()
        if outcome.state == HEARD:
            warming = self._warming(outcome, row.id, spool, warm_up)
            if warming and not first:
                appeared = Origin.NEWLY_VISIBLE
        self.listed += 1
        if outcome.answer and outcome.answer == row.answer:
            return  # the same answer again, and nothing that it lacks is pending
        settled = self.merge_.extent(
            row.id,
            partial(spool.blocks, outcome.extent),
            complete=outcome.state == LISTED,
            appeared=appeared,
            fingerprint=outcome.fingerprint,
            confirm=outcome.confirm,
            last_listed_at=row.last_listed_at,
            first=first,
        )
        answer = outcome.answer if settled and outcome.answer else None
        if answer != row.answer:
            self.merge_.answers[row.id] = answer

    def _warming(self, outcome: Outcome, extent_id: int, spool: Spool, warm_up: timedelta) -> bool:
        """Whether an environment is in its warm-up by this source; its services may be in theirs.

        A warm-up begins when it is first heard of, and again when it begins to be seen in another way.
        """
        environment, source = outcome.extent.scope.account, outcome.extent.type
        blocks = spool.blocks(outcome.extent, "resource")
        changed = self.merge_.seen_otherwise(extent_id, blocks, outcome.fingerprint)
        now, seconds = self.started_at.timestamp(), warm_up.total_seconds()
        heard.note_changes(self.connection, changed.services, now, seconds)
        since = heard.changed_at(self.connection)
        self.merge_.warming = frozenset(each for each, at in since.items() if now < at + seconds)
        self.warming |= self.merge_.warming
        of = SIGHTED.c
        this = of.environment == environment, of.source == source
        row = self.connection.execute(select(SIGHTED).where(*this)).first()
        began = self.started_at if row is None else moment(row.changed_at or row.first_heard_at)
        if row is None:
            values = {"environment": environment, "source": source, "first_heard_at": stamp(began)}
            self.connection.execute(insert(SIGHTED).values(values))
        elif changed.sampling:
            began = self.started_at
            self.connection.execute(update(SIGHTED).where(*this).values(changed_at=stamp(began)))
        if self.started_at < began + warm_up:
            self.warming.add(environment)
            return True
        return False

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

    # -- what is told --------------------------------------------------------------------------------

    def tell(self, deliveries: Iterable[NewDelivery]) -> None:
        """Writes outbox rows; a digest that still waits is extended to this snapshot instead."""
        table = DELIVERY.c
        number = self.connection.execute(select(func.max(table.id))).scalar() or 0
        for wanted in deliveries:
            waiting = (
                table.recipient == wanted.recipient,
                table.kind == "digest",
                table.state == "pending",
                table.attempts == 0,
            )
            if wanted.kind == "digest" and self.connection.execute(select(table.id).where(*waiting)).first():
                self.connection.execute(update(DELIVERY).where(*waiting).values(snapshot_to=self.number))
                continue
            number += 1
            self.connection.execute(
                insert(DELIVERY).values(
                    id=number, kind=wanted.kind, recipient=wanted.recipient,
                    snapshot_from=wanted.snapshot_from, snapshot_to=self.number, state="pending",
                    created_at=stamp(wanted.not_before), not_before=stamp(wanted.not_before), attempts=0,
                    message_key=hashlib.sha256(
                        f"{self.parent} {self.number} {wanted.kind} {wanted.snapshot_from}".encode()
                    ).hexdigest()[:32],
                    lines="", sent_at=None, last_error="",
                )
            )  # fmt: skip

    def seal(self) -> str:
        """Writes the snapshot's row; returns its header."""
        ledger = self.writing.ledger
        self._cover()
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

    def _cover(self) -> None:
        """Notes when what is not listed was listed last, and what changed for the root of coverage."""
        before = COVERAGE.alias("before")
        last = case((before.c.state.in_((LISTED, HEARD)), self.number - 1), else_=before.c.last_listed)
        ended = before.c.extent_id == COVERAGE.c.extent_id, before.c.until == self.number
        opened = COVERAGE.c.since == self.number
        self.connection.execute(
            update(COVERAGE)
            .where(opened, COVERAGE.c.state.not_in((LISTED, HEARD)))
            .values(last_listed=select(last).where(*ended).scalar_subquery())
        )
        changed = select(COVERAGE.c.extent_id).where(opened)
        closed = COVERAGE.c.extent_id.in_(changed) & (COVERAGE.c.until == self.number)
        for chosen, note in ((opened, self.writing.ledger.covered), (closed, self.writing.ledger.uncovered)):
            for row in proofs.rows(self.connection, proofs.query(proofs.COVERED).where(chosen)):
                note(proofs.COVERED.element(row.parts))


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
            coverage=Coverage(writing), before=_roots(connection, newest), late=late,
            key=key,
        )  # fmt: skip
        yield draft
        draft.seal()


def _roots(connection: Connection, newest: Any) -> Roots:
    query = select(PRUNING.c.header).order_by(PRUNING.c.number.desc()).limit(1)
    pruning = connection.execute(query).scalar() or ""
    if newest is None:
        return Roots(chain.EMPTY, chain.EMPTY, pruning)
    if newest.scheme == chain.SCHEME:
        return Roots(newest.state_root, newest.coverage_digest, pruning)
    # Once, after an upgrade: this scheme's roots are begun from what is valid.
    state, covered = proofs.roots_now(connection)
    return Roots(chain.plus(chain.EMPTY, state), chain.plus(chain.EMPTY, covered), pruning)
