"""Decides which collections and fields a MongoDB command reads, writes and looks up by.

Source: https://www.mongodb.com/docs/manual/reference/command/; texts as the instrumentations of Python, Java, .NET
and Node.js write them: a command document, or the command's name before its collection or a part of it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from collectors.traces.sql.statement import Statement, TableName, only_lookups, tables_of
from collectors.traces.stores.documents import fields, parsed
from collectors.traces.stores.pipelines import EVERY, Found, conditions, name_of, pipeline, references, use_of

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
_PART = "mongodb part"
_PARTS = {
    "find": "filter",
    "aggregate": "pipeline",
    "insert": "documents",
    "update": "updates",
    "delete": "deletes",
}
# They look at and change no field, whatever stands in them.
_OTHER_COMMANDS = """
createindexes dropindexes listindexes listcollections listdatabases collstats dbstats renamecollection collmod
ismaster buildinfo serverstatus replsetgetstatus saslstart saslcontinue endsessions startsession killcursors
killsessions committransaction aborttransaction getlasterror connectionstatus hostinfo currentop dropdatabase
createuser usersinfo rolesinfo shardcollection
"""
_OTHER = frozenset(_OTHER_COMMANDS.split())
# As a shell or a library prints a call: db.users.find({...}).
_CALL = re.compile(
    r"^\s*(?:db\.)?(?P<on>[^\W\d][\w-]*(?:\.[\w-]+)*)\.(?P<name>[a-zA-Z]+)\((?P<rest>.*)$", re.DOTALL
)


def read(text: str) -> Statement:
    """What one command does. Of a filter or document alone see `told`."""
    found: Found
    command, body = _command(text)
    low = command.lower()
    if low == "bulkwrite" and isinstance(body, dict):
        return _bulk(body)
    if low == "explain" and isinstance(body, dict):
        inner = body.get(command)
        names = [key for key in inner if key.lower() in _READS | _WRITES] if isinstance(inner, dict) else []
        return only_lookups(_done(names[0], inner)) if names else Statement(parsed_by="mongodb")
    if low not in _READS | _WRITES:
        document = parsed(text)
        if isinstance(document, dict) and _OTHER & {key.lower() for key in document}:
            return Statement(parsed_by="mongodb")
        unnamed = set(fields(document)) if isinstance(document, dict) else set()
        found = {(TableName("", ""), "reads"): (set(), {each for each in unnamed if "$" not in each})}
        return Statement(tables_of(found) if unnamed else (), parsed_by=_PART)
    return _done(command, body)


def _done(command: str, body: object) -> Statement:
    """What a command does whose document is at hand."""
    low = command.lower()
    found: Found = {}
    name = TableName("", name_of(body.get(command)) if isinstance(body, dict) else "")
    if low == "getmore" and isinstance(body, dict):
        name = TableName("", name_of(body.get("collection")))
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
        use = replace(use, columns=(EVERY,))
    return Statement((use,), parsed_by="mongodb")


def _command(text: str) -> tuple[str, object]:
    """The command's name and its document, whichever way round they are written."""
    if not text.lstrip().startswith(("{", "[")):
        call = _CALL.match(text)
        if call is not None and call["name"].lower() in _READS | _WRITES:
            return call["name"], _called(call["name"], call["on"], call["rest"])
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
            if key.lower() in _READS | _WRITES | {"bulkwrite", "explain"}:
                return key, document
    return "", {}


def _called(name: str, collection: str, arguments: str) -> dict[str, object]:
    """A call's arguments under the names that they have in a command."""
    given = parsed(f"[{arguments}")
    first, second = (*given, "", "")[:2] if isinstance(given, list) else ("", "")
    low = name.lower()
    if low == "aggregate":
        return {name: collection, "pipeline": first}
    if low.startswith("insert"):
        return {name: collection, "documents": first}
    if low == "distinct":
        return {name: collection, "key": first, "query": second}
    if low in {"find", "findone", "count", "countdocuments"}:
        return {name: collection, "filter": first, "projection": second}
    return {name: collection, "filter": first, "update": second}


def _bulk(body: dict[str, object]) -> Statement:
    """Writes to several collections; what is written where is known if there is but one."""
    spaces = body.get("nsInfo")
    names = {
        name_of(each.get("ns")).partition(".")[2]
        for each in (spaces if isinstance(spaces, list) else [])
        if isinstance(each, dict)
    } - {""}
    found: Found = {}
    for name in sorted(names):
        columns, lookups = use_of(found, TableName("", name), "writes")
        operations = body.get("ops") if len(names) == 1 else None
        for each in operations if isinstance(operations, list) else []:
            if isinstance(each, dict):
                columns.update(fields(each.get("document")), _set(each.get("updateMods")))
                lookups.update(conditions(each.get("filter")))
    return Statement(tables_of(found), partial=len(names) != 1, parsed_by="mongodb")


def _part_of(command: str, document: object) -> object:
    """Python's instrumentation writes only the telling part of a command behind its name."""
    if isinstance(document, dict) and any(key.lower() == command for key in document):
        return document
    return {_PARTS.get(command, "query"): document}


def _read(command: str, name: TableName, body: object, found: Found) -> None:
    columns, lookups = use_of(found, name, "reads")
    if not isinstance(body, dict):
        return
    lookups.update(conditions(body.get("filter", body.get("query"))), conditions(body.get("sort")))
    if command == "distinct":
        columns.update(filter(None, [name_of(body.get("key"))]))
    elif command == "aggregate":
        pipeline(body.get("pipeline"), name, found)
    elif command in {"find", "findone"}:
        columns.update(_projected(body.get("projection", body.get("fields"))))


def _projected(projection: object) -> set[str]:
    """The fields that come back; what is only taken away (`{ssn: 0}`) leaves all others, and values are not known."""
    names = set(fields(projection)) if isinstance(projection, dict) else set()
    return {each for each in names if "$" not in each} or {EVERY}


def _write(command: str, name: TableName, body: object, found: Found) -> None:
    columns, lookups = use_of(found, name, "writes")
    if not isinstance(body, dict):
        return
    if command.startswith("insert"):
        columns.update(fields(body.get("documents")))
    elif command.startswith("delete"):
        deletes = body.get("deletes")
        for each in deletes if isinstance(deletes, list) else [body]:
            if isinstance(each, dict):
                lookups.update(conditions(each.get("q", each.get("filter"))))
    else:
        updates = body.get("updates")
        for each in updates if isinstance(updates, list) else [body]:
            if isinstance(each, dict):
                lookups.update(conditions(each.get("q", each.get("query", each.get("filter")))))
                change = each.get("u", each.get("update"))
                columns.update(_set(change))
                if isinstance(change, list):
                    read = set(references(change)) - columns
                    if read:
                        use_of(found, name, "reads")[0].update(read)


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
