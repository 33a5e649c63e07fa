"""Finds the tables that a definition makes, alters or drops: they are written, though none of their columns is."""

from __future__ import annotations

import re

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.names import base_table, fold, unquote
from collectors.traces.sql.statement import Statement, TableUse

_WORD = r'(?:"[^"]*"|`[^`]*`|\[[^\]\[]*\]|[#@]{0,2}[^\W\d][\w$#-]*)'
_NAME = rf"{_WORD}(?: ?\. ?{_WORD}){{0,3}}"
_DEFINITION = re.compile(
    r"(?i)^(?P<verb>create|alter|drop|truncate|rename)\b"
    r"(?: (?:or|replace|unlogged|external|transient|hybrid|dynamic|foreign|virtual|column|row))*"
    r"(?P<temporary>(?: (?:local|global|temp|temporary|volatile))*)"
    r"(?: table| index|(?<=truncate)(?! table))(?: (?:if|not|exists|only|concurrently))*"
    rf" (?P<name>{_NAME})(?P<more>(?: ?, ?(?:only )?{_NAME})*)"
)
_INDEX = re.compile(
    r"(?i)^create (?:(?:unique|bitmap|clustered|nonclustered|columnstore|fulltext|spatial) )*index "
    r"(?:(?:concurrently|if|not|exists) )*"
    rf"(?:{_NAME} )?on (?:only )?(?P<name>{_NAME})"
)
_ONLY = re.compile(r"(?i)(?<= )only (?=\S)")
_COPIES = re.compile(r"(?i)\bselect\b|\b(?:as|clone) ?\(? ?(?:with|table)\b")


def definition(shape: str, dialect: Dialect, temporary: set[str]) -> Statement | None:
    """The tables of a definition, None if the statement is none or has rows besides.

    `temporary`: the temporary tables known so far; those that the statement makes are added.
    """
    found = _INDEX.match(shape)
    more = ""
    if found is None:
        found = _DEFINITION.match(shape)
        if found is None or re.match(r"(?i)^\w+ (?:unique )?index\b", shape) or _COPIES.search(shape):
            return None
        more = found["more"]
        if found["temporary"]:
            temporary.add(unquote(found["name"])[0].lower())
    uses = []
    for name in [found["name"], *re.findall(_NAME, _ONLY.sub("", more))]:
        parts = [fold(*unquote(part), dialect) for part in re.findall(_WORD, name)]
        if (
            parts[-1:] == [""]
            or name.startswith(("#", "@"))
            or (len(parts) == 1 and parts[0].lower() in temporary)
        ):
            continue
        table = base_table(parts, dialect)
        if table is not None:
            uses.append(TableUse(table.schema, table.table, "writes"))
    return Statement(tuple(sorted(uses)), parsed_by="pattern")
