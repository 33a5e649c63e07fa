"""A snapshot while it is being written: one transaction, from the answers to the seal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, update

from collectors.contract import ANYWHERE
from collectors.model import Extent, Relation, Scope
from daemon.store import chain, documents
from daemon.store.bulk import insert_rows
from daemon.store.columns import (
    ALIAS,
    COVERAGE,
    DELIVERY,
    EXTENT,
    LARGE_REMOVAL,
    PATH,
    PATH_VERSION,
    SIGHT,
    SIGHTED,
    SNAPSHOT,
)
from daemon.store.database import Database
from daemon.store.findings import load_components, load_findings, write_findings
from daemon.store.graph import load_bindings, load_graph, load_paths
from daemon.store.merge import Merge
from daemon.store.spool import Outcome, Spool, SpooledRelation
from daemon.store.times import moment, stamp
from daemon.values.drift import Origin
from daemon.values.finding import Finding
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath, PathIdentity, Sight

LISTED = "listed"
HEARD = "sighted"
RETIRED = "retired"

_CHUNK = 500
_PATH = ("id", "origin", "sink", "direction", "data_class", "environment")
_PATH_VERSION = (
    "id", "data_path_id", "since", "until", "digest", "fingerprint", "origin", "ended", "exposure", "tier", "store",
    "columns", "borders",
)  # fmt: skip
_COVERAGE = ("id", "extent_id", "since", "until", "state", "detail", "details_failed")

Asked = frozenset[Extent] | None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An outbox row to be: `not_before` is when it may leave."""

    kind: str
    recipient: str
    snapshot_from: int | None
    not_before: datetime


