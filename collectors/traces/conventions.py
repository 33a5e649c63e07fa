"""Decides which age of the semantic conventions a span speaks, by the names of its attributes.

All ages are read and say the same; this is for `driftline doctor traces`, and no part of what a service does.

Source: the migration guides of https://opentelemetry.io/docs/specs/semconv/.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from collectors.traces.said import ITSELF, Told, detail

OLD, NEW, BOTH = "old", "new", "both"
CONVENTIONS = "conventions"
"""The attribute of a service that holds `FAMILY AGE` of what its spans spoke lately."""


@dataclass(frozen=True, slots=True)
class _Family:
    """Names that only one age has, of attributes that nearly every span of the family bears."""

    new: Collection[str]
    old: Collection[str]


FAMILIES: Mapping[str, _Family] = {
    "http": _Family(
        new=("http.request.method", "http.response.status_code", "url.full", "url.path"),
        old=("http.method", "http.status_code", "http.url", "http.target"),
    ),
    "database": _Family(
        new=("db.system.name", "db.namespace", "db.collection.name", "db.operation.name"),
        old=(
            "db.system",
            "db.name",
            "db.operation",
            "db.sql.table",
            "db.mongodb.collection",
            "db.cassandra.table",
        ),
    ),
    "messaging": _Family(
        new=("messaging.operation.type",),
        old=("messaging.operation", "messaging.destination"),
    ),
    "rpc": _Family(new=("rpc.system.name",), old=("rpc.system",)),
}


def told(attributes: Collection[str]) -> Iterator[Told]:
    """What one span tells of its service's conventions."""
    for each in spoken(attributes):
        yield Told(ITSELF, "is", "", detail(conventions=[each]))


def spoken(attributes: Collection[str]) -> tuple[str, ...]:
    """`http new`, `database both`: of each family that the attributes of one span are of."""
    found = []
    for name, family in FAMILIES.items():
        new = any(each in attributes for each in family.new)
        old = any(each in attributes for each in family.old)
        if new or old:
            found.append(f"{name} {BOTH if new and old else NEW if new else OLD}")
    return tuple(found)
