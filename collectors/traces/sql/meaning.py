"""Which base columns a name in a statement means, where it stands."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlglot import exp

from collectors.traces.sql.belonging import likeliest
from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.habits import Habits
from collectors.traces.sql.names import fold, no_column
from collectors.traces.sql.scope import NONE, ROW_IMAGES, Ledger, References, Scope, Source, find

_ROW_BY_ALIAS = frozenset({"postgres", "redshift", "bigquery", "duckdb"})
_MOST_OWNERS = 40  # beyond these, that each of them may have a column tells nothing


class Names:
    """The names of one statement. What is guessed, or cannot be told, makes the reading partial.

    `habits`: how the statement names columns elsewhere. `scalars`: names of queries that are one value.
    `joining`: aliases of the member whose condition is being read.
    """

    def __init__(self, dialect: Dialect, ledger: Ledger) -> None:
        self.dialect = dialect
        self.ledger = ledger
        self.habits = Habits()
        self.scalars: dict[str, References] = {}
        self.joining: AbstractSet[str] = frozenset()

    def of(self, word: object) -> str:
        """A name as the dialect folds it; "" for what is none."""
        if isinstance(word, exp.Identifier):
            return fold(word.name, bool(word.args.get("quoted")), self.dialect)
        if isinstance(word, exp.Expr) and isinstance(word.this, exp.Identifier):
            return self.of(word.this)
        return ""

    def output(self, projection: exp.Expr) -> str:
        """The name of an output; "" for an expression without an alias."""
        if isinstance(projection, exp.Alias):
            return self.of(projection.args["alias"])
        return self.of(projection.this) if isinstance(projection, exp.Column) else ""

    def column(self, column: exp.Column, scope: Scope) -> References:
        """The base columns that a name means."""
        if isinstance(column.this, exp.Star):
            return NONE
        name = self.of(column.this)
        if not name or no_column(name, column.this, self.dialect):
            return NONE
        if not column.table:
            return self.unqualified(name, scope, _compared_with(column))
        qualifier = column.table.lower()
        source = find(qualifier, scope)
        if source is not None:
            self.ledger.partial = self.ledger.partial or source.doubts(name)
            return source.get(name) or NONE
        if qualifier in ROW_IMAGES:
            return NONE
        if self.dialect.structs or (column.db and find(column.parts[0].name.lower(), scope) is not None):
            return self._field(column, scope)
        self.ledger.partial = True
        return NONE

    def _field(self, column: exp.Column, scope: Scope) -> References:
        """The column that holds a field: `customer` of `customer.email`, also as `o.customer.email`."""
        first, *inner = [self.of(part) for part in column.parts if isinstance(part, exp.Identifier)]
        if first in self.ledger.known.variables:
            return NONE
        source = find(first, scope)
        return self.unqualified(first, scope) if source is None else source.get(inner[0]) or NONE

    def unqualified(self, name: str, scope: Scope, beside: str = "") -> References:
        """The base columns that a name without alias means. `beside`: the alias of what it is compared with."""
        # Snowflake's variables have a sign of their own before them.
        if name in self.ledger.known.variables and self.dialect.family != "snowflake":
            return NONE
        if name in self.scalars:
            return self.scalars[name]
        if name == "column_value" and self.dialect.grammar == "oracle":
            given = (source.made_of for source in scope.sources.values() if source.table is None)
            return NONE.union(*given)
        here: Scope | None = scope
        while here is not None:
            row = here.sources.get(name)
            if row is not None and self.dialect.grammar in _ROW_BY_ALIAS and not row.goes_by(name):
                return row.everything()
            able = {
                key: source
                for key, source in here.sources.items()
                if key not in ROW_IMAGES and source.offers(name, key) and source.get(name) is not None
            }
            certain = {
                key: source for key, source in able.items() if source.table is None and not source.rest
            }
            if not certain and len(able) > 1:
                certain = {
                    key: source for key, source in able.items() if (key, name) in self.habits.qualified
                }
            if not certain and self._belongs_outside(name, able, here.parent):
                here = here.parent
                continue
            able = certain or able
            if len(able) > 1 and beside in able and not certain:
                del able[beside]
                able = {key: able[key] for key in self.joining if key in able} or able
            if len(able) > _MOST_OWNERS:
                self.ledger.partial = True
                return NONE
            if len(able) > 1:
                able = self._guessed(name, able)
            if able:
                doubtful = len(able) > 1 or any(source.doubts(name) for source in able.values())
                self.ledger.partial = self.ledger.partial or doubtful
                found = [source.get(name) or NONE for source in able.values()]
                return frozenset().union(*found)
            if any(source.hidden for source in here.sources.values()):
                return NONE
            here = here.parent
        return NONE

    def _belongs_outside(self, name: str, able: dict[str, Source], parent: Scope | None) -> bool:
        """Whether a prefix says that a name is of a table of an enclosing query: `WHERE o_custkey = c_custkey`."""
        owner = self.habits.prefixed(name.lower())
        if not owner or any(
            source.table is not None and source.table.table.lower() == owner for source in able.values()
        ):
            return False
        while parent is not None:
            if any(
                source.table is not None and source.table.table.lower() == owner
                for source in parent.sources.values()
            ):
                return True
            parent = parent.parent
        return False

    def _guessed(self, name: str, able: dict[str, Source]) -> dict[str, Source]:
        """Those of several sources that have a column, as names tell."""
        tables = {source.table: key for key, source in able.items() if source.table is not None}
        if any(source.table is None for source in able.values()):
            return able
        table = likeliest(name, tables, self.habits)
        self.ledger.partial = True
        return able if table is None else {tables[table]: able[tables[table]]}


def _compared_with(column: exp.Column) -> str:
    """The alias on the other side of `owner_id = person.id`: the column is hardly of the same table."""
    equal = column.parent
    if not isinstance(equal, exp.EQ):
        return ""
    other = equal.expression if equal.this is column else equal.this
    return other.table.lower() if isinstance(other, exp.Column) else ""
