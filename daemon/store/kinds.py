"""What differs between merging resources and merging relations: their tables, keys and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select

from daemon.store import elements
from daemon.store.columns import RELATION, RELATION_VERSION, RESOURCE, RESOURCE_VERSION
from daemon.store.spooled import SpooledRelation, SpooledResource

Versioned = SpooledResource | SpooledRelation
Row = tuple[Any, ...]  # of a table, in the order of the columns named beside it


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between merging resources and merging relations: their tables and keys."""

    name: str
    rows: Table
    versions: Table
    reference: str  # the version's column that names the row
    key: tuple[str, ...]  # the row's columns that identify it
    columns: tuple[str, ...]  # of the row, as `identity` gives them
    spooled: tuple[str, ...]  # columns of a spooled block
    elements: Callable[[elements.Named, Iterable[Row]], int]  # of rows: key, digest, and what follows
    shown: tuple[str, ...] = ()  # the version's columns of its own, as a spooled row names them
    fixed: tuple[str, ...] = ()  # the row's columns beside the key that never change


RESOURCES = Kind(
    "resource", RESOURCE, RESOURCE_VERSION, "resource_id", ("urn",),
    ("id", "urn", "type", "role", "provider", "account", "region"),
    SpooledResource._fields[:-2], elements.resources, ("name", "public"),
)  # fmt: skip
RELATIONS = Kind(
    "relation", RELATION, RELATION_VERSION, "relation_id", ("source", "verb", "target"),
    ("id", "source", "verb", "target", "raw", "observed", "times"),
    SpooledRelation._fields[:-2], elements.relations, (), ("raw", "observed"),
)  # fmt: skip


@cache
def open_versions_of(kind: Kind) -> Select[Any]:
    """Asked for each extent, so it is composed once."""
    versions, rows = kind.versions, kind.rows
    columns = [rows.c[column] for column in kind.key]
    further = [versions.c[column] for column in kind.shown] + [rows.c[column] for column in kind.fixed]
    return (
        select(
            *columns,
            versions.c.id,
            versions.c.digest,
            func.coalesce(versions.c.equal_under, versions.c.fingerprint).label("rules"),
            versions.c.absent,
            *further,
        )
        .join(rows, rows.c.id == versions.c[kind.reference])
        .where(versions.c.extent_id == bindparam("extent"), versions.c.until.is_(None))
    )


def identity(row: Versioned, number: int) -> Row:
    if isinstance(row, SpooledResource):
        return (number, row.urn, row.type, row.role, row.provider, row.account, row.region)
    return (number, row.source, row.verb, row.target, row.raw, row.seen is not None, 0)


def parts(key: Any) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def ends(key: Any) -> frozenset[tuple[str, str]]:
    """Both ends of a relation, each with its verb."""
    return frozenset(((key[0], key[1]), (key[2], key[1])))
