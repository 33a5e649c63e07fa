"""From the text of a call to any data store to what it touches: SQL, documents, keys, indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collectors.traces import sql
from collectors.traces.sql.statement import Statement
from collectors.traces.stores import cosmos, cypher, elasticsearch, mongodb, redis

__all__ = ["read", "told"]

_READERS: Mapping[str, Callable[[str], Statement]] = {
    "mongodb": mongodb.read,
    "documentdb": mongodb.read,
    "redis": redis.read,
    "valkey": redis.read,
    "elasticsearch": elasticsearch.read,
    "opensearch": elasticsearch.read,
    "neo4j": cypher.read,
    "cosmosdb": cosmos.read,
}


def read(text: str, system: str) -> Statement:
    """What a call's text says it does. Never raises. A table without a name is the one the span names beside it."""
    reader = _READERS.get(system)
    return sql.parse(text, system) if reader is None else reader(text[: sql.LONGEST])


def told(statement: Statement, system: str, action: str, *, reading: bool) -> Statement:
    """A statement in the light of what the span says beside it. `reading`: its operation only reads."""
    if system in {"mongodb", "documentdb"}:
        return mongodb.told(statement, action)
    if system in {"elasticsearch", "opensearch"} and action:
        return elasticsearch.told(statement, action, reading=reading)
    return statement
