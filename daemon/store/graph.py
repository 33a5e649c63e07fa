"""Reads the estate as it was at one snapshot: the graph, its bindings, its data paths."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import Connection, select

from collectors.model import Extent, Relation, Resource, Scope, Seen
from daemon.store import documents
from daemon.store.columns import (
    ALIAS,
    COVERAGE,
    DOCUMENT,
    EXTENT,
    PATH,
    PATH_VERSION,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
    valid,
)
from daemon.store.times import moment
from daemon.values.graph import Binding, Bound, Graph
from daemon.values.path import DataPath, Hop, PathIdentity

_CHUNK = 500
_ANSWERED = ("listed", "sighted", "not due", "retired")
PUSHED = "traces"  # the provider whose extents are sightings and never overwrite listed content


def load_graph(connection: Connection, number: int | None) -> Graph:
    """The whole graph at snapshot `number`; None: as it stands now, inside a transaction too."""
    return Graph(
        resources=load_resources(connection, number),
        relations=load_relations(connection, number),
        bindings=load_bindings(connection, number),
        unlisted=_unlisted(connection, number),
    )


def load_resources(connection: Connection, number: int | None) -> dict[str, Resource]:
    """Resources by urn. Of several presences, listed content wins over sighted, then the older extent."""
    query = (
        select(RESOURCE.c.urn, EXTENT.c.provider, DOCUMENT.c.body)
        .join(RESOURCE_VERSION, RESOURCE_VERSION.c.resource_id == RESOURCE.c.id)
        .join(EXTENT, EXTENT.c.id == RESOURCE_VERSION.c.extent_id)
        .join(DOCUMENT, DOCUMENT.c.id == RESOURCE_VERSION.c.document_id)
        .where(valid(RESOURCE_VERSION, number))
        .order_by(RESOURCE.c.urn, RESOURCE_VERSION.c.extent_id)
    )
    chosen: dict[str, Any] = {}
    for row in connection.execute(query):
        if row.urn not in chosen or (chosen[row.urn].provider == PUSHED != row.provider):
            chosen[row.urn] = row
    return {urn: documents.to_resource(urn, documents.decode(row.body)) for urn, row in chosen.items()}


def load_relations(connection: Connection, number: int | None) -> tuple[Relation, ...]:
    """Relations sorted by identity, once each."""
    query = (
        select(RELATION, DOCUMENT.c.body)
        .join(RELATION_VERSION, RELATION_VERSION.c.relation_id == RELATION.c.id)
        .join(DOCUMENT, DOCUMENT.c.id == RELATION_VERSION.c.document_id)
        .where(valid(RELATION_VERSION, number))
        .order_by(RELATION.c.source, RELATION.c.verb, RELATION.c.target, RELATION_VERSION.c.extent_id)
    )
    found: dict[int, Relation] = {}
    for row in connection.execute(query):
        seen = None
        if row.observed:
            first, last = moment(row.first_seen).timestamp(), moment(row.last_seen).timestamp()
            seen = Seen(first, last, row.times)
        found.setdefault(
            row.id,
            documents.to_relation(
                row.source,
                row.verb,
                row.target,
                raw=row.raw,
                attributes=documents.decode(row.body),
                seen=seen,
            ),
        )
    return tuple(found.values())


def relations_from(connection: Connection, number: int, sources: Collection[str]) -> tuple[Relation, ...]:
    """The relations that start at these urns at snapshot `number`, without what was said of them."""
    wanted = sorted(sources)
    return tuple(
        documents.to_relation(row.source, row.verb, row.target, raw=row.raw, attributes={}, seen=None)
        for begin in range(0, len(wanted), _CHUNK)
        for row in connection.execute(
            select(RELATION)
            .join(RELATION_VERSION, RELATION_VERSION.c.relation_id == RELATION.c.id)
            .where(RELATION.c.source.in_(wanted[begin : begin + _CHUNK]), valid(RELATION_VERSION, number))
            .distinct()
        )
    )


def load_bindings(connection: Connection, number: int | None) -> dict[str, Binding]:
    """What each raw target means, by alias."""
    query = select(ALIAS).where(valid(ALIAS, number)).order_by(ALIAS.c.alias)
    return {
        row.alias: Binding(
            row.alias, Bound(row.state), row.urn, tuple(orjson.loads(row.candidates)), row.reason
        )
        for row in connection.execute(query)
    }


def load_paths(connection: Connection, number: int | None) -> tuple[DataPath, ...]:
    """Data paths sorted by identity."""
    query = (
        select(PATH, DOCUMENT.c.body)
        .join(PATH_VERSION, PATH_VERSION.c.data_path_id == PATH.c.id)
        .join(DOCUMENT, DOCUMENT.c.id == PATH_VERSION.c.document_id)
        .where(valid(PATH_VERSION, number))
        .order_by(PATH.c.origin, PATH.c.sink, PATH.c.direction, PATH.c.data_class)
    )
    hops: dict[object, Hop] = {}
    return tuple(
        documents.to_path(_identity(row), documents.decode(row.body), hops)
        for row in connection.execute(query)
    )


def _identity(row: Any) -> PathIdentity:
    return documents.path_identity(row.origin, row.sink, row.direction, row.data_class)


def _unlisted(connection: Connection, number: int | None) -> frozenset[Extent]:
    query = (
        select(EXTENT)
        .join(COVERAGE, COVERAGE.c.extent_id == EXTENT.c.id)
        .where(valid(COVERAGE, number), COVERAGE.c.state.not_in(_ANSWERED))
    )
    return frozenset(
        Extent(row.type, Scope(row.provider, row.account, row.region)) for row in connection.execute(query)
    )
