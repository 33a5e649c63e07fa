"""Reads what lies around one resource at a snapshot: its relations, and the data paths and findings it is part of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, or_, select

from collectors.model import Seen
from daemon.store import documents
from daemon.store.columns import ALIAS, DOCUMENT, PATH, PATH_VERSION, RELATION, RELATION_VERSION, valid
from daemon.store.findings import load_findings
from daemon.store.known import escaped
from daemon.store.times import moment
from daemon.values.finding import Finding
from daemon.values.graph import Binding, Bound
from daemon.values.path import DataPath
from daemon.values.portrait import Tie


def outgoing(connection: Connection, urn: str, number: int) -> tuple[Tie, ...]:
    """Relations that begin at a resource, by verb and target."""
    return _ties(connection, RELATION.c.source == urn, number)


def incoming(connection: Connection, urn: str, number: int) -> tuple[Tie, ...]:
    """Relations that lead to a resource, under whatever name it was called, by verb and source."""
    names = select(ALIAS.c.alias).where(ALIAS.c.urn == urn, valid(ALIAS, number))
    leading = or_(RELATION.c.target == urn, RELATION.c.raw & RELATION.c.target.in_(names))
    return tuple(
        sorted(_ties(connection, leading, number), key=lambda tie: (tie.relation.verb, tie.relation.source))
    )


def paths(connection: Connection, names: Collection[str], number: int) -> tuple[DataPath, ...]:
    """Data paths that begin, pass or end at one of these urns, or at an operation of one that is a service."""
    passed = [_quoted(urn) + '"' for urn in names]
    within = [_quoted(urn.replace("service://", "operation://", 1)) + "/" for urn in names if _service(urn)]
    touching: list[ColumnElement[bool]] = [
        DOCUMENT.c.body.like(f"%{escaped(part)}%", escape="!") for part in (*passed, *within)
    ]
    touching += [column.in_(names) for column in (PATH.c.origin, PATH.c.sink, PATH_VERSION.c.store)]
    touching += [
        PATH.c.origin.like(f"{escaped(urn.replace('service://', 'operation://', 1))}/%", escape="!")
        for urn in names
        if _service(urn)
    ]
    query = (
        select(PATH, DOCUMENT.c.body)
        .join(PATH_VERSION, PATH_VERSION.c.data_path_id == PATH.c.id)
        .join(DOCUMENT, DOCUMENT.c.id == PATH_VERSION.c.document_id)
        .where(valid(PATH_VERSION, number), or_(*touching))
        .order_by(PATH.c.origin, PATH.c.sink, PATH.c.direction, PATH.c.data_class)
    )
    return tuple(
        documents.to_path(
            documents.path_identity(row.origin, row.sink, row.direction, row.data_class),
            documents.decode(row.body),
        )
        for row in connection.execute(query)
    )


def findings(connection: Connection, names: Collection[str], number: int) -> tuple[Finding, ...]:
    """Vulnerable components that one of these services or workloads runs, or that one of these images contains."""
    return tuple(
        each
        for each in load_findings(connection, number)
        if each.identity.subject in names or each.image in names
    )


def _ties(connection: Connection, chosen: ColumnElement[bool], number: int) -> tuple[Tie, ...]:
    query = (
        select(
            RELATION,
            DOCUMENT.c.body,
            ALIAS.c.state,
            ALIAS.c.urn.label("bound"),
            ALIAS.c.candidates,
            ALIAS.c.reason,
        )
        .join(RELATION_VERSION, RELATION_VERSION.c.relation_id == RELATION.c.id)
        .join(DOCUMENT, DOCUMENT.c.id == RELATION_VERSION.c.document_id)
        .outerjoin(ALIAS, RELATION.c.raw & (ALIAS.c.alias == RELATION.c.target) & valid(ALIAS, number))
        .where(valid(RELATION_VERSION, number), chosen)
        .order_by(RELATION.c.verb, RELATION.c.source, RELATION.c.target, RELATION_VERSION.c.extent_id)
    )
    found: dict[int, Tie] = {}
    for row in connection.execute(query):
        if row.id not in found:
            found[row.id] = _tie(row)
    return tuple(found.values())


def _tie(row: Any) -> Tie:
    seen = None
    if row.observed:
        seen = Seen(moment(row.first_seen).timestamp(), moment(row.last_seen).timestamp(), row.times)
    relation = documents.to_relation(
        row.source, row.verb, row.target, raw=row.raw, attributes=documents.decode(row.body), seen=seen
    )
    if row.state is None:
        return Tie(relation)
    candidates = tuple(orjson.loads(row.candidates))
    return Tie(relation, Binding(row.target, Bound(row.state), row.bound, candidates, row.reason))


def _service(urn: str) -> bool:
    return urn.startswith("service://")


def _quoted(urn: str) -> str:
    """How a document of a data path says the beginning of a urn."""
    return orjson.dumps(urn).decode()[:-1]
