"""Finds tables and columns by plain expressions where the grammar gives up.

It knows no nesting: every result is partial, and a column that is not sure to belong to a table is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.names import base_table, fold, unquote
from collectors.traces.sql.statement import NOTHING, Statement, TableName, Verb, tables_of

_KEYWORDS = frozenset(
    {
        "as",
        "on",
        "where",
        "set",
        "values",
        "select",
        "from",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "outer",
    }
    | {"cross", "natural", "using", "group", "order", "having", "limit", "offset", "union", "except", "for"}
    | {"intersect", "window", "returning", "when", "and", "or", "not", "null", "is", "in", "like", "between"}
    | {"case", "then", "else", "end", "distinct", "all", "by", "asc", "desc", "with", "into", "update", "top"}
    | {"delete", "insert", "default", "lateral", "apply", "only", "partition", "prewhere", "final", "sample"}
    | {"format", "settings", "exists", "any", "some", "true", "false", "interval", "fetch", "output", "if"}
)

_WORD = r'(?:"[^"]*"|`[^`]*`|\[[^\]\[]*\]|[#@]{0,2}[^\W\d][\w$#]*+)'
_NAME = rf"{_WORD}(?:\s?\.\s?{_WORD}){{0,3}}"
_NO_KEYWORD = rf"(?!(?:{'|'.join(sorted(_KEYWORDS))})\b)"
_MEMBER = rf"(?P<name>{_NAME})(?P<call>\s?\()?(?:\s(?:as\s)?(?P<alias>{_NO_KEYWORD}{_WORD}))?"

# Anything else neither reads nor writes rows, or does so where the text does not show it (procedures).
_VERBS = re.compile(
    r"(?i)^[\s(]*(select|insert|update|delete|merge|with|replace|upsert|truncate|copy|load|values|table|from|if"
    r"|(?:create|alter)(?: [a-z_]+){0,6}? (?:table|view)(?= .*\bselect\b))\b"
)
_PLACES = re.compile(
    rf"(?i)\b(?P<place>from|join|into|using|apply|update|table|view|copy|delete|truncate)\s(?:only\s|lateral\s|ignore\s|table\s|if\snot\sexists\s)?{_NO_KEYWORD}{_MEMBER}"
)
_NEXT_MEMBER = re.compile(rf"(?i)\s?,\s?{_MEMBER}")
_NO_TABLE_BEFORE = re.compile(
    r"(?i)(?:\b(?:distinct|key|for|do|then|on|share|matched)\s|\b(?:extract|substring|trim|overlay|position)\s?\([^()]*)$"
)
_COMMON = re.compile(
    rf"(?i)(?:\bwith\s(?:recursive\s)?|\)\s?,\s?)(?P<name>{_WORD})\s?(?:\([^()]*\)\s?)?as\s(?:not\s)?(?:materialized\s)?\("
)
_QUALIFIED = re.compile(rf"(?<![\w$])(?P<owner>{_WORD})\s?\.\s?(?P<column>{_WORD}|\*)(?!\s?[.(])")
_PLAIN = re.compile(rf"(?<![.\w$])(?P<column>{_WORD}|(?<!\()\*)(?!\s?[.(\w])")
_SELECTED = re.compile(r"(?i)\bselect\s(?:all\s|distinct\s)?(?P<list>.*?)(?=\bfrom\b|$)")
_INSERTED = re.compile(rf"(?i)\binto\s{_NAME}\s?\((?P<list>[^()]*)\)")
_SET = re.compile(rf"(?i)(?:\bset\s|,\s?)(?:{_WORD}\s?\.\s?)?(?P<column>{_WORD})\s?=")
_COMPARED = re.compile(
    rf"(?i)(?<![.\w$])(?P<column>{_WORD})\s?(?:=|<|>|!=|\bin\b|\blike\b|\bilike\b|\bbetween\b|\bis\b)"
)
_ALIASED = re.compile(rf"(?i)\sas\s{_WORD}")
_INSERTS = re.compile(r"(?i)^\s*(?:insert|replace|load|copy)\b")
_CAST = re.compile(r"::\s?\w+(?:\s?\[\])*")
_UPDATES = re.compile(r"(?i)\bupdate\b")
_Found = dict[tuple[TableName, Verb], tuple[set[str], set[str]]]


def read_pattern(shape: str, dialect: Dialect) -> Statement:
    """What the expressions find in one statement's shape."""
    if not _VERBS.match(shape):
        return NOTHING
    shape = _CAST.sub("", shape)
    owners: dict[str, tuple[TableName, Verb]] = {}
    found: _Found = {}
    common = {_folded(match["name"], dialect) for match in _COMMON.finditer(shape)}
    for place, name, alias in _members(shape):
        parts = [fold(part, quoted, dialect) for part, quoted in _parts(name, dialect)]
        key = parts[-1]
        if not key or (len(parts) == 1 and key in common):
            continue
        table = owners[key][0] if len(parts) == 1 and key in owners else base_table(parts, dialect)
        if table is None:
            continue
        verb = _verb(place, shape)
        found.setdefault((table, verb), (set(), set()))
        for known in (key, _folded(alias, dialect)):
            if known and (verb == "writes" or known not in owners):
                owners[known] = (table, verb)
    _forget_aliases(found, owners)
    _columns(shape, dialect, owners, found)
    return Statement(tables_of(found), True, "pattern" if found else "")


