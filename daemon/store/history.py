"""Compares two snapshots: what differs between them, read from the versions that opened or closed in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, and_, exists, func, or_, select

from collectors.model import Extent, Scope
from daemon.store import documents
from daemon.store.bulk import rows_by_key
from daemon.store.columns import (
    ALIAS,
    COVERAGE,
    DOCUMENT,
    EXTENT,
    LARGE_REMOVAL,
    PATH,
    PATH_VERSION,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
    SIGHT,
    SNAPSHOT,
    valid,
)
from daemon.store.errors import NotFound
from daemon.store.graph import PUSHED, load_bindings, load_paths
from daemon.store.times import moment, stamp
from daemon.values.drift import Difference, Kind, Origin, SnapshotHead
from daemon.values.graph import Bound
from daemon.values.path import DataPath, PathIdentity, Sight


@dataclass(frozen=True, slots=True)
class CoverageState:
    """How one extent was answered at a snapshot. `kept`: resources carried on."""

    extent: Extent
    state: str
    detail: str
    last_listed: datetime | None
    kept: int


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
    return SnapshotHead(
        row.number, moment(row.started_at), row.header, row.listed, row.extents, late=bool(row.late)
    )


def snapshot_state(connection: Connection, number: int) -> str:
    """`complete`, `partial` or `failed`."""
    query = select(SNAPSHOT.c.state).where(SNAPSHOT.c.number == number)
    return str(connection.execute(query).scalar_one())


def newest(connection: Connection, *, before: int | None = None) -> int | None:
    """Number of the newest snapshot that is not failed, older than `before` if given."""
    query = select(func.max(SNAPSHOT.c.number)).where(SNAPSHOT.c.state != "failed")
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
    query = select(func.max(SNAPSHOT.c.number)).where(
        SNAPSHOT.c.state != "failed", SNAPSHOT.c.started_at <= stamp(when)
    )
    number: int | None = connection.execute(query).scalar()
    return number


def differences(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    """What differs between two snapshots, `before` < `after`; the cost follows the churn between them."""
    yield from _resources(connection, before, after)
    yield from _relations(connection, before, after)
    yield from _bindings(connection, before, after)


def _versions(
    connection: Connection, versions: Table, rows: Table, reference: str, before: int, after: int
) -> dict[int, list[Any]]:
    """By row, of the rows that have a version opened or closed in (before, after]: those that hold at `before`
    or come after it. What ended earlier says nothing about the difference, and may be much."""
    touched = (
        select(versions.c[reference])
        .where(
            or_(
                and_(versions.c.since > before, versions.c.since <= after),
                and_(versions.c.until > before, versions.c.until <= after),
            )
        )
        .distinct()
    )
    retired = exists().where(
        COVERAGE.c.extent_id == versions.c.extent_id,
        COVERAGE.c.since == versions.c.until,
        COVERAGE.c.state == "retired",
    )
    query = (
        select(
            rows,
            versions.c.since,
            versions.c.until,
            versions.c.origin.label("origin_"),
            versions.c.digest,
            versions.c.document_id,
            versions.c.extent_id,
            EXTENT.c.provider.label("extent_provider"),
            EXTENT.c.account.label("extent_account"),
            EXTENT.c.region.label("extent_region"),
            retired.label("retired"),
        )
        .join(rows, rows.c.id == versions.c[reference])
        .join(EXTENT, EXTENT.c.id == versions.c.extent_id)
        .where(
            versions.c[reference].in_(touched),
            versions.c.since <= after,
            or_(versions.c.until.is_(None), versions.c.until > before),
        )
        .order_by(versions.c.extent_id, versions.c.since)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Pair:
    """The version that speaks for a row at each end, and how the later one, or what led to it, came to be."""

    before: Any
    after: Any
    origin: Origin | None


def _pair(versions: Sequence[Any], before: int, after: int) -> _Pair | None:
    """None if nothing is different, or if what is different is no change of the world."""
    old, new = _speaking(versions, before), _speaking(versions, after)
    if old is None and new is None:
        return None  # came and went in between
    if old is None:
        # It counts as new only if its first appearance did: a baseline is no change.
        first = min((v for v in versions if v.since > before), key=lambda v: v.since)
        origin = Origin(first.origin_)
        return None if origin is Origin.BASELINE else _Pair(None, new, origin)
    if new is None:
        last = max(versions, key=lambda v: v.until or 0)
        return None if last.retired else _Pair(old, None, None)
    if old.extent_id != new.extent_id:
        # Another extent speaks now: compare within one extent or not at all.
        same = [v for v in versions if v.extent_id == new.extent_id and _holds(v, before)]
        if not same:
            return None
        old = same[0]
    if old.digest == new.digest:
        return None
    between = {v.origin_ for v in versions if v.extent_id == new.extent_id and before < v.since <= after}
    restated = between <= {Origin.RESTATED.value}
    return _Pair(old, new, Origin.RESTATED if restated else Origin.ALTERED)


def _holds(version: Any, number: int) -> bool:
    return version.since <= number and (version.until is None or version.until > number)


def _speaking(versions: Sequence[Any], number: int) -> Any:
    """Of several presences, listed content speaks before sighted, then the older extent."""
    holding = [v for v in versions if _holds(v, number)]
    return min(holding, key=lambda v: (v.extent_provider == PUSHED, v.extent_id), default=None)


def _resources(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    pairs = _pairs(connection, RESOURCE_VERSION, RESOURCE, "resource_id", before, after)
    bodies = _bodies(connection, pairs)
    confirmed = _confirmed(connection, before) if any(pair.after is None for pair in pairs) else {}
    for pair in sorted(pairs, key=lambda p: (p.after or p.before).urn):
        row = pair.after or pair.before
        old, new = _body(bodies, pair.before), _body(bodies, pair.after)
        document = new or old
        assert document is not None
        yield Difference(
            kind=Kind.RESOURCE,
            key=row.urn,
            type=row.type,
            name=str(document["name"]),
            scope=Scope(row.provider, row.account, row.region),
            before=old,
            after=new,
            origin=pair.origin,
            environment=row.account if row.provider == PUSHED else "",
            last_confirmed=confirmed.get(row.extent_id) if new is None else None,
        )


def _relations(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    pairs = _pairs(connection, RELATION_VERSION, RELATION, "relation_id", before, after)
    bodies = _bodies(connection, pairs)
    for pair in sorted(pairs, key=lambda p: _key(p.after or p.before)):
        row = pair.after or pair.before
        scope = Scope(row.extent_provider, row.extent_account, row.extent_region)
        yield Difference(
            kind=Kind.FLOW if row.observed else Kind.RELATION,
            key=_key(row),
            type=row.verb,
            name=row.target,
            scope=scope,
            before=_body(bodies, pair.before),
            after=_body(bodies, pair.after),
            origin=pair.origin,
            environment=scope.account if row.observed else "",
        )


def _bindings(connection: Connection, before: int, after: int) -> Iterator[Difference]:
    """Names that lead elsewhere than before, and names that now lead somewhere."""
    old, new = load_bindings(connection, before), load_bindings(connection, after)
    query = select(ALIAS.c.alias).where(
        ALIAS.c.since > before, ALIAS.c.since <= after, ALIAS.c.origin == Origin.ALTERED.value
    )
    altered = {row.alias for row in connection.execute(query)}
    for alias in sorted(old.keys() & new.keys()):
        was, now = old[alias], new[alias]
        if now.state is not Bound.RESOLVED or was.urn == now.urn:
            continue
        yield Difference(
            kind=Kind.ALIAS,
            key=alias,
            type="alias",
            name=alias.split("|", 2)[-1],
            scope=Scope("", ""),
            before={"urn": was.urn} if was.urn else {"urn": None},
            after={"urn": now.urn},
            origin=Origin.ALTERED if alias in altered else Origin.RESTATED,
        )


def _pairs(
    connection: Connection, versions: Table, rows: Table, reference: str, before: int, after: int
) -> list[_Pair]:
    by_row = _versions(connection, versions, rows, reference, before, after)
    found = (_pair(of_row, before, after) for of_row in by_row.values())
    return [pair for pair in found if pair is not None]


def _key(row: Any) -> str:
    return f"{row.source} {row.verb} {row.target}"


def _bodies(connection: Connection, pairs: Iterable[_Pair]) -> dict[int, documents.Document]:
    numbers = sorted({v.document_id for pair in pairs for v in (pair.before, pair.after) if v is not None})
    found = rows_by_key(connection, DOCUMENT, ("id",), ("id", "body"), [(each,) for each in numbers])
    return {number: documents.decode(body) for number, body in found}


def _body(bodies: dict[int, documents.Document], version: Any) -> documents.Document | None:
    return bodies[version.document_id] if version is not None else None


def _confirmed(connection: Connection, before: int) -> dict[int, datetime]:
    """When each extent was last listed, seen from snapshot `before`: its time, or that of the last listing."""
    query = (
        select(COVERAGE.c.extent_id, COVERAGE.c.since, COVERAGE.c.until)
        .where(COVERAGE.c.state.in_(("listed", "sighted")), COVERAGE.c.since <= before)
        .order_by(COVERAGE.c.extent_id, COVERAGE.c.since)
    )
    last: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(query):
        last[row.extent_id].append(before if row.until is None or row.until > before else row.until - 1)
    wanted = sorted({number for numbers in last.values() for number in numbers})
    taken = {
        number: moment(started_at)
        for number, started_at in rows_by_key(
            connection, SNAPSHOT, ("number",), ("number", "started_at"), [(number,) for number in wanted]
        )
    }
    newest = {extent: max((n for n in numbers if n in taken), default=0) for extent, numbers in last.items()}
    return {extent: taken[number] for extent, number in newest.items() if number}


def coverage(connection: Connection, number: int) -> list[CoverageState]:
    """How every extent stood at a snapshot, sorted."""
    confirmed = _confirmed(connection, number)
    kept = {
        row.extent_id: row.kept
        for row in connection.execute(
            select(RESOURCE_VERSION.c.extent_id, func.count().label("kept"))
            .where(valid(RESOURCE_VERSION, number))
            .group_by(RESOURCE_VERSION.c.extent_id)
        )
    }
    query = (
        select(EXTENT, COVERAGE.c.state, COVERAGE.c.detail)
        .join(COVERAGE, COVERAGE.c.extent_id == EXTENT.c.id)
        .where(valid(COVERAGE, number))
        .order_by(EXTENT.c.provider, EXTENT.c.account, EXTENT.c.region, EXTENT.c.type)
    )
    return [
        CoverageState(
            Extent(row.type, Scope(row.provider, row.account, row.region)),
            row.state,
            row.detail,
            confirmed.get(row.id),
            kept.get(row.id, 0),
        )
        for row in connection.execute(query)
    ]


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


@dataclass(frozen=True, slots=True)
class PathHistory:
    """Data paths at two snapshots, reduced to what is a change of the world.

    `restated`: identities that appeared or changed only because rules or knowledge changed.
    """

    before: tuple[DataPath, ...]
    after: tuple[DataPath, ...]
    restated: frozenset[PathIdentity]


def paths(connection: Connection, before: int, after: int) -> PathHistory:
    """Data paths valid at each end, and which differences are no drift."""
    changed: dict[PathIdentity, set[str]] = defaultdict(set)
    query = (
        select(PATH, PATH_VERSION.c.origin.label("origin_"))
        .join(PATH, PATH.c.id == PATH_VERSION.c.data_path_id)
        .where(PATH_VERSION.c.since > before, PATH_VERSION.c.since <= after)
    )
    for row in connection.execute(query):
        key = documents.path_identity(row.origin, row.sink, row.direction, row.data_class)
        changed[key].add(row.origin_)
    ended = (
        select(PATH)
        .join(PATH_VERSION, PATH.c.id == PATH_VERSION.c.data_path_id)
        .where(PATH_VERSION.c.until > before, PATH_VERSION.c.until <= after, PATH_VERSION.c.ended != "")
    )
    for row in connection.execute(ended.add_columns(PATH_VERSION.c.ended)):
        key = documents.path_identity(row.origin, row.sink, row.direction, row.data_class)
        changed[key].add(row.ended)
    ours = {Origin.BASELINE.value, Origin.RESTATED.value, Origin.NEWLY_VISIBLE.value}
    return PathHistory(
        load_paths(connection, before),
        load_paths(connection, after),
        frozenset(key for key, origins in changed.items() if origins <= ours),
    )


def edges(connection: Connection, number: int) -> frozenset[tuple[str, str, str]]:
    """Identities of the relations valid at a snapshot."""
    query = (
        select(RELATION.c.source, RELATION.c.verb, RELATION.c.target)
        .join(RELATION_VERSION, RELATION_VERSION.c.relation_id == RELATION.c.id)
        .where(valid(RELATION_VERSION, number))
    )
    return frozenset((row.source, row.verb, row.target) for row in connection.execute(query))
