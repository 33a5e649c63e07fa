"""Finds the labels and properties that a Cypher text reads and writes.

It knows the shape of patterns and no more: every statement it finds is partial.
Source: https://neo4j.com/docs/cypher-manual/current/syntax/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.traces.sql.statement import Statement, TableName, Verb, tables_of

_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'?|\"(?:[^\"\\]|\\.)*\"?|//[^\n]*|/\*.*?\*/", re.DOTALL)
_CLAUSE = re.compile(
    r"(?i)\b(optional match|match|merge|create|set|remove|return|with|where|delete|order by|unwind)\b"
)
_BLANKS = re.compile(r"\s+")
_NODE = re.compile(
    r"\( ?(?P<name>\w{0,60}) ?: ?(?:`(?P<quoted>[^`]{1,60})`|(?P<label>[^\W\d]\w{0,60}))"
    r" ?(?:\{(?P<map>[^{}]*)\}|(?P<whole>\$\w{1,60}|\?))? ?[):|&]"
)
_KEY = re.compile(r"(?:^|,)\s*`?([^\W\d]\w{0,60})`?\s*:")
_PROPERTY = re.compile(r"\b([^\W\d]\w{0,60})\.`?([^\W\d]\w{0,60})`?")
_ALONE = re.compile(r"(?:^|,)\s*(?:distinct\s+)?([^\W\d]\w{0,60})\s*(?=,|$)", re.IGNORECASE)
_WHOLE = re.compile(r"(?i)\b(?:properties|collect|head|last|tojson)\( ?(?:distinct )?([^\W\d]\w{0,60}) ?\)")
_PICKED = re.compile(r"\b([^\W\d]\w{0,60}) ?\{([^{}]*)\}")
_PICK = re.compile(r"\.(\*|[^\W\d]\w{0,60})")
_REPLACED = re.compile(r"(?:^|,) ?([^\W\d]\w{0,60}) ?\+?= ?[^,]")
_WRITES = frozenset({"merge", "create", "set", "remove", "delete"})


def read(text: str) -> Statement:
    """What a Cypher text does with which labels."""
    parts = _CLAUSE.split(_BLANKS.sub(" ", _LITERAL.sub("?", text)))
    owners: dict[str, TableName] = {}
    found: dict[tuple[TableName, Verb], tuple[set[str], set[str]]] = {}
    for clause, body in zip(parts[1::2], parts[2::2], strict=False):
        word = clause.lower()
        verb: Verb = "writes" if word in _WRITES else "reads"
        for node in _NODE.finditer(body):
            table = TableName("", node["label"] or node["quoted"])
            owners.setdefault(node["name"], table)
            columns, lookups = found.setdefault((table, verb), (set(), set()))
            (columns if verb == "writes" else lookups).update(_KEY.findall(node["map"] or ""))
            if node["whole"] and verb == "writes":
                columns.add("*")
        for name, column in _PROPERTY.findall(body):
            if name in owners:
                columns, lookups = found.setdefault((owners[name], verb), (set(), set()))
                (lookups if word in {"where", "match", "optional match", "order by"} else columns).add(column)
        for name, column in _wholly(word, body):
            if name in owners:
                found.setdefault((owners[name], verb), (set(), set()))[0].update([column] if column else [])
    return Statement(tables_of(found), partial=bool(found), parsed_by="cypher" if found else "")


def _wholly(word: str, body: str) -> Iterator[tuple[str, str]]:
    """Names of nodes that a clause returns, sets or deletes as they are, and with which of their properties."""
    if word in {"return", "with"}:
        if word == "return":
            yield from ((name, "*") for name in _ALONE.findall(body))
        yield from ((name, "*") for name in _WHOLE.findall(body))
        for name, picked in _PICKED.findall(body):
            yield from ((name, column) for column in _PICK.findall(picked))
    elif word == "set":
        yield from ((name, "*") for name in _REPLACED.findall(body))
    elif word == "delete":
        yield from ((name, "") for name in _ALONE.findall(body))
