"""Reads one resource through all snapshots: its versions, and how the extents that show it were answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from collectors.model import Extent, Scope
from daemon.store import documents
from daemon.store.bulk import rows_by_key
from daemon.store.columns import COVERAGE, DOCUMENT, EXTENT, RESOURCE, RESOURCE_VERSION, SNAPSHOT
from daemon.store.errors import NotFound
from daemon.store.times import moment
from daemon.values.drift import Origin
from daemon.values.lifetime import Answered, Lifetime, Point, Version


def lifetime(connection: Connection, urn: str) -> Lifetime:
    """Everything that ever happened to the resource of this urn. Raises NotFound."""
    row = connection.execute(select(RESOURCE).where(RESOURCE.c.urn == urn)).first()
    if row is None:
        raise NotFound(f"no resource {urn} was ever seen")
    versions = connection.execute(
        select(RESOURCE_VERSION, *EXTENT_COLUMNS, DOCUMENT.c.body)
        .join(EXTENT, EXTENT.c.id == RESOURCE_VERSION.c.extent_id)
        .join(DOCUMENT, DOCUMENT.c.id == RESOURCE_VERSION.c.document_id)
        .where(RESOURCE_VERSION.c.resource_id == row.id)
        .order_by(RESOURCE_VERSION.c.since, RESOURCE_VERSION.c.extent_id)
    ).all()
    coverage = connection.execute(
        select(COVERAGE, *EXTENT_COLUMNS)
        .join(EXTENT, EXTENT.c.id == COVERAGE.c.extent_id)
        .where(COVERAGE.c.extent_id.in_({version.extent_id for version in versions}))
        .order_by(COVERAGE.c.extent_id, COVERAGE.c.since)
    ).all()
    taken = times(
        connection, (number for each in (*versions, *coverage) for number in (each.since, each.until))
    )
    return Lifetime(
        row.urn,
        row.type,
        tuple(
            Version(
                extent_of(each),
                taken[each.since],
                taken.get(each.until),
                Origin(each.origin),
                documents.decode(each.body),
            )
            for each in versions
        ),
        tuple(
            Answered(extent_of(each), each.state, each.detail, taken[each.since], taken.get(each.until))
            for each in coverage
        ),
    )


def times(connection: Connection, numbers: Iterable[int | None]) -> dict[int | None, Point]:
    """Snapshots by number; null has none."""
    wanted = sorted({number for number in numbers if number is not None})
    rows = rows_by_key(
        connection, SNAPSHOT, ("number",), ("number", "started_at"), [(number,) for number in wanted]
    )
    return {number: Point(number, _moment(started_at)) for number, started_at in rows}


def extent_of(row: Any) -> Extent:
    """The extent in a row that was joined with its table, under `EXTENT_COLUMNS`'s names."""
    return Extent(row.extent_type, Scope(row.extent_provider, row.extent_account, row.extent_region))


def _moment(text: Any) -> datetime:
    return moment(str(text))


EXTENT_COLUMNS = (
    EXTENT.c.type.label("extent_type"),
    EXTENT.c.provider.label("extent_provider"),
    EXTENT.c.account.label("extent_account"),
    EXTENT.c.region.label("extent_region"),
)
