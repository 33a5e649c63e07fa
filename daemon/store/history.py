"""Compares two snapshots: what differs between them, read from the versions that opened or closed in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy import Connection, func, select

from collectors.model import Extent, Scope
from daemon.store import documents, versions
from daemon.store.columns import ALIAS, EXTENT, LARGE_REMOVAL, SIGHT, SNAPSHOT, valid
from daemon.store.covered import last_listed
from daemon.store.errors import NotFound
from daemon.store.graph import PUSHED
from daemon.store.times import moment, stamp
from daemon.values.drift import Difference, Kind, Origin, SnapshotHead
from daemon.values.graph import Bound
from daemon.values.path import Sight

_USABLE = (SNAPSHOT.c.state != "failed", SNAPSHOT.c.pruned_at.is_(None))


def head(connection: Connection, number: int) -> SnapshotHead:
    """A snapshot as named in reports. Raises NotFound."""
    fits = abs(number) < 1 << 63  # SQLite has no larger numbers, and no patience with them
    row = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.number == number)).first() if fits else None
    if row is None:
        newest = connection.execute(select(func.max(SNAPSHOT.c.number))).scalar()
        known = (
            f"there are snapshots 1 to {newest}" if newest else "there is none yet: run `driftline collect`"
        )
        raise NotFound(f"no snapshot {number}: {known}")
    if row.pruned_at is not None:
        raise NotFound(
            f"snapshot {number} was pruned on {row.pruned_at[:10]}; {_nearest(connection, number)}"
        )
    return SnapshotHead(
        row.number, moment(row.started_at), row.header, row.listed, row.extents, late=bool(row.late)
    )


def _nearest(connection: Connection, number: int) -> str:
    """The kept snapshots beside a pruned one; the newest is never pruned."""
    kept = SNAPSHOT.c.pruned_at.is_(None)
    query = select(
        select(func.max(SNAPSHOT.c.number)).where(kept, SNAPSHOT.c.number < number).scalar_subquery(),
        select(func.min(SNAPSHOT.c.number)).where(kept, SNAPSHOT.c.number > number).scalar_subquery(),
    )
    before, after = connection.execute(query).one()
    return f"the nearest kept are {before} and {after}" if before else f"the nearest kept is {after}"


def snapshot_state(connection: Connection, number: int) -> str:
    """`complete`, `partial` or `failed`."""
    query = select(SNAPSHOT.c.state).where(SNAPSHOT.c.number == number)
    return str(connection.execute(query).scalar_one())


def newest(connection: Connection, *, before: int | None = None) -> int | None:
    """Number of the newest snapshot that is not failed, older than `before` if given."""
    query = select(func.max(SNAPSHOT.c.number)).where(*_USABLE)
    if before is not None:
        query = query.where(SNAPSHOT.c.number < before)
    number: int | None = connection.execute(query).scalar()
    return number


def newest_of_all(connection: Connection) -> int | None:
    """Number of the newest snapshot, failed or not."""
    number: int | None = connection.execute(select(func.max(SNAPSHOT.c.number))).scalar()
    return number


def at(connection: Connection, when: datetime) -> int | None:
    """Number of the newest usable snapshot taken at or before `when`."""
    query = select(func.max(SNAPSHOT.c.number)).where(*_USABLE, SNAPSHOT.c.started_at <= stamp(when))
    number: int | None = connection.execute(query).scalar()
    return number


def differences(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    """What differs between two snapshots, `before` < `after`; the cost follows the churn between them."""
    yield from _resources(connection, before, after)
    yield from _relations(connection, before, after)
    yield from _bindings(connection, before, after)


def _resources(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    confirmed = _Confirmed(connection, before)
    for row, old, new, origin in versions.pairs(connection, versions.RESOURCES, before, after):
        urn, type, provider, account, region = row
        was, now = _document(old), _document(new)
        document = now or was
        assert document is not None
        yield Difference(
            kind=Kind.RESOURCE,
            key=urn,
            type=type,
            name=str(document["name"]),
            scope=Scope(provider, account, region),
            before=was,
            after=now,
            origin=origin,
            environment=account if provider == PUSHED else "",
            last_confirmed=confirmed.of(old) if new is None and old is not None else None,
        )


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """When something was last shown, seen from snapshot `before`."""

    connection: Connection
    before: int
    listed: dict[int, datetime | None] = field(default_factory=dict)
    """When extents were listed, for versions of a release that did not note when they were shown."""

    def of(self, old: versions.Version) -> datetime | None:
        if old.last_shown_at:
            return moment(old.last_shown_at)
        if old.extent_id not in self.listed:
            found = last_listed(self.connection, self.before, (old.extent_id,))
            self.listed[old.extent_id] = found.get(old.extent_id)
        return self.listed[old.extent_id]


def _relations(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    for row, old, new, origin in versions.pairs(connection, versions.RELATIONS, before, after):
        source, verb, target, observed, gone_at = row
        speaking = new or old
        assert speaking is not None
        scope = Scope(speaking.provider, speaking.account, speaking.region)
        yield Difference(
            kind=Kind.FLOW if observed else Kind.RELATION,
            key=f"{source} {verb} {target}",
            type=verb,
            name=target,
            scope=scope,
            before=_document(old),
            after=_document(new),
            origin=origin,
            environment=scope.account if observed else "",
            again=old is None and gone_at is not None,
        )


def _document(version: versions.Version | None) -> documents.Document | None:
    """Read only when it is asked for: all documents of a large drift at once would be much."""
    if version is None:
        return None
    assert version.body is not None
    return documents.decode(version.body)


def _bindings(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    """Names that lead elsewhere than before, and names that now lead somewhere."""
    was = ALIAS.alias("was")
    query = (
        select(ALIAS.c.alias, was.c.urn.label("before"), ALIAS.c.urn.label("after"))
        .join(was, was.c.alias == ALIAS.c.alias)
        .where(
            ALIAS.c.since > before,
            valid(ALIAS, after),
            valid(was, before),
            ALIAS.c.state == Bound.RESOLVED.value,
            ALIAS.c.urn != was.c.urn,
        )
    )
    opened = select(ALIAS.c.alias).where(
        ALIAS.c.since > before, ALIAS.c.since <= after, ALIAS.c.origin == Origin.ALTERED.value
    )
    altered = {row.alias for row in connection.execute(opened)}
    for row in sorted(connection.execute(query), key=lambda row: str(row.alias)):
        yield Difference(
            kind=Kind.ALIAS,
            key=row.alias,
            type="alias",
            name=row.alias.split("|", 2)[-1],
            scope=Scope("", ""),
            before={"urn": row.before or None},
            after={"urn": row.after},
            origin=Origin.ALTERED if row.alias in altered else Origin.RESTATED,
        )


def large_removals(connection: Connection, before: int, after: int) -> tuple[Extent, ...]:
    """Extents listed twice, between two snapshots, because much was missing."""
    query = (
        select(EXTENT)
        .join(LARGE_REMOVAL, LARGE_REMOVAL.c.extent_id == EXTENT.c.id)
        .where(LARGE_REMOVAL.c.snapshot > before, LARGE_REMOVAL.c.snapshot <= after)
        .distinct()
    )
    return tuple(
        Extent(row.type, Scope(row.provider, row.account, row.region)) for row in connection.execute(query)
    )


def sight(connection: Connection, number: int) -> Sight:
    """For how much of what ran paths could be seen."""
    query = select(SIGHT).where(SIGHT.c.snapshot <= number).order_by(SIGHT.c.snapshot.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return Sight(0, 0)
    body = {name: tuple(urns) for name, urns in orjson.loads(row.body).items()}
    return Sight(row.workloads, row.visible, **body)
