"""Decides which index a search reads or writes, and which fields of it.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/; the text is the request's body, where it is kept at all.
"""

from __future__ import annotations

import re
from dataclasses import replace

from collectors.traces.sql.statement import Statement, TableName, Verb, tables_of
from collectors.traces.stores.documents import fields, parsed

_DATED = re.compile(r"(?<=[^\d])[-_.]?(?:\d{4}(?:[-_.]?\d{2}){0,2}(?:[-_.]?\d{2})?|\d{5,8})$")
_NUMBERED = re.compile(r"-\d{6}$")
_FIELD_LISTS = frozenset(
    {"term", "terms", "match", "match_phrase", "prefix", "wildcard", "range", "fuzzy", "regexp"}
)
_BODIES = frozenset({"doc", "upsert"})


def index(name: str) -> str:
    """An index without date or number: `logs-2024.11.22` is `logs-{date}`. Several are told apart by their names."""
    kept = []
    for one in name.split(",")[:5]:
        rolled = _NUMBERED.sub("-{n}", one)
        dated = _DATED.sub("", rolled)
        kept.append(f"{dated}-{{date}}" if dated != rolled else rolled)
    return ",".join(sorted(set(kept)))


def index_of_path(path: str) -> str:
    """The index in a request's path: `/people/_search`; "" for what concerns the cluster."""
    first = path.strip("/").partition("/")[0]
    return "" if not first or first.startswith("_") or "{" in first else index(first)


def told(statement: Statement, *, reading: bool) -> Statement:
    """The statement with the verb that the operation has: a body alone does not always tell."""
    verb: Verb = "reads" if reading else "writes"
    if all(use.verb == verb for use in statement.tables):
        return statement
    return replace(statement, tables=tuple(replace(use, verb=verb) for use in statement.tables))


def read(text: str) -> Statement:
    """What a request's body does to the index that the span names."""
    document = parsed(text)
    if not isinstance(document, dict):
        return Statement()
    verb: Verb = "writes"
    columns: set[str] = set()
    lookups: set[str] = set()
    if document.keys() & {"query", "_source", "aggs", "aggregations", "size", "fields", "sort", "from"}:
        verb = "reads"
        lookups.update(_queried(document.get("query")), _names(document.get("sort")))
        lookups.update(_queried(document.get("aggs", document.get("aggregations"))))
        columns.update(_names(document.get("_source")), _names(document.get("fields")))
        columns = columns or {"*"}
    elif document.keys() & _BODIES:
        columns.update(fields(document.get("doc")), fields(document.get("upsert")))
    else:
        columns.update(fields(document))
    return Statement(tables_of({(TableName("", ""), verb): (columns, lookups)}), parsed_by="elasticsearch")


def _names(value: object) -> set[str]:
    if isinstance(value, str):
        return {value} if value else set()
    if isinstance(value, dict):
        value = value.get("includes", list(value))
    if not isinstance(value, list):
        return set()
    return {
        name
        for each in value
        for name in ([each] if isinstance(each, str) else each if isinstance(each, dict) else ())
        if name
    }


def _queried(query: object) -> set[str]:
    """The fields that a query or aggregation looks at."""
    found: set[str] = set()
    stack = [query]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack += one[:50]
        elif isinstance(one, dict):
            for key, value in one.items():
                if key in _FIELD_LISTS and isinstance(value, dict):
                    named = value.get("field")
                    found.update(
                        [named] if isinstance(named, str) and named else [k for k in value if k != "boost"]
                    )
                elif key in {"field", "default_field"} and isinstance(value, str):
                    found.add(value)
                elif key == "fields":
                    found.update(_names(value))
                elif isinstance(value, dict | list):
                    stack.append(value)
    return {name.partition("^")[0].removesuffix(".keyword") for name in found if name}
