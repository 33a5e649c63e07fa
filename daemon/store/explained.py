"""Decides which calls to a host are told otherwise by now: as calls to the service that is known to answer there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, select

from collectors.model import Alias
from daemon.store.columns import RELATION, RELATION_VERSION
from daemon.store.heard import service_of

ANSWERED = "answered"
"""Why a flow's version ended: the world is the same, and known better. Nothing is told of it."""

_CHUNK = 500


def answered(connection: Connection, rows: Iterable[Any]) -> frozenset[int]:
    """The relations among these (id, source, verb, target) that are such calls."""
    sent = {
        row.id: (row.source, row.target.rpartition("/")[2])
        for row in rows
        if row.verb == "sends_to" and row.target.startswith("host://")
    }
    if not sent:
        return frozenset()
    answering: dict[str, set[str]] = defaultdict(set)
    for service, _, alias in connection.execute(_open("answers_for")):
        answering[Alias.parse(alias).value].add(service)
    called: dict[str, set[str]] = defaultdict(set)
    sources = sorted({source for source, _ in sent.values()})
    for begin in range(0, len(sources), _CHUNK):
        chosen = _open("calls").where(RELATION.c.source.in_(sources[begin : begin + _CHUNK]))
        for source, _, target in connection.execute(chosen):
            called[source].add(service_of(target))
    return frozenset(
        id for id, (source, host) in sent.items() if not called[source].isdisjoint(answering[host])
    )


def _open(verb: str) -> Select[Any]:
    """Observed relations that hold."""
    of, version = RELATION.c, RELATION_VERSION.c
    return (
        select(of.source, of.verb, of.target)
        .join(RELATION_VERSION, version.relation_id == of.id)
        .where(version.until.is_(None), of.observed, of.verb == verb)
    )
