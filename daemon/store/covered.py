"""Reads how extents stood at a snapshot: which were answered, which were not, and what was carried on of those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, or_, select, text

from collectors.model import Extent, Scope, Why
from daemon.store.bulk import rows_by_key
from daemon.store.columns import COVERAGE, EXTENT, RESOURCE_VERSION, SNAPSHOT, valid
from daemon.store.times import moment

_ANSWERED = ("listed", "sighted")
_GAPS = tuple(str(why) for why in Why)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class CoverageState:
    """How one extent was answered at a snapshot.

    `kept`: resources carried on. `pending`: those of them that the newest listing lacked, and another must lack too.
    """

    extent: Extent
    state: str
    detail: str
    last_listed: datetime | None
    kept: int
    pending: int = 0


def coverage(connection: Connection, number: int) -> list[CoverageState]:
    """How every extent stood at a snapshot, sorted."""
    rows = list(connection.execute(_states(number)))
    kept = select(RESOURCE_VERSION.c.extent_id, func.count()).where(valid(RESOURCE_VERSION, number))
    counts = {row[0]: row[1] for row in connection.execute(kept.group_by(RESOURCE_VERSION.c.extent_id))}
    return _told(rows, last_listed(connection, number, None), counts)


def gaps(
    connection: Connection, before: int | None, after: int
) -> tuple[list[CoverageState], list[CoverageState]]:
    """The extents that were not listed at one of two snapshots, as they stood at each; the others say nothing.

    Of the earlier snapshot, nothing is counted. The cost follows the gaps, not the extents.
    """
    ends = [number for number in (before, after) if number is not None]
    dark = select(COVERAGE.c.extent_id).where(
        COVERAGE.c.state.in_(_GAPS), or_(*(valid(COVERAGE, number) for number in ends))
    )
    now = list(connection.execute(_states(after).where(EXTENT.c.id.in_(dark))))
    then = (
        list(connection.execute(_states(before).where(EXTENT.c.id.in_(dark)))) if before is not None else []
    )
    ids = {row.id for row in now}
    return _told(then, {}, {}), _told(now, last_listed(connection, after, ids), _kept(connection, after, ids))


def last_listed(connection: Connection, number: int, extents: Collection[int] | None) -> dict[int, datetime]:
    """When extents (None: all) were last listed, seen from a snapshot: its own time, or that of an earlier one."""
    listed = case((COVERAGE.c.state.in_(_ANSWERED), number), else_=COVERAGE.c.last_listed).label("listed")
    query = select(COVERAGE.c.extent_id, listed).where(valid(COVERAGE, number))
    rows = _of_extents(connection, query, COVERAGE.c.extent_id, extents)
    wanted = sorted({(row.listed,) for row in rows if row.listed is not None})
    taken = {
        each: moment(started_at)
        for each, started_at in rows_by_key(
            connection, SNAPSHOT, ("number",), ("number", "started_at"), wanted
        )
    }
    return {row.extent_id: taken[row.listed] for row in rows if row.listed in taken}


def shown(connection: Connection) -> dict[Extent, int]:
    """How many resources each extent shows now, where it shows any."""
    of = RESOURCE_VERSION.c
    counted = (
        select(of.extent_id, func.count().label("count"))
        .where(text("until IS NULL"))  # in the words of the index
        .group_by(of.extent_id)
        .subquery()
    )
    place = (EXTENT.c.type, EXTENT.c.provider, EXTENT.c.account, EXTENT.c.region)
    query = select(counted.c.count, *place).join(EXTENT, EXTENT.c.id == counted.c.extent_id)
    return {Extent(type_, Scope(*scope)): count for count, type_, *scope in connection.execute(query)}


def _states(number: int) -> Select[Any]:
    return (
        select(EXTENT, COVERAGE.c.state, COVERAGE.c.detail, COVERAGE.c.pending)
        .join(COVERAGE, COVERAGE.c.extent_id == EXTENT.c.id)
        .where(valid(COVERAGE, number))
        .order_by(EXTENT.c.provider, EXTENT.c.account, EXTENT.c.region, EXTENT.c.type)
    )


def _kept(connection: Connection, number: int, extents: Collection[int]) -> Counter[int]:
    """How many resources the extents showed: those still open, and those that ended later."""
    table = RESOURCE_VERSION.c
    counts: Counter[int] = Counter()
    for end in (table.until.is_(None), table.until > number):
        query = select(table.extent_id, func.count().label("kept")).where(end, table.since <= number)
        for row in _of_extents(connection, query.group_by(table.extent_id), table.extent_id, extents):
            counts[row.extent_id] += row.kept
    return counts


def _of_extents(
    connection: Connection, query: Select[Any], column: Any, extents: Collection[int] | None
) -> list[Any]:
    """Rows of a query, of these extents alone."""
    if extents is None:
        return list(connection.execute(query))
    ids = sorted(extents)
    return [
        row
        for begin in range(0, len(ids), _CHUNK)
        for row in connection.execute(query.where(column.in_(ids[begin : begin + _CHUNK])))
    ]


def _told(rows: Collection[Any], listed: dict[int, datetime], kept: Any) -> list[CoverageState]:
    return [
        CoverageState(
            Extent(row.type, Scope(row.provider, row.account, row.region)),
            row.state,
            row.detail,
            listed.get(row.id),
            kept.get(row.id, 0),
            row.pending,
        )
        for row in rows
    ]
