"""Learns from a whole statement how it names things: whose columns stand where, and what prefixes stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.names import fold

_LONGEST_PREFIX = 4
_MOST = 60
"""Prefixes or tables in one statement beyond which nothing is learnt of them."""

_NO_PREFIXES = frozenset(
    {"is", "to", "by", "at", "in", "on", "of", "no", "my", "id", "has", "was", "can", "max", "min"}
)


_KIND = re.compile(r"^(?:tbl_?|tb_|t_|dim_|fact_|stg_)(?=[a-z]{2})")


def bare(table: str) -> str:
    """A table's name without what only says that it is one."""
    return _KIND.sub("", table)


def singular(table: str) -> str:
    """A table's name as its columns would say it: `category` of `categories`."""
    if table.endswith("ies"):
        return table[:-3] + "y"
    return table[:-1] if table.endswith("s") and not table.endswith("ss") else table


@dataclass
class Habits:
    """What one statement says of its tables and columns, all names in small letters.

    `aliases`: the tables behind each alias and name. `qualified`: (alias, column). `plain`: columns without alias.
    `alone`: the columns of each table that stand in queries of that table alone.
    """

    aliases: dict[str, set[str]] = field(default_factory=dict)
    qualified: set[tuple[str, str]] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    alone: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def columns(self) -> Mapping[str, frozenset[str]]:
        """The columns that stand somewhere with a table's name or alias before them."""
        found: dict[str, set[str]] = {}
        for alias, column in self.qualified:
            tables = self.aliases.get(alias, ())
            if len(tables) == 1:
                for table in tables:
                    found.setdefault(table, set()).add(column.lower())
        return {table: frozenset(columns) for table, columns in found.items()}

    @cached_property
    def own_keys(self) -> bool:
        """Whether a table's own key bears its name, as in `film.film_id`."""
        return any(
            column.replace("_", "") == f"{singular(bare(table))}id".replace("_", "")
            for table, columns in self.columns.items()
            for column in columns
        )

    def prefixed(self, column: str) -> str:
        """The table whose columns all begin like this one: `partsupp` of `ps_suppkey`; "" if there is none."""
        return self._prefixes.get(column.partition("_")[0], "") if "_" in column else ""

    @cached_property
    def _prefixes(self) -> Mapping[str, str]:
        """Prefix -> table, where at least two tables have one of their own."""
        left = {
            prefix
            for column in self.plain
            for prefix, line, _ in [column.partition("_")]
            if line and 0 < len(prefix) <= _LONGEST_PREFIX and prefix not in _NO_PREFIXES
        }
        tables = set().union(*self.aliases.values()) if self.aliases else set()
        if max(len(left), len(tables)) > _MOST:
            return {}
        found: dict[str, str] = {}
        rules = (_all_initials, _begins, _initials, _abbreviates, self._spelled_out)
        at = 0
        while at < len(rules):
            pairs = [(one, _only(table for table in tables if rules[at](one, table))) for one in sorted(left)]
            given = [table for _, table in pairs if table]
            alone = {prefix: table for prefix, table in pairs if table and given.count(table) == 1}
            found |= alone
            left -= alone.keys()
            tables -= set(alone.values())
            at = 0 if alone else at + 1  # what is taken leaves fewer for the stricter rules
        return found if len(found) > 1 else {}

    def _spelled_out(self, prefix: str, table: str) -> bool:
        """`web` of `web_site_id`, a column of `web_site`."""
        return table.startswith(f"{prefix}_") and any(column.startswith(f"{table}_") for column in self.plain)


def _only(names: Iterable[str]) -> str:
    found = list(names)
    return found[0] if len(found) == 1 else ""


def _initials(prefix: str, table: str) -> bool:
    return prefix == "".join(word[0] for word in table.split("_") if word)


def _all_initials(prefix: str, table: str) -> bool:
    """`ca` of `customer_address`, which is no beginning of `catalogue`."""
    return len(prefix) > 1 and _initials(prefix, table)


def _begins(prefix: str, table: str) -> bool:
    return len(prefix) > 1 and table.startswith(prefix)


def _abbreviates(prefix: str, table: str) -> bool:
    """Whether the letters of a prefix stand in a name in this order, the first at its beginning."""
    if table[:1] != prefix[:1]:
        return False
    letters = iter(table)
    return all(letter in letters for letter in prefix)


def habits_of(tree: exp.Expr, dialect: Dialect) -> Habits:
    """Goes over all names of a statement once, before any of them is to be understood."""
    found = Habits()
    queries = {common.alias.lower() for common in tree.find_all(exp.CTE)}
    for member in tree.find_all(exp.Table):
        table = member.name.lower()
        if table and (member.db or table not in queries):
            for alias in {table, member.alias.lower() or table}:
                found.aliases.setdefault(alias, set()).add(table)
    for column in tree.find_all(exp.Column):
        if column.table:
            quoted = isinstance(column.this, exp.Identifier) and bool(column.this.args.get("quoted"))
            found.qualified.add((column.table.lower(), fold(column.name, quoted, dialect)))
            continue
        name = column.name.lower()
        found.plain.add(name)
        only = _only_table(column.parent_select)
        if only and only not in queries:
            found.alone.setdefault(only, set()).add(name)
    return found


def _only_table(query: object) -> str:
    """The table of a query that has no other source, in small letters."""
    if not isinstance(query, exp.Select) or query.args.get("joins") or query.args.get("laterals"):
        return ""
    clause = query.args.get("from_")
    table = clause.this if isinstance(clause, exp.From) else None
    return table.name.lower() if isinstance(table, exp.Table) and not table.args.get("joins") else ""
