"""Decides which collections and fields a MongoDB command reads, writes and looks up by.

Source: https://www.mongodb.com/docs/manual/reference/command/; texts as the instrumentations of Python, Java, .NET
and Node.js write them: a command document, or the command's name before its collection or a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from collectors.traces.sql.statement import Statement, TableName, Verb, tables_of
from collectors.traces.stores.documents import fields, parsed

_Found = dict[tuple[TableName, Verb], tuple[set[str], set[str]]]

_READS = frozenset(
    {"find", "aggregate", "count", "distinct", "countdocuments", "findone", "getmore", "mapreduce"}
)
_WRITES = frozenset(
    {"insert", "update", "delete", "findandmodify", "insertone", "insertmany", "updateone", "updatemany"}
    | {"deleteone", "deletemany", "replaceone", "findoneandupdate", "findoneanddelete", "drop"}
)
_COMMAND = re.compile(r"^\s*(?P<name>[A-Za-z]+)\b\s*(?P<rest>.*)$", re.DOTALL)
_COLLECTION = re.compile(r"[^\W\d][\w.-]{0,119}")
_SETTING = frozenset(
    {
        "$set",
        "$unset",
        "$setOnInsert",
        "$inc",
        "$mul",
        "$min",
        "$max",
        "$push",
        "$pull",
        "$addToSet",
        "$currentDate",
    }
    | {"$pop", "$pullAll", "$rename", "$bit"}
)
_EVERY = "*"
_PART = "mongodb part"
_PARTS = {
    "find": "filter",
    "aggregate": "pipeline",
    "insert": "documents",
    "update": "updates",
    "delete": "deletes",
}


def read(text: str) -> Statement:
    """What one command does. Of a filter or document alone see `told`."""
    found: _Found
    command, body = _command(text)
    low = command.lower()
    if low not in _READS | _WRITES:
        document = parsed(text)
        unnamed = set(fields(document)) if isinstance(document, dict) else set()
        found = {(TableName("", ""), "reads"): (set(), {each for each in unnamed if "$" not in each})}
        return Statement(tables_of(found) if unnamed else (), parsed_by=_PART)
    found = {}
    name = TableName("", _name(body.get(command)) if isinstance(body, dict) else "")
    if low in _READS:
        _read(low, name, body, found)
    else:
        _write(low, name, body, found)
    return Statement(tables_of(found), parsed_by="mongodb")


def told(statement: Statement, action: str) -> Statement:
    """A filter or document that came without its command, as Node.js has it, in the light of the operation's name."""
    if statement.parsed_by != _PART:
        return statement
    (use,) = statement.tables or (None,)
    low = action.lower()
    if use is None or not low:
        return Statement()
    if low.startswith(("insert", "create")):
        use = replace(use, verb="writes", columns=use.lookups, lookups=())
    elif low in _WRITES:
        use = replace(use, verb="writes")
    elif low in {"find", "findone"}:
        use = replace(use, columns=(_EVERY,))
    return Statement((use,), parsed_by="mongodb")


def _command(text: str) -> tuple[str, object]:
    """The command's name and its document, whichever way round they are written."""
    if not text.lstrip().startswith(("{", "[")):
        match = _COMMAND.match(text)
        if match is None:
            return "", {}
        name, rest = match["name"], match["rest"].strip()
        if rest.startswith(("{", "[")):
            return name, _part_of(name.lower(), parsed(rest))
        collection = _COLLECTION.match(rest)
        if collection is None:
            return name, {}
        after = rest[collection.end() :].strip()
        body = _part_of(name.lower(), parsed(after)) if after.startswith(("{", "[")) else {}
        return name, {**(body if isinstance(body, dict) else {}), name: collection.group()}
    document = parsed(text)
    if isinstance(document, dict):
        for key in document:
            if key.lower() in _READS | _WRITES:
                return key, document
    return "", {}


def _part_of(command: str, document: object) -> object:
    """Python's instrumentation writes only the telling part of a command behind its name."""
    if isinstance(document, dict) and any(key.lower() == command for key in document):
        return document
    key = {
        "find": "filter",
        "aggregate": "pipeline",
        "insert": "documents",
        "update": "updates",
        "delete": "deletes",
    }
    return {key.get(command, "query"): document}


def _name(value: object) -> str:
    return value if isinstance(value, str) else ""


def _use(found: _Found, name: TableName, verb: Verb) -> tuple[set[str], set[str]]:
    return found.setdefault((name, verb), (set(), set()))


