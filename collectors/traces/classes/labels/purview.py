"""Microsoft Purview's classifications of columns: entities of its data map, and answers of its search.

https://learn.microsoft.com/rest/api/purview/datamapdataplane/entity
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from collectors.traces.classes.labels.label import Label, mapping, named, several, text, texts

BY = "Microsoft Purview"

_COLUMN = re.compile(r"(?:^|_)(?:column|field)$")


def is_purview(document: Mapping[str, object]) -> bool:
    """Whether a document has entities of an Atlas data map, or is one."""
    return any(_qualified(entity) and _type(entity) for entity in _entities(document))


def read(documents: Iterable[Mapping[str, object]]) -> Iterable[Label]:
    """The labels of all documents, one a column that is classified or described."""
    for document in documents:
        for entity in _entities(document):
            if not _COLUMN.search(_type(entity)) or entity.get("status") == "DELETED":
                continue
            host, schema, table, column = _place(_qualified(entity))
            given = [text(each.get("typeName")) for each in several(entity.get("classifications"))]
            found = tuple(filter(None, (*given, *texts(entity.get("classification")))))
            attributes = mapping(entity.get("attributes"))
            comment = text(attributes.get("userDescription")) or text(attributes.get("description"))
            if table and column and (found or comment):
                yield Label(table, column, BY, schema, host, found=found, comment=comment)


def _entities(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    referred = mapping(document.get("referredEntities"))
    found = [mapping(each) for each in referred.values()]
    found += [*several(document.get("entities")), *several(document.get("value"))]
    if "entity" in document:
        found.append(mapping(document["entity"]))
    return found or [document]


def _type(entity: Mapping[str, object]) -> str:
    return text(entity.get("typeName")) or text(entity.get("entityType"))


def _qualified(entity: Mapping[str, object]) -> str:
    found = mapping(entity.get("attributes")).get("qualifiedName") or entity.get("qualifiedName")
    return text(found)


def _place(qualified: str) -> tuple[str, str, str, str]:
    """Host, schema, table and column of `mssql://HOST/DATABASE/SCHEMA/TABLE#COLUMN`, or of the form in pairs."""
    address, _, column = qualified.partition("#")
    host, *parts = address.partition("://")[2].split("/")
    if "tables" in parts:  # snowflake://HOST/databases/D/schemas/S/tables/T/columns/C
        pairs = dict(zip(parts[::2], parts[1::2], strict=False))
        column = column or pairs.get("columns", "")
        parts = [pairs.get(each, "") for each in ("databases", "schemas", "tables")]
    elif not column and parts:
        column = parts.pop()
    if not parts:
        return "", "", "", ""
    return host.lower(), ".".join(filter(None, parts[-3:-1])), parts[-1], named(column.rpartition("//")[2])
