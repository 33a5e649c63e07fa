"""Says where each label holds: for columns of tables in use, for what is known and nobody reads, or nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from daemon.analysis.classes import BUCKETS, columns_in_use, listed_of, place_of
from daemon.values.graph import Graph
from daemon.values.told import Column, Ruling, Told

_BUCKET_NAMES = frozenset({"bucket", "gcs"})
"""Kinds of the aliases by which the inventory has buckets."""


@dataclass(frozen=True, slots=True)
class Met:
    """A label and what it met.

    `tables`: urns of the tables in use. `known`: a list has the column, or the inventory the bucket.
    """

    place: str  # schema.table, or bucket/key
    label: Ruling
    tables: tuple[str, ...]
    known: bool


def met(graph: Graph, told: Told) -> tuple[Met, ...]:
    """Every label with what it met, sorted by place. `told`: with what the catalogues of the graph tell."""
    used: dict[str, list[tuple[Column, frozenset[str]]]] = defaultdict(list)
    for urn, columns in columns_in_use(graph).items():
        place = place_of(urn, graph.resources.get(urn))
        known = {each.lower() for each in (*columns, *listed_of(place, told))}
        used[place.table.lower()].append((place, frozenset(known)))
    buckets = {
        alias.value
        for each in graph.resources.values()
        for alias in each.aliases
        if alias.kind in _BUCKET_NAMES
    }
    found = [*_of_tables(used, told), *_of_objects(used, told, buckets)]
    return tuple(sorted(found, key=lambda each: (each.place, each.label.column, each.label.reason)))


Used = Mapping[str, list[tuple[Column, frozenset[str]]]]
"""The tables in use by name, folded, each with its columns, folded."""


def _of_tables(used: Used, told: Told) -> Iterator[Met]:
    for (table, column), labels in told.labels.items():
        for label in labels:
            tables = tuple(
                place.store
                for place, columns in used.get(table, ())
                if column in columns and label.fit(replace(place, name=column))
            )
            shown = ".".join(part for part in (label.schema, label.table) if part not in {"", "*"})
            yield Met(shown, label, tables, told.lists(label))


def _of_objects(used: Used, told: Told, buckets: Collection[str]) -> Iterator[Met]:
    in_tables = {
        (label.reason, column.lower())
        for (_, column), labels in told.labels.items()
        for label in labels
        if label.systems
    }
    for bucket, pairs in told.objects.items():
        places = [(place, keys) for place, keys in used.get(bucket.lower(), ()) if place.system in BUCKETS]
        for _, label in pairs:
            tables = tuple(place.store for place, keys in places if not keys or label.table.lower() in keys)
            names = {label.column.lower(), label.column.partition(".")[0].lower()}
            known = bucket in buckets or any((label.reason, name) in in_tables for name in names)
            yield Met(f"{bucket}/{label.table}", label, tables, known)