def _read(command: str, name: TableName, body: object, found: _Found) -> None:
    columns, lookups = _use(found, name, "reads")
    if not isinstance(body, dict):
        return
    lookups.update(_conditions(body.get("filter", body.get("query"))), _conditions(body.get("sort")))
    if command == "distinct":
        columns.update(filter(None, [_name(body.get("key"))]))
    elif command == "aggregate":
        _pipeline(body.get("pipeline"), name, found)
    elif command in {"find", "findone"}:
        columns.update(_projected(body.get("projection", body.get("fields"))))


def _projected(projection: object) -> set[str]:
    """The fields that come back; what is only taken away (`{ssn: 0}`) leaves all others, and values are not known."""
    names = set(fields(projection)) if isinstance(projection, dict) else set()
    return {each for each in names if "$" not in each} or {_EVERY}


def _conditions(document: object) -> set[str]:
    """The fields in a filter: operators ($and, $gt) are passed through."""
    found: set[str] = set()
    stack = [("", document)]
    while stack:
        path, one = stack.pop()
        if isinstance(one, list):
            stack += [(path, each) for each in one[:50]]
        elif isinstance(one, dict):
            if path and not any(key.startswith("$") for key in one):
                found.add(path)
            for key, value in one.items():
                if key.startswith("$"):
                    stack.append((path, value if isinstance(value, dict | list) else ""))
                elif not path:
                    stack.append((key, value))
        elif path:
            found.add(path)
    return found


def _pipeline(stages: object, name: TableName, found: _Found) -> None:
    """Fields named `$field` are read where a stage puts them out; `$lookup` brings in other collections."""
    columns, lookups = _use(found, name, "reads")
    whole = True
    made: set[str] = set()
    for stage in stages if isinstance(stages, list) else [stages]:
        if not isinstance(stage, dict):
            continue
        for kind, body in stage.items():
            if kind in {"$match", "$sort"}:
                lookups.update(_conditions(body) - made)
            elif kind in {"$lookup", "$graphLookup"} and isinstance(body, dict):
                other = TableName("", _name(body.get("from")))
                if other.table:
                    joined, by = _use(found, other, "reads")
                    by.update(
                        filter(None, [_name(body.get("foreignField")), _name(body.get("connectToField"))])
                    )
                    inner = body.get("pipeline")
                    if inner:
                        _pipeline(inner, other, found)
                    else:
                        joined.add(_EVERY)
                lookups.update(filter(None, [_name(body.get("localField"))]))
                made.update(filter(None, [_name(body.get("as"))]))
            elif kind in {"$group", "$project", "$addFields", "$set", "$replaceRoot", "$bucket"}:
                named = set(_references(body)) - made
                columns.update(named)
                if kind == "$project" and isinstance(body, dict):
                    columns.update(
                        each
                        for each in body
                        if not each.startswith("$") and each not in made and body[each] == ""
                    )
                if kind in {"$group", "$project", "$replaceRoot", "$bucket"}:
                    whole = False
                made.update(body if isinstance(body, dict) else ())
            elif kind == "$unwind":
                lookups.update(set(_references([body])) - made)
            elif kind in {"$out", "$merge"}:
                into = body if isinstance(body, str) else body.get("into") if isinstance(body, dict) else ""
                if _name(into):
                    _use(found, TableName("", _name(into)), "writes")[0].add(_EVERY)
            elif kind == "$count":
                whole = False
    if whole:
        columns.add(_EVERY)


def _references(body: object) -> Iterable[str]:
    """`$a.b` in expressions."""
    stack = [body]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            if one.startswith("$") and not one.startswith("$$") and len(one) > 1:
                yield one[1:]
        elif isinstance(one, dict):
            stack += list(one.values())
        elif isinstance(one, list):
            stack += one[:50]


def _write(command: str, name: TableName, body: object, found: _Found) -> None:
    columns, lookups = _use(found, name, "writes")
    if not isinstance(body, dict):
        return
    if command.startswith("insert"):
        columns.update(fields(body.get("documents")))
    elif command.startswith("delete"):
        deletes = body.get("deletes")
        for each in deletes if isinstance(deletes, list) else [body]:
            if isinstance(each, dict):
                lookups.update(_conditions(each.get("q", each.get("filter"))))
    else:
        updates = body.get("updates")
        for each in updates if isinstance(updates, list) else [body]:
            if isinstance(each, dict):
                lookups.update(_conditions(each.get("q", each.get("query", each.get("filter")))))
                columns.update(_set(each.get("u", each.get("update"))))


def _set(update: object) -> set[str]:
    if isinstance(update, list):
        return {name for each in update for name in _set(each)}
    if not isinstance(update, dict):
        return set()
    operators = [key for key in update if key.startswith("$")]
    if not operators:
        return set(fields(update))
    return {
        name
        for key in operators
        if key in _SETTING and isinstance(inner := update[key], dict)
        for name in inner
        if not name.startswith("$")
    }
