"""Reads everything kept of one resource as of a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from daemon.store import documents, history, surroundings
from daemon.store.columns import COVERAGE, DOCUMENT, EXTENT, RESOURCE, RESOURCE_VERSION, SNAPSHOT, valid
from daemon.store.errors import NotFound
from daemon.store.graph import PUSHED
from daemon.store.lifetime import EXTENT_COLUMNS, extent_of, times
from daemon.store.times import moment
from daemon.values.drift import Origin
from daemon.values.portrait import Portrait, Presence

_ANSWERED = ("listed", "sighted")


def portrait(connection: Connection, urn: str, number: int) -> Portrait:
    """The resource of this urn at snapshot `number` or, gone by then, at the last snapshot that showed it.

    Raises NotFound if there was none up to then.
    """
    versions = _versions(connection, urn, number)
    if not versions:
        raise NotFound(f"neither snapshot {number} nor any before it shows a resource {urn}")
    shown, gone = number, None
    if all(each.until is not None and each.until <= number for each in versions):
        gone = max(each.until for each in versions)
        before = select(func.max(SNAPSHOT.c.number)).where(SNAPSHOT.c.number < gone)
        shown = connection.execute(before).scalar_one()
    holding = [each for each in versions if each.until is None or each.until > shown]
    holding.sort(key=lambda each: (each.extent_provider == PUSHED, each.extent_id))
    first = min(each.since for each in versions)
    incoming = surroundings.incoming(connection, urn, shown)
    names = {urn, *(tie.relation.source for tie in incoming if tie.relation.verb == "runs_on")}
    taken = times(connection, (gone, first))
    return Portrait(
        at=history.head(connection, shown),
        resource=documents.to_resource(urn, documents.decode(holding[0].body)),
        first=taken[first],
        versions=connection.execute(
            select(func.count()).where(RESOURCE_VERSION.c.resource_id == holding[0].resource_id)
        ).scalar_one(),
        presences=_presences(connection, holding, shown),
        outgoing=surroundings.outgoing(connection, urn, shown),
        incoming=incoming,
        paths=surroundings.paths(connection, names, shown),
        findings=surroundings.findings(connection, names, shown),
        gone=taken.get(gone),
    )


def _versions(connection: Connection, urn: str, number: int) -> Sequence[Any]:
    query = (
        select(
            RESOURCE_VERSION, *EXTENT_COLUMNS, EXTENT.c.last_listed, EXTENT.c.last_listed_at, DOCUMENT.c.body
        )
        .join(RESOURCE, RESOURCE.c.id == RESOURCE_VERSION.c.resource_id)
        .join(EXTENT, EXTENT.c.id == RESOURCE_VERSION.c.extent_id)
        .join(DOCUMENT, DOCUMENT.c.id == RESOURCE_VERSION.c.document_id)
        .where(RESOURCE.c.urn == urn, RESOURCE_VERSION.c.since <= number)
        .order_by(RESOURCE_VERSION.c.since, RESOURCE_VERSION.c.extent_id)
    )
    return connection.execute(query).all()


def _presences(connection: Connection, holding: Sequence[Any], number: int) -> tuple[Presence, ...]:
    chosen = COVERAGE.c.extent_id.in_([each.extent_id for each in holding])
    covered = {
        row.extent_id: row
        for row in connection.execute(select(COVERAGE).where(chosen, valid(COVERAGE, number)))
    }
    taken = times(connection, (each.since for each in (*holding, *covered.values())))
    return tuple(
        Presence(
            extent=extent_of(each),
            since=taken[each.since],
            origin=Origin(each.origin),
            state=covered[each.extent_id].state,
            state_since=taken[covered[each.extent_id].since],
            detail=covered[each.extent_id].detail,
            confirmed=_confirmed(connection, each, number),
            absent=each.absent if each.until is None else 0,
        )
        for each in holding
    )


def _confirmed(connection: Connection, row: Any, number: int) -> datetime | None:
    """When an extent was last listed, seen from a snapshot."""
    if row.last_listed is None:
        return None
    if row.last_listed <= number:
        return moment(row.last_listed_at)
    query = (
        select(COVERAGE.c.until)
        .where(
            COVERAGE.c.extent_id == row.extent_id, COVERAGE.c.state.in_(_ANSWERED), COVERAGE.c.since <= number
        )
        .order_by(COVERAGE.c.since.desc())
        .limit(1)
    )
    ended = connection.execute(query).first()
    if ended is None:
        return None
    last = number if ended.until is None or ended.until > number else ended.until - 1
    taken = select(SNAPSHOT.c.started_at).where(SNAPSHOT.c.number <= last).order_by(SNAPSHOT.c.number.desc())
    return moment(connection.execute(taken.limit(1)).scalar_one())