@dataclass(slots=True)
class Draft:
    """What a cycle may do to its snapshot, in this order: `merge`, look at the graph, `judge`, `tell`.

    `previous`: number of the newest snapshot that is not failed; None for the first.
    `baselined`: extents listed or heard for the first time in this snapshot.
    `warming`: environments in their warm-up.
    """

    connection: Connection
    number: int
    started_at: datetime
    committed_at: datetime
    previous: int | None
    parent: str
    rules: str
    merge_: Merge
    baselined: set[Extent] = field(default_factory=set)
    warming: set[str] = field(default_factory=set)
    changed: bool = False
    state: str = "complete"
    late: bool = False
    extents: int = 0
    listed: int = 0
    position: int = 0
    _open_coverage: dict[int, tuple[int, tuple[str, str, int]]] | None = None

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
        outcomes = _with_unreached(spool.outcomes(), self._open_extents(), asked)
        self.extents = len(outcomes)
        ids = self._extent_ids([outcome.extent for outcome in outcomes])
        if large_removals:
            rows = [{"snapshot": self.number, "extent_id": ids[extent].id} for extent in large_removals]
            self.connection.execute(insert(LARGE_REMOVAL), rows)
        answered: list[int] = []
        for outcome in outcomes:
            row = ids[outcome.extent]
            if outcome.state in (LISTED, HEARD):
                self._merge_answer(outcome, row, spool, warm_up)
                answered.append(row.id)
            self._cover(row.id, outcome.state, outcome.detail, outcome.details_failed)
            self.position = max(self.position, outcome.position)
        self._stamp_extents(answered)
        if outcomes and not self.listed:
            self.state = "failed"
        elif self.listed < self.extents:
            self.state = "partial"
        if self.state != "failed":  # nothing is judged of a failed one, so nothing may go with it
            self._retire(outcomes, asked)
        self.changed = self.changed or bool(self.merge_.tally.opened or self.merge_.tally.closed)

    def _merge_answer(self, outcome: Outcome, row: Any, spool: Spool, warm_up: timedelta) -> None:
        first = row.first_listed is None
        appeared = Origin.BASELINE if first else Origin.ADDED
        if outcome.state == HEARD and not first and self._warming(outcome.extent.scope.account, warm_up):
            appeared = Origin.NEWLY_VISIBLE
        if outcome.state == HEARD and first:
            self._warming(outcome.extent.scope.account, warm_up)
        self.merge_.extent(
            row.id,
            spool.rows(outcome.extent),
            complete=outcome.state == LISTED,
            appeared=appeared,
            fingerprint=outcome.fingerprint,
            confirm=outcome.confirm,
        )
        self.listed += 1
        if first:
            self.baselined.add(outcome.extent)

    def _stamp_extents(self, answered: Sequence[int]) -> None:
        """Notes on extents that they were answered in this snapshot, some of them for the first time."""
        now = {
            "last_listed": self.number,
            "last_listed_at": stamp(self.started_at),
            "first_listed": func.coalesce(EXTENT.c.first_listed, self.number),
        }
        for begin in range(0, len(answered), _CHUNK):
            chosen = EXTENT.c.id.in_(answered[begin : begin + _CHUNK])
            self.connection.execute(update(EXTENT).where(chosen).values(now))

    def _warming(self, environment: str, warm_up: timedelta) -> bool:
        heard = self.connection.execute(
            select(SIGHTED.c.first_heard_at).where(SIGHTED.c.environment == environment)
        ).scalar()
        if heard is None:
            heard = stamp(self.started_at)
            self.connection.execute(insert(SIGHTED).values(environment=environment, first_heard_at=heard))
        if self.started_at < moment(heard) + warm_up:
            self.warming.add(environment)
            return True
        return False

    # -- coverage ------------------------------------------------------------------------------------

    def _open_extents(self) -> dict[Extent, Any]:
        """Extents whose coverage is open and not retired."""
        query = (
            select(EXTENT, COVERAGE.c.state)
            .join(COVERAGE, COVERAGE.c.extent_id == EXTENT.c.id)
            .where(COVERAGE.c.until.is_(None), COVERAGE.c.state != RETIRED)
        )
        return {_extent(row): row for row in self.connection.execute(query)}

    def _extent_ids(self, extents: Sequence[Extent]) -> dict[Extent, Any]:
        known = {_extent(row): row for row in self.connection.execute(select(EXTENT))}
        number = self.connection.execute(select(func.max(EXTENT.c.id))).scalar() or 0
        fresh = []
        for extent in extents:
            if extent not in known:
                number += 1
                scope = extent.scope
                fresh.append(
                    {
                        "id": number, "type": extent.type, "provider": scope.provider,
                        "account": scope.account, "region": scope.region,
                    }
                )  # fmt: skip
        if fresh:
            self.connection.execute(insert(EXTENT), fresh)
            known = {_extent(row): row for row in self.connection.execute(select(EXTENT))}
        return known

    def _cover(self, extent_id: int, state: str, detail: str, details_failed: int) -> None:
        known = self._covered()
        outcome = (state, detail, details_failed)
        if extent_id in known:
            number, before = known[extent_id]
            if before == outcome:
                return
            ended = update(COVERAGE).where(COVERAGE.c.id == number).values(until=self.number)
            self.connection.execute(ended)
        number = self.merge_.reserve(COVERAGE, 1)
        known[extent_id] = (number, outcome)
        insert_rows(self.connection, COVERAGE, _COVERAGE, [(number, extent_id, self.number, None, *outcome)])
        self.changed = True

    def _covered(self) -> dict[int, tuple[int, tuple[str, str, int]]]:
        """Id and outcome of the open coverage of each extent; asked of the database once."""
        if self._open_coverage is None:
            query = select(COVERAGE).where(COVERAGE.c.until.is_(None))
            self._open_coverage = {
                row.extent_id: (row.id, (row.state, row.detail, row.details_failed))
                for row in self.connection.execute(query)
            }
        return self._open_coverage

    def _retire(self, outcomes: Sequence[Outcome], asked: Mapping[str, Asked]) -> None:
        """Takes out what the settings no longer ask for; what could not be asked, or is not due, stays."""
        answered = {outcome.extent for outcome in outcomes}
        for extent, row in self._open_extents().items():
            wanted = asked.get(extent.scope.provider, frozenset())
            if extent not in answered and wanted is not None and extent not in wanted:
                self.merge_.retire(row.id)
                # Should it be asked for again, its first listing is a baseline again.
                again = update(EXTENT).where(EXTENT.c.id == row.id).values(first_listed=None)
                self.connection.execute(again)
                self._cover(row.id, RETIRED, "no longer asked for by the settings", 0)

    # -- what is judged ------------------------------------------------------------------------------

    @property
    def known(self) -> frozenset[str | tuple[str, ...]]:
        """Keys of resources and relations whose new content is knowledge, not a change of the world."""
        return frozenset(self.merge_.tally.known)

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
        """Versions what the raw targets turned out to be.

        `told_before`: what they would have been at the snapshot before with what is known today; asked for
        only if a name leads elsewhere.
        """
        table = ALIAS.c
        before = load_bindings(self.connection, None)
        number = self.connection.execute(select(func.max(table.id))).scalar() or 0
        fresh = []
        for alias in sorted(before.keys() | bindings.keys()):
            old, new = before.get(alias), bindings.get(alias)
            if old == new:
                continue
            if old:
                self.connection.execute(
                    update(ALIAS).where(table.alias == alias, table.until.is_(None)).values(until=self.number)
                )
            if new:
                number += 1
                moved = old is not None and old.urn and new.urn and old.urn != new.urn
                known = moved and (told := told_before().get(alias)) is not None and told.urn == new.urn
                fresh.append(
                    {
                        "id": number, "alias": alias, "since": self.number, "until": None,
                        "state": new.state.value, "urn": new.urn, "reason": new.reason,
                        "candidates": orjson.dumps(new.candidates).decode(),
                        "origin": (Origin.RESTATED if known else Origin.ALTERED).value,
                    }
                )  # fmt: skip
            if old:
                self.merge_.root.remove("binding", alias, old.state, old.urn)
            if new:
                self.merge_.root.add("binding", alias, new.state, new.urn)
        if fresh:
            self.connection.execute(insert(ALIAS), fresh)

    def write_paths(
        self, settled: Iterable[tuple[DataPath, Origin]], ended: Iterable[tuple[DataPath, str]]
    ) -> None:
        """Opens versions of new and altered paths, each with its origin, and ends those that are no more.

        `ended`: paths with `gone` or `restated`.
        """
        ids = self._path_ids()
        closing = [(path.identity, how) for path, how in ended]
        newest = max(ids.values(), default=0)
        number = self.connection.execute(select(func.max(PATH_VERSION.c.id))).scalar() or 0
        fresh, versions, bodies = [], [], []
        for path, origin in settled:
            key = path.identity
            if key in ids:
                closing.append((key, ""))
            else:
                newest += 1
                ids[key] = newest
                environment = _environment(key.origin)
                fresh.append((newest, key.origin, key.sink, key.direction.value, key.data_class, environment))
            body = documents.encode(documents.of_path(path))
            digest = documents.digest(body)
            bodies.append((digest, body))
            self.merge_.root.add("path", str(key), digest)
            number += 1
            self.changed = True
            versions.append(
                (
                    number, ids[key], self.number, None, digest, self.rules, origin.value, "", path.exposure,
                    path.tier.value, path.store, ",".join(path.columns),
                    ",".join(f"{b.origin}->{b.destination}" for b in path.borders),
                )
            )  # fmt: skip
        self._close_paths([(ids[key], key, how) for key, how in closing if key in ids])
        insert_rows(self.connection, PATH, _PATH, fresh)
        self.merge_.add_documents(bodies)
        insert_rows(self.connection, PATH_VERSION, _PATH_VERSION, versions)

    def _path_ids(self) -> dict[PathIdentity, int]:
        return {
            documents.path_identity(row.origin, row.sink, row.direction, row.data_class): row.id
            for row in self.connection.execute(select(PATH))
        }

    def _close_paths(self, closing: Sequence[tuple[int, PathIdentity, str]]) -> None:
        """Ends the open versions of these paths, given with their ids and how they ended."""
        names = {number: str(key) for number, key, _ in closing}
        numbers = list(names)
        still_open = PATH_VERSION.c.until.is_(None)
        for begin in range(0, len(numbers), _CHUNK):
            chosen = PATH_VERSION.c.data_path_id.in_(numbers[begin : begin + _CHUNK])
            query = select(PATH_VERSION.c.data_path_id, PATH_VERSION.c.digest).where(chosen, still_open)
            for row in self.connection.execute(query):
                self.merge_.root.remove("path", names[row.data_path_id], row.digest)
        if closing:
            of_one = update(PATH_VERSION).where(PATH_VERSION.c.data_path_id == bindparam("path"), still_open)
            self.connection.execute(
                of_one.values(until=self.number, ended=bindparam("how")),
                [{"path": number, "how": how} for number, _, how in closing],
            )

    def components(self, digests: Collection[str]) -> dict[str, list[tuple[str, str, str]]]:
        """Package URL, name and version of the components of each image, by digest."""
        return load_components(self.connection, digests)

    def findings_before(self) -> tuple[Finding, ...]:
        """Findings as they were stored."""
        return load_findings(self.connection, None)

    def write_runs(self, runs: Iterable[Relation]) -> None:
        """Versions which service runs which image, as a complete listing of our own."""
        extent = Extent("image.use", Scope("driftline", ""))
        row = self._extent_ids([extent])[extent]
        body = documents.encode({})
        digest = documents.digest(body)
        spooled = [
            SpooledRelation(
                each.source, each.verb, str(each.target), raw=False, digest=digest, seen=None, body=body
            )
            for each in runs
        ]
        self.merge_.extent(row.id, spooled, complete=True, appeared=Origin.ADDED, fingerprint=self.rules)

    def write_findings(
        self, opened: Iterable[tuple[Finding, Origin]], ended: Iterable[tuple[Finding, str]]
    ) -> None:
        """Opens versions of new and altered findings, each with its origin, and ends those that are no more."""
        if write_findings(self.merge_, opened, ended, self.rules):
            self.changed = True

    def write_sight(self, sight: Sight) -> None:
        """Stores for how much of what runs paths can be seen."""
        body = {
            "blind": list(sight.blind),
            "no_statements": list(sight.no_statements),
            "unknown_tables": list(sight.unknown_tables),
        }
        self.connection.execute(
            insert(SIGHT).values(
                snapshot=self.number, workloads=sight.workloads, visible=sight.visible,
                body=orjson.dumps(body).decode(),
            )
        )  # fmt: skip

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
        committed_at = stamp(self.committed_at)
        coverage = hashlib.sha256()
        table = COVERAGE.c
        query = select(table.extent_id, table.state, table.detail).where(table.until.is_(None))
        for row in self.connection.execute(query.order_by(table.extent_id)):
            coverage.update(repr(tuple(row)).encode())
        root = str(self.merge_.root)
        header = chain.header(self.parent, self.number, committed_at, root, coverage.hexdigest())
        self.connection.execute(
            insert(SNAPSHOT).values(
                number=self.number, started_at=stamp(self.started_at), committed_at=committed_at,
                state=self.state, parent=self.parent, header=header, state_root=root,
                coverage_digest=coverage.hexdigest(), extents=self.extents, listed=self.listed,
                position=self.position, rules=self.rules, late=self.late,
            )
        )  # fmt: skip
        return header


