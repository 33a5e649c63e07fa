"""Decides which index a search reads or writes, and which fields of it.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/; the text is the request's body, where it is kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from collectors.traces import sql
from collectors.traces.sql.statement import Statement, TableName, Verb, tables_of, union
from collectors.traces.stores.documents import fields, parsed

_DATED = re.compile(r"(?<=[^\d])[-_.]?(?:\d{4}(?:[-_.]?\d{2}){0,2}(?:[-_.]?\d{2})?|\d{5,8})$")
_NUMBERED = re.compile(r"-\d{6}$")
_FIELD_LISTS = frozenset(
    {"term", "terms", "match", "match_phrase", "prefix", "wildcard", "range", "fuzzy", "regexp"}
)
_BODIES = frozenset({"doc", "upsert"})
_SEARCHES = frozenset(
    {
        "query",
        "_source",
        "aggs",
        "aggregations",
        "size",
        "fields",
        "sort",
        "from",
        "knn",
        "collapse",
        "suggest",
    }
)
_ASKING = frozenset(
    {
        "search",
        "msearch",
        "count",
        "get",
        "mget",
        "scroll",
        "sql",
        "esql",
        "eql",
        "suggest",
        "explain",
        "termvectors",
    }
)
_WORD = re.compile(r"[a-z]+")
_ACTIONS = frozenset({"index", "create", "update", "delete"})
_NAMED = re.compile(r"\"_?index\"\s*:\s*\[?\s*\"(?P<name>[^\"]{1,200})\"")
_LINES = re.compile(r"\s*\{[^\n]*\}[ \t]*\r?\n\s*\{")
_QUERY = re.compile(
    r"(?i)\"query\"\s*:\s*\"(?P<text>\s*(?:select|from|show|describe)\b(?:[^\"\\]|\\.)*)", re.DOTALL
)
_PIPED = re.compile(r"(?i)\s*from\s+(?P<names>[^|\s,]+(?:\s*,\s*[^|\s,]+)*)")
_KEEP = re.compile(r"(?i)\|\s*keep\s+([^|]+)")
_COMPARED = re.compile(r"([a-z_][\w.]{0,60})\s*(?:==|!=|<=?|>=?|(?i:like|in|rlike)\b)", re.IGNORECASE)
_FIELD = re.compile(r"[^\W\d][\w.]{0,60}")
_INDEX = re.compile(r"[^\W\d][\w.*-]{0,119}")


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


def told(statement: Statement, action: str, *, reading: bool) -> Statement:
    """The statement with the verb that the operation has: a body alone does not always tell.

    Where the body names its indices it does: it says beside each what is done there.
    """
    asks = reading or not _ASKING.isdisjoint(_WORD.findall(action.lower()))
    verb: Verb = "reads" if asks else "writes"
    uses = (use if use.table else replace(use, verb=verb) for use in statement.tables)
    return union(replace(statement, tables=(use,)) for use in uses) if statement.tables else statement


def read(text: str) -> Statement:
    """What a request's body does to the index that the span names, or to those that it names itself."""
    if _LINES.match(text):
        return union(_each_line(text))
    document = parsed(text)
    if not isinstance(document, dict) or "actions" in document:
        return Statement()
    query = _QUERY.search(text)
    if query is not None:
        return _in_words(query["text"].replace('\\"', '"').replace("\\n", "\n"))
    if isinstance(document.get("dest"), dict):
        return _copied(document)
    verb: Verb = "reads" if document.keys() & _SEARCHES else "writes"
    return _found((TableName("", ""), verb, *_columns(document)))


def _columns(document: dict[str, object]) -> tuple[set[str], set[str]]:
    """The fields that a body reads or writes, and those that it only looks at."""
    columns: set[str] = set()
    lookups: set[str] = set()
    if document.keys() & _SEARCHES:
        lookups.update(_queried(document.get("query")), _names(document.get("sort")))
        lookups.update(_queried(document.get("aggs", document.get("aggregations"))))
        lookups.update(_queried([document.get("knn"), document.get("collapse")]))
        columns.update(_names(document.get("_source")), _names(document.get("fields")))
        columns = columns or {"*"}
    elif document.keys() & _BODIES:
        columns.update(fields(document.get("doc")), fields(document.get("upsert")))
    else:
        columns.update(fields(document))
    return columns, lookups - columns


def _each_line(text: str) -> Iterator[Statement]:
    """`_msearch` and `_bulk`: lines that name an index before lines that say what to do there."""
    where, acts = "", ""
    for line in text.splitlines()[:200]:
        document = parsed(line)
        if not isinstance(document, dict) or not document:
            continue
        head = next(iter(document))
        named = _NAMED.search(line)
        if head in _ACTIONS and isinstance(document[head], dict) and len(document) == 1:
            where, acts = index(named["name"]) if named else "", head
            if acts == "delete":
                yield _found((TableName("", where), "writes", set(), set()))
        elif head == "index" and not isinstance(document[head], dict):
            where, acts = index(named["name"]) if named else "", "search"
        else:
            yield _found(
                (TableName("", where), "reads" if acts == "search" else "writes", *_columns(document))
            )


def _found(*uses: tuple[TableName, Verb, set[str], set[str]]) -> Statement:
    return Statement(
        tables_of({(each[0], each[1]): (each[2], each[3]) for each in uses}), parsed_by="elasticsearch"
    )


def _in_words(query: str) -> Statement:
    """`_sql` and `_query`: SQL, or what stands between pipes."""
    piped = _PIPED.match(query)
    if piped is None:
        found = sql.parse(query, "postgresql")
        return replace(found, tables=tuple(replace(use, table=index(use.table)) for use in found.tables))
    columns = {name.strip() for kept in _KEEP.findall(query) for name in kept.split(",")}
    columns = {name for name in columns if _FIELD.fullmatch(name)} or {"*"}
    lookups = set(_COMPARED.findall(query)) - columns
    names = (each.strip() for each in piped["names"].split(","))
    tables = (TableName("", index(name)) for name in names if _INDEX.fullmatch(name))
    return replace(union(_found((table, "reads", columns, lookups)) for table in tables), partial=True)


def _copied(document: dict[str, object]) -> Statement:
    """`_reindex`: one index is read and another written."""
    source, target = (
        one if isinstance(one, dict) else {} for one in (document.get("source"), document["dest"])
    )
    return _found(
        (TableName("", index(_named(source.get("index")))), "reads", *_columns({"query": "", **source})),
        (TableName("", index(_named(target.get("index")))), "writes", {"*"}, set()),
    )


def _named(value: object) -> str:
    words = value if isinstance(value, list) else [value]
    return ",".join(word for word in words if isinstance(word, str))


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