def _members(shape: str) -> Iterator[tuple[str, str, str]]:
    """Each table named after FROM, JOIN, INTO and the like: the place, its name, its alias."""
    reached = 0
    for match in _PLACES.finditer(shape):
        if match.start() < reached:
            continue  # a list of tables has been followed beyond here
        if _NO_TABLE_BEFORE.search(shape, max(0, match.start() - 80), match.start()):
            continue
        place = match["place"].lower()
        here: re.Match[str] | None = match
        while here is not None and here["name"].lower() not in _KEYWORDS:
            name, alias = here["name"], here["alias"] or ""
            if not name.startswith(("#", "@")) and (not here["call"] or place in {"into", "copy", "view"}):
                yield place, name, alias
            reached = here.end()
            here = _NEXT_MEMBER.match(shape, reached) if place == "from" else None


def _verb(place: str, shape: str) -> Verb:
    if place in {"into", "update", "delete", "truncate", "table", "view"}:
        return "writes"
    if place == "copy":
        return "writes" if re.search(r"(?i)\bfrom\b", shape) else "reads"
    first = _VERBS.match(shape)
    deletes = first is not None and first[1].lower() == "delete"
    return "writes" if deletes and place == "from" else "reads"


def _forget_aliases(found: _Found, owners: dict[str, tuple[TableName, Verb]]) -> None:
    """`DELETE u FROM users u`: u was filed as a table before FROM said whose alias it is."""
    tables = {table for table, _ in owners.values()}
    for table, verb in list(found):
        owner = owners.get(table.table)
        if not table.schema and owner is not None and owner[0] != table and owner[0] in tables:
            del found[table, verb]
            found.setdefault((owner[0], verb), (set(), set()))


def _columns(shape: str, dialect: Dialect, owners: dict[str, tuple[TableName, Verb]], found: _Found) -> None:
    spans = [match.span("list") for match in _SELECTED.finditer(shape)]
    for match in _QUALIFIED.finditer(shape):
        owner = owners.get(_folded(match["owner"], dialect))
        if owner is None or owner not in found:
            continue
        selected = any(start <= match.start() < end for start, end in spans)
        column = "*" if match["column"] == "*" else _folded(match["column"], dialect)
        if column and (selected or column != "*"):
            found[owner][0 if selected and owner[1] == "reads" else 1].add(column)
    written = [key for key in found if key[1] == "writes"]
    if len(written) == 1:
        listed = _INSERTED.search(shape)
        names = re.findall(_WORD, listed["list"]) if listed else []
        names += [match["column"] for match in _SET.finditer(shape)] if _UPDATES.search(shape) else []
        if not names and _INSERTS.match(shape):
            names = ["*"]
        found[written[0]][0].update(
            filter(None, ("*" if name == "*" else _folded(name, dialect) for name in names))
        )
    if len({table for table, _ in found}) == 1:
        _unqualified(shape, dialect, next(iter(found)), found)


def _unqualified(shape: str, dialect: Dialect, only: tuple[TableName, Verb], found: _Found) -> None:
    """With a single table, plain words can be columns of that table alone."""
    columns, lookups = found[only]
    for match in _COMPARED.finditer(shape):
        if match["column"].lower() not in _KEYWORDS:
            lookups.add(_folded(match["column"], dialect))
    if only[1] == "reads":
        for selected in _SELECTED.finditer(shape):
            for match in _PLAIN.finditer(_ALIASED.sub("", selected["list"])):
                word = match["column"]
                if word == "*" or word.lower() not in _KEYWORDS:
                    columns.add("*" if word == "*" else _folded(word, dialect))
    lookups -= columns
    columns.discard("")
    lookups.discard("")


def _parts(name: str, dialect: Dialect) -> Iterator[tuple[str, bool]]:
    """The parts of a table's name, without their quotes; BigQuery puts all of them into one pair."""
    for word in re.findall(_WORD, name):
        bare, quoted = unquote(word)
        for part in bare.split(".") if dialect.grammar == "bigquery" else [bare]:
            yield part, quoted


def _folded(word: str, dialect: Dialect) -> str:
    name, quoted = unquote(word)
    return fold(name, quoted, dialect)
