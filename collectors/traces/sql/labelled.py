"""Reads statements that carry labels: the tables each touches, and what it does with which columns.

Two forms. A `.sql` file has, before each statement, lines that begin with `-->`: the first names the system, each
further one a table as `NAME reads|writes COLUMNS | LOOKUPS`, names with blanks in double quotes. A `.json` file is
a list of objects with `sql` (or `query`, `text`, `statement`), `system` (or `dialect`), `tables`, and `columns`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

_MARK = "-->"
_TEXTS = ("sql", "query", "text", "statement", "db.query.text")
_SYSTEMS = ("system", "dialect", "db.system.name", "db.system")
_ROLES = {
    "read": "read",
    "reads": "read",
    "select": "read",
    "written": "written",
    "writes": "written",
    "write": "written",
    "lookup": "lookup",
    "lookups": "lookup",
    "lookup-only": "lookup",
    "lookup_only": "lookup",
}
# What parsers call the dialects whose systems go by another name.
_DIALECTS = {"postgres": "postgresql", "tsql": "mssql", "sqlserver": "mssql", "cql": "cassandra"}


class MalformedLabels(ValueError):
    """A file of labels cannot be read. The message says which, where, and what belongs there."""


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A labelled column. `table`, `role`: "" where the label does not say."""

    table: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One statement with what it is known to do. `columns`: None if nobody said."""

    system: str
    text: str
    tables: frozenset[str]
    columns: frozenset[Column] | None
    place: str = ""


def labelled(path: Path) -> tuple[Labelled, ...]:
    """The statements of a file. Raises MalformedLabels; OSError if it cannot be opened."""
    data = path.read_bytes()
    try:
        if path.suffix.lower() == ".sql":
            return tuple(_from_sql(data.decode(), path.name))
        return tuple(_from_json(data, path.name))
    except (UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise MalformedLabels(f"{path}: no UTF-8 text of SQL or JSON: {error}") from None


def _from_sql(text: str, name: str) -> Iterator[Labelled]:
    labels: list[str] = []
    lines: list[str] = []
    started = 0
    for number, line in enumerate([*text.split("\n"), _MARK], 1):
        if not line.startswith(_MARK):
            lines.append(line)
            continue
        if any(map(str.strip, lines)):
            if not labels:
                raise MalformedLabels(
                    f"{name} line {number}: a statement has no line `{_MARK} SYSTEM` before it"
                )
            yield _one("\n".join(lines).strip(), labels, f"{name}:{started}")
            labels = []
        if not labels:
            started = number
        lines = []
        labels.append(line.removeprefix(_MARK).strip())


def _one(text: str, labels: list[str], place: str) -> Labelled:
    system, *uses = labels
    tables: set[str] = set()
    columns: set[Column] = set()
    for use in uses:
        try:
            words = shlex.split(use)
        except ValueError as error:
            raise MalformedLabels(f"{place}: {use!r}: {error}") from None
        if len(words) < 2 or words[1] not in {"reads", "writes"}:
            raise MalformedLabels(f"{place}: {use!r} is not `NAME reads|writes COLUMNS | LOOKUPS`")
        table, verb, *names = words
        tables.add(table)
        role = _ROLES[verb]
        for word in names:
            if word == "|":
                role = "lookup"
            else:
                columns.add(Column(table, word, role))
    return Labelled(system, text, frozenset(tables), _without_doubles(columns), place)


def _without_doubles(columns: Iterable[Column]) -> frozenset[Column]:
    """A column that is read or written is no lookup, though the text may also search by it."""
    known = frozenset(columns)
    used = {(each.table, each.name) for each in known if each.role != "lookup"}
    return frozenset(each for each in known if each.role != "lookup" or (each.table, each.name) not in used)


def _from_json(data: bytes, name: str) -> Iterator[Labelled]:
    document = orjson.loads(data)
    if isinstance(document, dict):
        document = next((each for each in document.values() if isinstance(each, list)), document)
    if not isinstance(document, list):
        raise MalformedLabels(f"{name}: the document is no list of statements")
    for number, each in enumerate(document, 1):
        place = f"{name} statement {number}"
        if not isinstance(each, dict):
            raise MalformedLabels(f"{place} is no object")
        text = _first(each, _TEXTS)
        if not text:
            raise MalformedLabels(f"{place} has no text; it stands under `sql`")
        if "tables" not in each:
            raise MalformedLabels(f"{place} has no `tables`; a statement without any has an empty list")
        system = _first(each, _SYSTEMS)
        tables, columns = _tables(each["tables"]), _columns(each)
        yield Labelled(_DIALECTS.get(system, system), text, tables, columns, place)


def _first(each: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((value for name in names if isinstance(value := each.get(name), str) and value), "")


def _tables(value: object) -> frozenset[str]:
    if isinstance(value, dict):
        return frozenset(map(str, value))
    if not isinstance(value, list):
        return frozenset()
    return frozenset(_table(each) if isinstance(each, dict) else str(each) for each in value)


def _table(each: Mapping[str, object]) -> str:
    name = _first(each, ("name", "table"))
    schema = _first(each, ("schema",))
    return f"{schema}.{name}" if schema else name


def _columns(each: Mapping[str, object]) -> frozenset[Column] | None:
    """Columns as a list of names or of objects, by table, or within `tables`; roles where they are given."""
    found: set[Column] = set()
    said = False
    for source in (each.get("tables"), each.get("columns")):
        for table, role, name in _named("", "", source, inside=source is not each.get("tables")):
            found.add(Column(table, name, role))
            said = True
        said = said or (source is not None and source is each.get("columns"))
    for verb in ("reads", "writes", "lookups", "read", "written", "lookup"):
        if verb in each:
            found.update(Column(t, n, r) for t, r, n in _named("", _ROLES[verb], each[verb], inside=True))
            said = True
    return _without_doubles(found) if said else None


def _named(table: str, role: str, value: object, *, inside: bool) -> Iterator[tuple[str, str, str]]:
    """(table, role, column) of every name in a value. `inside`: plain words are columns, not tables."""
    if isinstance(value, str):
        if inside:
            owner, _, name = value.rpartition(".")
            yield table or owner, role, name
    elif isinstance(value, list):
        for each in value:
            yield from _named(table, role, each, inside=inside)
    elif isinstance(value, dict):
        name = _first(value, ("column", "name"))
        if inside and name and not isinstance(value.get("columns"), list | dict):
            yield (
                _table({**value, "name": ""}) or table,
                _ROLES.get(_first(value, ("role", "use")), role),
                name,
            )
        elif not inside and _first(value, ("name", "table")):
            for key, part in value.items():
                if key == "columns" or key in _ROLES:
                    yield from _named(_table(value), _ROLES.get(key, role), part, inside=True)
        else:
            for key, part in value.items():
                if key in _ROLES:
                    yield from _named(table, _ROLES[key], part, inside=True)
                elif isinstance(part, str) and part in _ROLES:
                    yield table, _ROLES[part], key
                else:
                    yield from _named(key, role, part, inside=True)
