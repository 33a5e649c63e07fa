"""Reads which data paths differ between two snapshots, and what was known of their hops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Subquery, select, union

from collectors.model import Seen
from daemon.store import documents
from daemon.store.bulk import rows_by_key
from daemon.store.columns import DOCUMENT, PATH, PATH_VERSION, RELATION, RELATION_VERSION, valid
from daemon.store.times import moment
from daemon.values.drift import Origin
from daemon.values.path import DataPath, PathIdentity

Edge = tuple[str, str, str]
"""Source, verb and target of a relation."""

_OURS = frozenset({Origin.BASELINE.value, Origin.RESTATED.value, Origin.NEWLY_VISIBLE.value})
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PathHistory:
    """Data paths that are not the same at two snapshots, reduced to what is a change of the world.

    `restated`: identities that appeared or changed only because rules or knowledge changed.
    """

    before: tuple[DataPath, ...]
    after: tuple[DataPath, ...]
    restated: frozenset[PathIdentity]


def paths(connection: Connection, before: int, after: int) -> PathHistory:
    """The data paths of which a version opened or closed between two snapshots, at each end."""
    table = PATH_VERSION.c
    opened = table.since > before, table.since <= after
    ended = table.until > before, table.until <= after
    id = table.data_path_id.label("id")
    touched = union(select(id).where(*opened), select(id).where(*ended)).subquery("touched")
    named = select(PATH.c.origin, PATH.c.sink, PATH.c.direction, PATH.c.data_class).join(
        PATH_VERSION, PATH.c.id == table.data_path_id
    )
    how: dict[PathIdentity, set[str]] = defaultdict(set)
    for query in (
        named.add_columns(table.origin.label("how")).where(*opened),
        named.add_columns(table.ended.label("how")).where(*ended, table.ended != ""),
    ):
        for row in connection.execute(query):
            how[_identity(row)].add(row.how)
    return PathHistory(
        _paths(connection, touched, before),
        _paths(connection, touched, after),
        frozenset(key for key, origins in how.items() if origins <= _OURS),
    )


def edges(
    connection: Connection, number: int, wanted: Collection[Edge]
) -> tuple[frozenset[Edge], dict[Edge, Seen]]:
    """Of these edges, those that were there at a snapshot, and when each was seen first and last, up to today."""
    found: dict[int, Edge] = {}
    seen: dict[Edge, Seen] = {}
    columns = ("id", "source", "verb", "target", "observed", "first_seen", "last_seen", "times")
    for id, source, verb, target, observed, first, last, times in rows_by_key(
        connection, RELATION, ("source", "verb", "target"), columns, sorted(wanted)
    ):
        edge = source, verb, target
        found[id] = edge
        if observed:
            seen[edge] = Seen(moment(first).timestamp(), moment(last).timestamp(), times)
    table = RELATION_VERSION.c
    ids = sorted(found)
    there = (
        found[row.relation_id]
        for begin in range(0, len(ids), _CHUNK)
        for row in connection.execute(
            select(table.relation_id).where(
                table.relation_id.in_(ids[begin : begin + _CHUNK]), valid(RELATION_VERSION, number)
            )
        )
    )
    return frozenset(there), seen


def _paths(connection: Connection, touched: Subquery, number: int) -> tuple[DataPath, ...]:
    query = (
        select(PATH, DOCUMENT.c.body)
        .select_from(touched)
        .join(PATH, PATH.c.id == touched.c.id)
        .join(PATH_VERSION, PATH_VERSION.c.data_path_id == PATH.c.id)
        .join(DOCUMENT, DOCUMENT.c.id == PATH_VERSION.c.document_id)
        .where(valid(PATH_VERSION, number))
        .order_by(PATH.c.origin, PATH.c.sink, PATH.c.direction, PATH.c.data_class)
    )
    return tuple(
        documents.to_path(_identity(row), documents.decode(row.body)) for row in connection.execute(query)
    )


def _identity(row: Any) -> PathIdentity:
    return documents.path_identity(row.origin, row.sink, row.direction, row.data_class)