@contextmanager
def drafting(
    database: Database, *, started_at: datetime, committed_at: datetime, rules: str, late: bool = False
) -> Iterator[Draft]:
    """One transaction that ends as a sealed snapshot, or leaves nothing behind."""
    with database.writing() as connection:
        table = SNAPSHOT.c
        newest = connection.execute(select(SNAPSHOT).order_by(table.number.desc()).limit(1)).first()
        usable = select(table.number).where(table.state != "failed").order_by(table.number.desc()).limit(1)
        number = newest.number + 1 if newest else 1
        root = chain.StateRoot(newest.state_root if newest else chain.EMPTY)
        draft = Draft(
            connection, number, started_at, committed_at,
            previous=connection.execute(usable).scalar(),
            parent=newest.header if newest else "",
            rules=rules, merge_=Merge(connection, number, root), late=late,
        )  # fmt: skip
        yield draft
        draft.seal()


def _with_unreached(
    outcomes: tuple[Outcome, ...], known: Iterable[Extent], asked: Mapping[str, Asked]
) -> list[Outcome]:
    """Adds a gap for each known extent of a provider that could not tell what it was asked for."""
    known = frozenset(known)
    answered = {outcome.extent for outcome in outcomes}
    reasons = {
        outcome.extent.scope.provider: outcome for outcome in outcomes if outcome.state not in (LISTED, HEARD)
    }
    missing = []
    for extent in sorted(known):
        provider = extent.scope.provider
        if extent in answered or provider not in asked:
            continue
        wanted = asked[provider]
        if wanted is None:
            reason = reasons.get(provider)
            state, detail = (reason.state, reason.detail) if reason else ("failed", _NOT_ANSWERED)
            missing.append(Outcome(extent, state, detail))
        elif extent not in wanted and Extent(extent.type, Scope(provider, ANYWHERE)) in wanted:
            missing.append(Outcome(extent, "denied", _NOT_SHOWN))
    # A collector that does not know its account yet answers under a name of its own: say each gap once.
    named = {(each.extent.scope.provider, each.extent.scope.region, each.extent.type) for each in missing}
    kept = [
        outcome
        for outcome in outcomes
        if outcome.state in (LISTED, HEARD)
        or outcome.extent in known
        or (outcome.extent.scope.provider, outcome.extent.scope.region, outcome.extent.type) not in named
    ]
    return [*kept, *missing]


_NOT_SHOWN = (
    "not among what is shown any more: deleted, or access to it was lost; if it was deleted, name those that are "
    "left in the settings"
)
_NOT_ANSWERED = (
    "nothing answers for it, and the settings did not take it out; was facts.db lost? New spans fill it again"
)


def _extent(row: Any) -> Extent:
    return Extent(row.type, Scope(row.provider, row.account, row.region))


def _environment(urn: str) -> str:
    return urn.split("://", 1)[-1].split("/", 1)[0]
