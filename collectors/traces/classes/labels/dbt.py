"""What a dbt project says of columns: its manifest, its property files, and the catalogue of its warehouse.

https://docs.getdbt.com/reference/artifacts/manifest-json, https://docs.getdbt.com/reference/artifacts/catalog-json
and https://docs.getdbt.com/reference/resource-properties/columns
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from collectors.traces.classes.labels.label import Label, flat, mapping, several, text, texts

BY = "dbt"

_KINDS = ("models", "seeds", "snapshots")


def is_dbt(document: Mapping[str, object]) -> bool:
    """Whether a document is an artifact with nodes, or a property file."""
    artifact = "dbt_schema_version" in mapping(document.get("metadata"))
    properties = any(each in document for each in (*_KINDS, "sources")) and _has_columns(document)
    return artifact or properties


def is_catalog(document: Mapping[str, object]) -> bool:
    """Whether a document is a catalogue: every column of each table, as the warehouse has them."""
    schema = text(mapping(document.get("metadata")).get("dbt_schema_version"))
    return "/catalog/" in schema


def read(documents: Iterable[Mapping[str, object]]) -> Iterable[Label]:
    """The labels of all documents, one a column that has metadata, tags or a description."""
    for document in documents:
        if "nodes" in document:
            sources = mapping(document.get("sources"))
            nodes = chain(mapping(document["nodes"]).values(), sources.values())
            for node in map(mapping, nodes):
                yield from _of_table(node, text(node.get("database")), text(node.get("schema")))
        else:
            yield from _of_properties(document)


def listed(document: Mapping[str, object]) -> Iterable[Label]:
    """Every column of a catalogue, with its comment."""
    tables = chain(mapping(document.get("nodes")).values(), mapping(document.get("sources")).values())
    for table in map(mapping, tables):
        about = mapping(table.get("metadata"))
        schema = ".".join(filter(None, (text(about.get("database")), text(about.get("schema")))))
        for column in map(mapping, mapping(table.get("columns")).values()):
            name, comment = text(column.get("name")), text(column.get("comment"))
            yield Label(text(about.get("name")), name, BY, schema, comment=comment)


def _has_columns(document: Mapping[str, object]) -> bool:
    return any(
        "columns" in table
        for kind in (*_KINDS, "sources")
        for each in several(document.get(kind))
        for table in (each, *several(each.get("tables")))
    )


def _of_properties(document: Mapping[str, object]) -> Iterable[Label]:
    for kind in _KINDS:
        for table in several(document.get(kind)):
            yield from _of_table(table, "", "")
    for source in several(document.get("sources")):
        schema = text(source.get("schema")) or text(source.get("name"))
        for table in several(source.get("tables")):
            yield from _of_table(table, text(source.get("database")), schema)


def _of_table(table: Mapping[str, object], database: str, schema: str) -> Iterable[Label]:
    name = text(table.get("identifier")) or text(table.get("alias")) or text(table.get("name"))
    columns = table.get("columns")
    found = several(list(columns.values()) if isinstance(columns, dict) else columns)
    for column in found:
        config = mapping(column.get("config"))
        meta = [*flat(mapping(column.get("meta"))), *flat(mapping(config.get("meta")))]
        words = dict.fromkeys([*texts(column.get("tags")), *texts(config.get("tags"))])
        tags = tuple(dict.fromkeys([*meta, *((word, "") for word in words)]))
        comment = text(column.get("description"))
        if name and text(column.get("name")) and (tags or comment):
            place = ".".join(filter(None, (database, schema)))
            yield Label(name, text(column["name"]), BY, place, tags=tags, comment=comment)
