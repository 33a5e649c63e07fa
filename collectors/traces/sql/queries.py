"""Walks the queries of a syntax tree and decides which base columns reach the output and which only look up.

Names are resolved through aliases, subqueries and common table expressions down to base tables.
"""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.habits import habits_of
from collectors.traces.sql.meaning import Names
from collectors.traces.sql.names import base_table
from collectors.traces.sql.pivots import matched, pivoted
from collectors.traces.sql.scope import (
    HIDDEN,
    NONE,
    OPAQUE,
    ROW_IMAGES,
    STAR,
    Ledger,
    Queries,
    Reference,
    References,
    Scope,
    Source,
    find,
    merged,
    together,
)
from collectors.traces.sql.statement import TableName

_RECURSIVE_UNSAID = frozenset({"tsql", "oracle", "snowflake", ""})


class Writer(Protocol):
    """What to do with a statement that is no query; its outputs are what it returns."""

    def __call__(self, walk: Walk, tree: exp.Expr, queries: Queries, parent: Scope | None) -> Source: ...


class Walk:
    """One pass over the tree of one statement."""

    def __init__(self, dialect: Dialect, ledger: Ledger, write: Writer) -> None:
        self.dialect = dialect
        self.ledger = ledger
        self.write = write
        self.names = Names(dialect, ledger)

    # Statements

    def statement(self, tree: exp.Expr) -> None:
        self.names.habits = habits_of(tree, self.dialect)
        self.ledger.read(self.query(tree, {}, None).everything())

    def query(self, tree: exp.Expr, queries: Queries, parent: Scope | None) -> Source:
        """The outputs of a statement. What it writes and looks up goes into the ledger."""
        queries = self.with_queries(tree, queries, parent)
        if isinstance(tree, exp.Select):
            return self.select(tree, queries, parent)
        if isinstance(tree, exp.SetOperation):
            left = self.query(tree.left, queries, parent)
            right = self.query(tree.right, queries, parent)
            return merged(left, right)
        if isinstance(tree, exp.Subquery | exp.Paren):
            return self.subquery(tree, queries, parent)
        if isinstance(tree, exp.Table):
            return self.from_member(tree, Scope({}, queries, parent))
        if isinstance(tree, exp.Values | exp.Tuple):
            return Source(outputs=(("", self.values(tree, Scope({}, queries, parent))),))
        return self.write(self, tree, queries, parent)

    def with_queries(self, tree: exp.Expr, queries: Queries, parent: Scope | None) -> Queries:
        clause = tree.args.get("with_") or tree.args.get("with")
        if not isinstance(clause, exp.With):
            return queries
        queries = dict(queries)
        for common in clause.expressions:
            alias = common.args.get("alias")
            name = common.alias.lower()
            if clause.args.get("recursive") or (
                self.dialect.grammar in _RECURSIVE_UNSAID and isinstance(common.this, exp.SetOperation)
            ):
                queries[name] = self.renamed(self.begun(common.this), alias)
            source = self.query(common.this, queries, parent)
            if common.args.get("scalar"):
                self.names.scalars[name] = source.everything()
            else:
                queries[name] = self.renamed(source, alias)
        return queries

    def begun(self, tree: exp.Expr) -> Source:
        """What a recursive query offers to itself: the names of its first branch, whose columns that branch reads."""
        while isinstance(tree, exp.SetOperation | exp.Subquery | exp.Paren):
            tree = tree.this
        names = [self.names.output(one) for one in tree.expressions] if isinstance(tree, exp.Select) else []
        return Source(outputs=tuple((name, NONE) for name in names))

    def select(self, tree: exp.Select, queries: Queries, parent: Scope | None) -> Source:
        named = {self.names.of(one.args["alias"]) for one in tree.expressions if isinstance(one, exp.Alias)}
        scope = Scope({}, queries, parent, frozenset(named))
        self.sources(tree, scope)
        if isinstance(tree.args.get("match"), exp.MatchRecognize):
            scope = Scope(matched(self, tree.args["match"], scope), queries, parent, frozenset(named))
        outputs: list[tuple[str, References]] = []
        rest: set[Reference] = set()
        for projection in tree.expressions:
            stars = self.star(projection, scope)
            if stars is not None:
                left_out = self.left_out(projection)
                for source in stars:
                    more, behind = source.as_star()
                    outputs.extend(each for each in more if each[0] not in left_out)
                    rest.update(behind)
                outputs.extend(self.replaced(projection, scope))
            else:
                outputs.append((self.names.output(projection), self.values(projection, scope)))
        handled = {"expressions", "from_", "from", "joins", "laterals", "with_", "with", "into", "hint"}
        handled |= {"kind", "settings", "format", "windows", "match"}
        outputs += [("", self.values(window, scope)) for window in tree.args.get("windows") or []]
        for key, clause in tree.args.items():
            if key not in handled:
                for part in clause if isinstance(clause, list) else [clause]:
                    if isinstance(part, exp.Expr):
                        self.mention(part, scope, to_outputs=key in {"order", "group", "having", "qualify"})
        source = Source(outputs=tuple(outputs), rest=frozenset(rest))
        into = tree.args.get("into")
        if isinstance(into, exp.Into) and isinstance(into.this, exp.Table):
            self.created(into.this, source, temporary=bool(into.args.get("temporary")))
            return OPAQUE
        return source

    def created(self, target: exp.Table, source: Source, *, temporary: bool) -> None:
        """A table made of what a query puts out."""
        self.ledger.read(source.everything())
        table = self.table_name(target)
        if temporary or table is None:
            self.ledger.known.temporary.add(target.name.lower())
        else:
            names = [name or STAR for name, _ in source.outputs]
            self.ledger.wrote(table, [*names, STAR] if source.rest or not names else names)

    def subquery(self, tree: exp.Expr, queries: Queries, parent: Scope | None) -> Source:
        inner = tree.this
        if isinstance(inner, exp.Table):
            scope = Scope({}, queries, parent)
            self.add(inner, scope)
            self.joins(inner, scope)
            self.joins(tree, scope)
            return together(scope.sources.values())
        return self.query(inner, queries, parent) if isinstance(inner, exp.Expr) else OPAQUE

    # Sources

    def sources(self, tree: exp.Expr, scope: Scope) -> None:
        clause = tree.args.get("from_") or tree.args.get("from")
        if isinstance(clause, exp.From) and isinstance(clause.this, exp.Expr):
            self.add(clause.this, scope)
            self.joins(clause.this, scope)
        self.joins(tree, scope)
        for lateral in tree.args.get("laterals") or []:
            self.add(lateral, scope)

    def joins(self, tree: exp.Expr, scope: Scope) -> None:
        for join in tree.args.get("joins") or []:
            before = dict(scope.sources)
            if str(join.args.get("kind") or "").upper() == "ARRAY" or (
                str(join.args.get("side") or join.args.get("method") or "").upper() == "ARRAY"
            ):
                self.arrays(join, scope)
                continue
            self.add(join.this, scope)
            if isinstance(join.this, exp.Table):
                self.joins(join.this, scope)
            self.names.joining = scope.sources.keys() - before.keys()
            for key in ("on", "match_condition"):
                if isinstance(join.args.get(key), exp.Expr):
                    self.mention(join.args[key], scope)
            self.names.joining = frozenset()
            for column in join.args.get("using") or []:
                name = self.names.of(column.this if isinstance(column, exp.Column) else column)
                bases = [source for source in before.values() if source.get(name) is not None]
                added = [source for key, source in scope.sources.items() if key not in before]
                self.ledger.partial = self.ledger.partial or len(bases) > 1
                for source in bases + added:
                    self.ledger.looked_up(source.get(name) or NONE)
        for lateral in tree.args.get("laterals") or [] if isinstance(tree, exp.Table) else []:
            self.add(lateral, scope)

    def arrays(self, join: exp.Join, scope: Scope) -> None:
        """`ARRAY JOIN tags AS tag`: rows are made of a column's values."""
        for member in (join.this, *(join.args.get("expressions") or [])):
            name = self.names.of(member.this) if isinstance(member, exp.Table | exp.Alias) else ""
            if name:
                given = self.names.unqualified(name, scope)
                scope.sources[member.alias.lower() or name] = Source(made_of=given)

    def add(self, member: exp.Expr, scope: Scope) -> None:
        """Makes a member of FROM known under its alias."""
        if isinstance(member, exp.Final):
            member = member.this
        if isinstance(member, exp.Subquery) and isinstance(member.this, exp.Table) and not member.alias:
            self.add(member.this, scope)  # parentheses around joins hide no alias
            self.joins(member.this, scope)
            self.joins(member, scope)
            return
        source = self.from_member(member, scope)
        for pivot in member.args.get("pivots") or []:
            source = pivoted(self, pivot, source)
        offset = member.args.get("offset")
        if isinstance(offset, exp.Identifier):
            scope.sources[offset.name.lower()] = Source(outputs=((self.names.of(offset), NONE),))
        alias = member.args.get("alias")
        source = self.renamed(source, alias)
        key = member.alias.lower() if member.alias else ""
        if not key and isinstance(member, exp.Table):
            key = member.name.lower()
        scope.sources[key or f" {len(scope.sources)}"] = source

    def from_member(self, member: exp.Expr, scope: Scope) -> Source:
        if isinstance(member, exp.Table):
            if not member.db and member.name.lower() in scope.queries:
                return scope.queries[member.name.lower()]
            if isinstance(member.this, exp.Placeholder | exp.Parameter):
                return HIDDEN
            if not isinstance(member.this, exp.Identifier | exp.Dot):
                return self.function(member.this, scope) if isinstance(member.this, exp.Expr) else OPAQUE
            table = self.table_name(member)
            if table is None:
                return HIDDEN if self.temporary(member) else OPAQUE
            self.ledger.met(table, "reads")
            return Source(table=table)
        if isinstance(member, exp.Subquery):
            inner = self.subquery(member, scope.queries, scope)
            if not isinstance(member.this, exp.Table) and member.args.get("joins"):
                self.joins(member, scope)
            return inner
        if isinstance(member, exp.Lateral) and isinstance(member.this, exp.Subquery):
            return self.subquery(member.this, scope.queries, scope)
        if isinstance(member, exp.Query):
            return self.query(member, scope.queries, scope)
        return self.function(member, scope)

    def function(self, member: exp.Expr, scope: Scope) -> Source:
        """A function in FROM: each of its outputs is made of all that goes in."""
        given = self.values(member, scope)
        return Source(outputs=(("value", given),), made_of=given)

    def table_name(self, member: exp.Table) -> TableName | None:
        """The name of a base table; None for temporary tables, catalogues and what has no name."""
        parts = [part for part in member.parts if isinstance(part, exp.Identifier)]
        if not parts or len(parts) != len(member.parts):
            return None
        if self.temporary(member):
            return None
        names = [self.names.of(part) for part in parts]
        if member.catalog and not member.db:
            names.insert(-1, self.dialect.default_schema)  # `crm..customer`
        if self.dialect.grammar == "bigquery":
            names = [one for name in names for one in name.split(".")]
        if not names[-1]:
            self.ledger.partial = True
            return None
        return base_table(names, self.dialect)

    def temporary(self, member: exp.Table) -> bool:
        last = member.this
        if not isinstance(last, exp.Identifier):
            return False
        if last.args.get("temporary") or last.name.startswith(("#", "@")):
            return True
        return not member.db and last.name.lower() in self.ledger.known.temporary

    def renamed(self, source: Source, alias: object) -> Source:
        """A query under an alias with its own column names: `AS r (a, b)`."""
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        if not columns or source.table is not None:
            return source
        names = [self.names.of(column) for column in columns]
        if source.rest or len(names) > len(source.outputs):
            return Source(rest=source.rest, outputs=tuple((name, source.everything()) for name in names))
        kept = tuple((name, references) for name, (_, references) in zip(names, source.outputs, strict=False))
        return Source(outputs=kept + source.outputs[len(names) :])

    # Expressions

    def star(self, projection: exp.Expr, scope: Scope) -> list[Source] | None:
        """The sources a `*` stands for, None if the projection is no star."""
        if isinstance(projection, exp.Star):
            return [source for key, source in scope.sources.items() if key not in ROW_IMAGES]
        if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
            source = find(projection.table.lower(), scope)
            return [source] if source is not None else []
        return None

    def left_out(self, projection: exp.Expr) -> frozenset[str]:
        """The names that `* EXCEPT (a)` and `* REPLACE (b + 1 AS b)` take from a star."""
        star = projection if isinstance(projection, exp.Star) else projection.this
        parts = [
            *(star.args.get("except_") or []),
            *(star.args.get("except") or []),
            *(star.args.get("replace") or []),
        ]
        return frozenset(self.names.output(part) or self.names.of(part) for part in parts)

    def replaced(self, projection: exp.Expr, scope: Scope) -> list[tuple[str, References]]:
        star = projection if isinstance(projection, exp.Star) else projection.this
        return [
            (self.names.output(part), self.values(part, scope)) for part in star.args.get("replace") or []
        ]

    def values(self, tree: exp.Expr, scope: Scope) -> References:
        """The base columns that an expression is computed from."""
        carried: set[Reference] = set()
        stack: list[exp.Expr] = [tree]
        while stack:
            one = stack.pop()
            if isinstance(one, exp.Column):
                references = self.names.column(one, scope)
                self.ledger.looked_up(each for each in references if not each.target)
                carried.update(references)
            elif isinstance(one, exp.Query):
                carried.update(self.query(one, scope.queries, scope).everything())
            elif not isinstance(one, exp.Identifier | exp.DataType):
                stack.extend(one.iter_expressions())
        return frozenset(carried)

    def mention(self, tree: exp.Expr, scope: Scope, *, to_outputs: bool = False) -> None:
        """Everything in an expression is looked up: its values go nowhere."""
        stack: list[exp.Expr] = [tree]
        while stack:
            one = stack.pop()
            if isinstance(one, exp.Column):
                if to_outputs and not one.table and self.names.of(one.this) in scope.aliases:
                    continue
                self.ledger.looked_up(self.names.column(one, scope))
            elif isinstance(one, exp.Query):
                self.ledger.looked_up(self.query(one, scope.queries, scope).everything())
            elif not isinstance(one, exp.Identifier | exp.DataType):
                stack.extend(one.iter_expressions())
