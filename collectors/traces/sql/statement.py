"""What is known of one SQL text: the tables it touches, and what it does with which columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Verb = Literal["reads", "writes"]


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table as the text names it; `schema` is "" where the text has none or names the default one."""

    schema: str
    table: str


@dataclass(frozen=True, slots=True, order=True)
class TableUse:
    """One table, read or written.

    `columns`: those whose values reach the output (reads) or are set (writes); "*" stands for all of them.
    `lookups`: those used only to find, join, sort or group rows. Both sorted, never overlapping.
    """

    schema: str
    table: str
    verb: Verb
    columns: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """All table uses of one text, sorted. It holds names only, never a literal.

    `partial`: something was cut off, not understood, or a column could belong to several tables.
    `parsed_by`: "sqlglot", "pattern" (see `fallback`), the reader in `stores`, or "" (nothing to parse).
    """

    tables: tuple[TableUse, ...] = ()
    partial: bool = False
    parsed_by: str = ""


NOTHING = Statement()


def table_use(name: TableName, verb: Verb, columns: Iterable[str], lookups: Iterable[str]) -> TableUse:
    """A use in canonical order."""
    used = frozenset(columns)
    return TableUse(
        name.schema, name.table, verb, tuple(sorted(used)), tuple(sorted(frozenset(lookups) - used))
    )


def union(statements: Iterable[Statement]) -> Statement:
    """The statements of one text as one."""
    found: dict[tuple[TableName, Verb], tuple[set[str], set[str]]] = {}
    partial = False
    parsers: set[str] = set()
    for statement in statements:
        partial = partial or statement.partial
        parsers.add(statement.parsed_by)
        for use in statement.tables:
            columns, lookups = found.setdefault((TableName(use.schema, use.table), use.verb), (set(), set()))
            columns.update(use.columns)
            lookups.update(use.lookups)
    return Statement(tables_of(found), partial, min(parsers - {""}, default=""))


def only_lookups(statement: Statement) -> Statement:
    """The statement if nothing of what it reads is used but to decide something."""
    return replace(
        statement,
        tables=tuple(
            replace(use, columns=(), lookups=tuple(sorted({*use.columns, *use.lookups} - {"*"})))
            if use.verb == "reads"
            else use
            for use in statement.tables
        ),
    )


def tables_of(found: Mapping[tuple[TableName, Verb], tuple[set[str], set[str]]]) -> tuple[TableUse, ...]:
    """Uses sorted by name and verb."""
    return tuple(sorted(table_use(name, verb, *names) for (name, verb), names in found.items()))
