"""The tables as SQLAlchemy Core sees them, and what it means for a row to be valid at a snapshot."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, FromClause, Table, and_, or_
from sqlmodel import SQLModel

from daemon.store import tables


def _core(model: type[SQLModel]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]  # SQLModel hides it from types


SNAPSHOT = _core(tables.Snapshot)
PRUNING = _core(tables.Pruning)
EXTENT = _core(tables.ExtentRow)
COVERAGE = _core(tables.Coverage)
LARGE_REMOVAL = _core(tables.LargeRemoval)
DOCUMENT = _core(tables.Document)
CONTENT = _core(tables.ContentRow)
COMPONENT = _core(tables.ComponentRow)
RESOURCE = _core(tables.ResourceRow)
RESOURCE_VERSION = _core(tables.ResourceVersion)
RELATION = _core(tables.RelationRow)
RELATION_VERSION = _core(tables.RelationVersion)
ALIAS = _core(tables.AliasBinding)
PATH = _core(tables.DataPathRow)
PATH_VERSION = _core(tables.DataPathVersion)
FINDING = _core(tables.FindingRow)
FINDING_VERSION = _core(tables.FindingVersion)
SIGHTED = _core(tables.Sighted)
HEARD_SERVICE = _core(tables.HeardService)
REINSTRUMENTED = _core(tables.Reinstrumented)
SIGHT = _core(tables.SightRow)
DELIVERY = _core(tables.DeliveryRow)


def valid(table: FromClause, number: int | None) -> ColumnElement[bool]:
    """Holds for rows valid at snapshot `number`; None: for rows that are valid now."""
    if number is None:
        return table.c.until.is_(None)
    return and_(table.c.since <= number, or_(table.c.until.is_(None), table.c.until > number))
