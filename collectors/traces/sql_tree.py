"""Walks a syntax tree and decides which base columns reach the output, are set, or only look up rows.

Names are resolved through aliases, subqueries and common table expressions down to base tables.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlglot import Dialect as Grammar
from sqlglot import ErrorLevel, exp

from collectors.traces.sql_dialects import Dialect
from collectors.traces.sql_names import base_table, fold
from collectors.traces.sql_statement import Statement, TableName, Verb, tables_of

# The parser reports what it does not know by a warning that quotes the statement.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_STAR = "*"
# Words that the grammar takes for columns.
_NOT_COLUMNS = frozenset(
    {"rownum", "rowid", "level", "sysdate", "systimestamp", "nextval", "currval", "user", "default"}
    | {"current_date", "current_time", "current_timestamp", "current_user", "null", "true", "false"}
)
_ROW_IMAGES = frozenset({"excluded", "inserted", "deleted", "new", "old"})


class NotUnderstood(Exception):
    """The grammar has no tree for this statement."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """A base column; `target`: of the table that the statement writes to."""

    table: TableName
    column: str
    target: bool = False


_References = frozenset[_Reference]
_NONE: _References = frozenset()


@dataclass(frozen=True, slots=True)
class _Source:
    """What a member of FROM offers: a base table, or a query's outputs in order.

    `rest`: references (to `*`) that stand behind outputs whose names are not known.
    """

    table: TableName | None = None
    target: bool = False
    outputs: tuple[tuple[str, _References], ...] = ()
    rest: _References = _NONE

    def get(self, name: str) -> _References | None:
        """The base columns behind an output, None if this source cannot have it."""
        if self.table is not None:
            return frozenset({_Reference(self.table, name, self.target)})
        for output, references in self.outputs:
            if output == name:
                return references
        behind = frozenset(_Reference(star.table, name, star.target) for star in self.rest)
        return behind or None

    def everything(self) -> _References:
        """All base columns behind this source."""
        if self.table is not None:
            return frozenset({_Reference(self.table, _STAR, self.target)})
        return self.rest.union(*(references for _, references in self.outputs))

    def as_star(self) -> tuple[tuple[tuple[str, _References], ...], _References]:
        """What `*` over this source puts out."""
        return (self.outputs, self.rest) if self.table is None else ((), self.everything())


_OPAQUE = _Source()
_Queries = dict[str, _Source]


@dataclass(frozen=True, slots=True)
class _Scope:
    """The sources that a name may mean, the innermost query first."""

    sources: dict[str, _Source]
    queries: _Queries
    parent: _Scope | None = None
    aliases: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Ledger:
    """What the walk has found so far."""

    found: dict[tuple[TableName, Verb], tuple[set[str], set[str]]] = field(default_factory=dict)
    temporary: set[str] = field(default_factory=set)
    qualified: set[tuple[str, str]] = field(default_factory=set)
    partial: bool = False

    def _use(self, table: TableName, verb: Verb) -> tuple[set[str], set[str]]:
        return self.found.setdefault((table, verb), (set(), set()))

    def met(self, table: TableName, verb: Verb) -> None:
        self._use(table, verb)

    def looked_up(self, references: Iterable[_Reference]) -> None:
        for reference in references:
            if reference.column != _STAR:
                self._use(reference.table, "writes" if reference.target else "reads")[1].add(reference.column)

    def read(self, references: Iterable[_Reference]) -> None:
        for reference in references:
            self._use(reference.table, "reads")[0].add(reference.column)

    def read_turned_write(self, table: TableName) -> None:
        """A table met in FROM turns out to be the target: what was looked up so far belongs to the write."""
        columns, lookups = self.found.pop((table, "reads"), (set(), set()))
        if columns:
            self.found[table, "reads"] = (columns, set())
        self._use(table, "writes")[1].update(lookups)

    def wrote(self, table: TableName, columns: Iterable[str]) -> None:
        self._use(table, "writes")[0].update(column for column in columns if column)


def read_tree(shape: str, dialect: Dialect, temporary: set[str]) -> tuple[Statement, bool]:
    """What one statement does, and whether all of it was understood.

    Raises NotUnderstood, or whatever the grammar raises.

    `temporary`: the temporary tables known so far; those the statement creates are added.
    """
    grammar = Grammar.get_or_raise(dialect.grammar)
    parser = grammar.parser(error_level=ErrorLevel.IGNORE)
    ledger = _Ledger(temporary=temporary)
    for tree in parser.parse(grammar.tokenize(shape), shape):
        if tree is None or isinstance(tree, exp.Command):
            raise NotUnderstood
        _Walk(dialect, ledger).statement(tree)
    if parser.errors and not ledger.found:
        raise NotUnderstood
    understood = not parser.errors
    return Statement(tables_of(ledger.found), ledger.partial or not understood, "sqlglot"), understood


class _Walk:
    """One pass over the tree of one statement."""

    def __init__(self, dialect: Dialect, ledger: _Ledger) -> None:
        self.dialect = dialect
        self.ledger = ledger

    # Statements

    def statement(self, tree: exp.Expr) -> None:
        for column in tree.find_all(exp.Column):
            if column.table:
                self.ledger.qualified.add((column.table.lower(), self.name(column.this)))
        self.ledger.read(self.query(tree, {}, None).everything())

    def query(self, tree: exp.Expr, queries: _Queries, parent: _Scope | None) -> _Source:
        """The outputs of a statement. What it writes and looks up goes into the ledger."""
        queries = self.with_queries(tree, queries, parent)
        if isinstance(tree, exp.Select):
            return self.select(tree, queries, parent)
        if isinstance(tree, exp.SetOperation):
            left = self.query(tree.left, queries, parent)
            right = self.query(tree.right, queries, parent)
            return _merged(left, right)
        if isinstance(tree, exp.Subquery | exp.Paren):
            return self.subquery(tree, queries, parent)
        if isinstance(tree, exp.Table):
            return self.from_member(tree, _Scope({}, queries, parent))
        if isinstance(tree, exp.Insert):
            return self.insert(tree, queries, parent)
        if isinstance(tree, exp.Update):
            return self.update(tree, queries, parent)
        if isinstance(tree, exp.Delete):
            return self.delete(tree, queries, parent)
        if isinstance(tree, exp.Merge):
            return self.merge(tree, queries, parent)
        if isinstance(tree, exp.Create):
            return self.create(tree, queries)
        if isinstance(tree, exp.Copy):
            return self.copy(tree, queries)
        if isinstance(tree, exp.MultitableInserts):
            return self.insert_many(tree, queries)
        if isinstance(tree, exp.TruncateTable):
            for table in tree.expressions:
                self.target(table, {}, queries)
        if isinstance(tree, exp.Values | exp.Tuple):
            return _Source(outputs=(("", self.values(tree, _Scope({}, queries, parent))),))
        return _OPAQUE

    def with_queries(self, tree: exp.Expr, queries: _Queries, parent: _Scope | None) -> _Queries:
        clause = tree.args.get("with_") or tree.args.get("with")
        if not isinstance(clause, exp.With):
            return queries
        queries = dict(queries)
        for common in clause.expressions:
            alias = common.args.get("alias")
            name = common.alias.lower()
            if clause.args.get("recursive"):
                queries[name] = _OPAQUE
            source = self.query(common.this, queries, parent)
            queries[name] = self.renamed(source, alias)
        return queries

    def select(self, tree: exp.Select, queries: _Queries, parent: _Scope | None) -> _Source:
        named = {self.name(one.args["alias"]) for one in tree.expressions if isinstance(one, exp.Alias)}
        scope = _Scope({}, queries, parent, frozenset(named))
        self.sources(tree, scope)
        outputs: list[tuple[str, _References]] = []
        rest: set[_Reference] = set()
        for projection in tree.expressions:
            stars = self.star(projection, scope)
            if stars is not None:
                for source in stars:
                    more, behind = source.as_star()
                    outputs.extend(more)
                    rest.update(behind)
            else:
                outputs.append((self.output_name(projection), self.values(projection, scope)))
        handled = {"expressions", "from_", "from", "joins", "laterals", "with_", "with", "into", "hint"}
        handled |= {"kind", "settings", "format"}
        for key, clause in tree.args.items():
            if key not in handled:
                for part in clause if isinstance(clause, list) else [clause]:
                    if isinstance(part, exp.Expr):
                        self.mention(part, scope, to_outputs=key in {"order", "group", "having", "qualify"})
        source = _Source(outputs=tuple(outputs), rest=frozenset(rest))
        into = tree.args.get("into")
        if isinstance(into, exp.Into) and isinstance(into.this, exp.Table):
            self.created(into.this, source, temporary=bool(into.args.get("temporary")))
            return _OPAQUE
        return source

    def subquery(self, tree: exp.Expr, queries: _Queries, parent: _Scope | None) -> _Source:
        inner = tree.this
        if isinstance(inner, exp.Table):
            scope = _Scope({}, queries, parent)
            self.add(inner, scope)
            self.joins(inner, scope)
            self.joins(tree, scope)
            return _together(scope.sources.values())
        return self.query(inner, queries, parent) if isinstance(inner, exp.Expr) else _OPAQUE

    def insert(self, tree: exp.Insert, queries: _Queries, parent: _Scope | None) -> _Source:
        target = tree.this
        columns: list[str] | None = None
        if isinstance(target, exp.Schema):
            columns = [self.name(column) for column in target.expressions]
            target = target.this
        if not isinstance(target, exp.Table):
            return _OPAQUE
        scope = _Scope({}, queries, parent)
        table = self.target(target, scope.sources, queries)
        expression = tree.args.get("expression")
        if isinstance(expression, exp.Expr):
            copied = self.query(expression, queries, parent).everything()
            self.ledger.read(copied)
        if table is not None:
            default = () if tree.args.get("default") else (_STAR,)
            self.ledger.wrote(table, columns or default)
        conflict = tree.args.get("conflict")
        if isinstance(conflict, exp.OnConflict):
            for key, part in conflict.args.items():
                for one in part if isinstance(part, list) else [part]:
                    if key == "expressions" and isinstance(one, exp.EQ):
                        self.assign(one, scope, table)
                    elif isinstance(one, exp.Expr):
                        self.mention(one, scope)
        return self.returning(tree, scope)

    def insert_many(self, tree: exp.MultitableInserts, queries: _Queries) -> _Source:
        for one in tree.find_all(exp.Insert):
            self.insert(one, queries, None)
        source = tree.args.get("source")
        if isinstance(source, exp.Expr):
            self.ledger.read(self.query(source, queries, None).everything())
        return _OPAQUE

    def update(self, tree: exp.Update, queries: _Queries, parent: _Scope | None) -> _Source:
        scope = _Scope({}, queries, parent)
        self.sources(tree, scope)
        table = self.target(tree.this, scope.sources, queries) if isinstance(tree.this, exp.Table) else None
        if isinstance(tree.this, exp.Table):
            self.joins(tree.this, scope)
        for assignment in tree.expressions:
            if isinstance(assignment, exp.EQ):
                self.assign(assignment, scope, table)
        for key in ("where", "order", "limit"):
            if isinstance(tree.args.get(key), exp.Expr):
                self.mention(tree.args[key], scope)
        return self.returning(tree, scope)

    def delete(self, tree: exp.Delete, queries: _Queries, parent: _Scope | None) -> _Source:
        scope = _Scope({}, queries, parent)
        named = tree.args.get("tables") or []
        using = tree.args.get("using") or []
        if named:
            self.add(tree.this, scope)
        for member in using if isinstance(using, list) else [using]:
            if isinstance(member, exp.Expr):
                self.add(member, scope)
                self.joins(member, scope)
        if isinstance(tree.this, exp.Table):
            self.joins(tree.this, scope)
        self.joins(tree, scope)
        for target in named or [tree.this]:
            if isinstance(target, exp.Table):
                self.target(target, scope.sources, queries)
        for key in ("where", "order", "limit"):
            if isinstance(tree.args.get(key), exp.Expr):
                self.mention(tree.args[key], scope)
        return self.returning(tree, scope)

    def merge(self, tree: exp.Merge, queries: _Queries, parent: _Scope | None) -> _Source:
        scope = _Scope({}, queries, parent)
        if isinstance(tree.args.get("using"), exp.Expr):
            self.add(tree.args["using"], scope)
        table = self.target(tree.this, scope.sources, queries) if isinstance(tree.this, exp.Table) else None
        if isinstance(tree.args.get("on"), exp.Expr):
            self.mention(tree.args["on"], scope)
        for when in tree.find_all(exp.When):
            condition, then = when.args.get("condition"), when.args.get("then")
            if isinstance(condition, exp.Expr):
                self.mention(condition, scope)
            if isinstance(then, exp.Update):
                for assignment in then.expressions:
                    if isinstance(assignment, exp.EQ):
                        self.assign(assignment, scope, table)
            elif isinstance(then, exp.Insert) and table is not None:
                columns = then.this.expressions if isinstance(then.this, exp.Tuple) else []
                self.ledger.wrote(table, [self.name(column.this) for column in columns] or [_STAR])
                if isinstance(then.args.get("expression"), exp.Expr):
                    self.used(self.values(then.args["expression"], scope))
        return self.returning(tree, scope)

    def create(self, tree: exp.Create, queries: _Queries) -> _Source:
        if str(tree.args.get("kind") or "").upper() != "TABLE":
            return _OPAQUE  # a view reads nothing until somebody reads the view
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        query = tree.args.get("expression")
        properties = tree.args.get("properties")
        temporary = (
            isinstance(properties, exp.Properties) and properties.find(exp.TemporaryProperty) is not None
        )
        if isinstance(target, exp.Table) and temporary:
            self.ledger.temporary.add(target.name.lower())
        if isinstance(query, exp.Expr) and isinstance(target, exp.Table):
            self.created(target, self.query(query, queries, None), temporary=temporary)
        return _OPAQUE

    def created(self, target: exp.Table, source: _Source, *, temporary: bool) -> None:
        self.ledger.read(source.everything())
        table = self.table_name(target)
        if temporary or table is None:
            self.ledger.temporary.add(target.name.lower())
        else:
            self.ledger.wrote(table, [name or _STAR for name, _ in source.outputs] or [_STAR])

    def copy(self, tree: exp.Copy, queries: _Queries) -> _Source:
        target = tree.this
        if isinstance(target, exp.Subquery):
            return self.query(target, queries, None)
        columns = [_STAR]
        if isinstance(target, exp.Schema):
            columns = [self.name(column) for column in target.expressions]
            target = target.this
        table = self.table_name(target) if isinstance(target, exp.Table) else None
        if table is not None and tree.args.get("kind"):
            self.ledger.wrote(table, columns)
        elif table is not None:
            self.ledger.read(_Reference(table, column) for column in columns)
        return _OPAQUE

    # Sources

    def sources(self, tree: exp.Expr, scope: _Scope) -> None:
        clause = tree.args.get("from_") or tree.args.get("from")
        if isinstance(clause, exp.From) and isinstance(clause.this, exp.Expr):
            self.add(clause.this, scope)
            self.joins(clause.this, scope)
        self.joins(tree, scope)
        for lateral in tree.args.get("laterals") or []:
            self.add(lateral, scope)

    def joins(self, tree: exp.Expr, scope: _Scope) -> None:
        for join in tree.args.get("joins") or []:
            before = dict(scope.sources)
            self.add(join.this, scope)
            if isinstance(join.this, exp.Table):
                self.joins(join.this, scope)
            if isinstance(join.args.get("on"), exp.Expr):
                self.mention(join.args["on"], scope)
            for column in join.args.get("using") or []:
                name = self.name(column.this if isinstance(column, exp.Column) else column)
                bases = [source for source in before.values() if source.get(name) is not None]
                added = [source for key, source in scope.sources.items() if key not in before]
                self.ledger.partial = self.ledger.partial or len(bases) > 1
                for source in bases + added:
                    self.ledger.looked_up(source.get(name) or _NONE)
        for lateral in tree.args.get("laterals") or [] if isinstance(tree, exp.Table) else []:
            self.add(lateral, scope)

    def add(self, member: exp.Expr, scope: _Scope) -> None:
        """Makes a member of FROM known under its alias."""
        if isinstance(member, exp.Final):
            member = member.this
        source = self.from_member(member, scope)
        alias = member.args.get("alias")
        source = self.renamed(source, alias)
        key = member.alias.lower() if member.alias else ""
        if not key and isinstance(member, exp.Table):
            key = member.name.lower()
        scope.sources[key or f" {len(scope.sources)}"] = source

    def from_member(self, member: exp.Expr, scope: _Scope) -> _Source:
        if isinstance(member, exp.Table):
            if not member.db and member.name.lower() in scope.queries:
                return scope.queries[member.name.lower()]
            if not isinstance(member.this, exp.Identifier | exp.Dot):
                if isinstance(member.this, exp.Expr):
                    self.mention(member.this, scope)
                return _OPAQUE
            table = self.table_name(member)
            if table is None:
                return _OPAQUE
            self.ledger.met(table, "reads")
            return _Source(table=table)
        if isinstance(member, exp.Subquery):
            inner = self.subquery(member, scope.queries, scope)
            if not isinstance(member.this, exp.Table) and member.args.get("joins"):
                self.joins(member, scope)
            return inner
        if isinstance(member, exp.Lateral) and isinstance(member.this, exp.Subquery):
            return self.subquery(member.this, scope.queries, scope)
        if isinstance(member, exp.Query):
            return self.query(member, scope.queries, scope)
        self.mention(member, scope)
        return _OPAQUE

    def target(self, member: exp.Table, sources: dict[str, _Source], queries: _Queries) -> TableName | None:
        """The table a statement writes to, which may be named by the alias of a source."""
        key = (member.alias or member.name).lower()
        known = None if member.db else sources.get(member.name.lower())
        if known is None and not member.db and member.name.lower() in queries:
            known = queries[member.name.lower()]
        table = known.table if known is not None else self.table_name(member)
        if table is None:
            sources.setdefault(key, _OPAQUE)
            return None
        target = _Source(table=table, target=True)
        if known is not None:
            key = member.name.lower()
            self.ledger.read_turned_write(table)
        sources[key] = target
        self.ledger.met(table, "writes")
        return table

    def table_name(self, member: exp.Table) -> TableName | None:
        """The name of a base table; None for temporary tables, catalogues and what has no name."""
        parts = [part for part in member.parts if isinstance(part, exp.Identifier)]
        if not parts or len(parts) != len(member.parts):
            return None
        last = parts[-1]
        if last.args.get("temporary") or last.name.startswith(("#", "@")):
            return None
        if len(parts) == 1 and last.name.lower() in self.ledger.temporary:
            return None
        names = [self.name(part) for part in parts]
        if not names[-1]:
            self.ledger.partial = True
            return None
        return base_table(names, self.dialect)

    def renamed(self, source: _Source, alias: object) -> _Source:
        """A query under an alias with its own column names: `AS r (a, b)`."""
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        if not columns or source.table is not None:
            return source
        names = [self.name(column) for column in columns]
        if source.rest or len(names) > len(source.outputs):
            return _Source(rest=source.rest, outputs=tuple((name, source.everything()) for name in names))
        kept = tuple((name, references) for name, (_, references) in zip(names, source.outputs, strict=False))
        return _Source(outputs=kept + source.outputs[len(names) :])

    # Expressions

    def star(self, projection: exp.Expr, scope: _Scope) -> list[_Source] | None:
        """The sources a `*` stands for, None if the projection is no star."""
        if isinstance(projection, exp.Star):
            return [source for key, source in scope.sources.items() if key not in _ROW_IMAGES]
        if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
            source = _find(projection.table.lower(), scope)
            return [source] if source is not None else []
        return None

    def values(self, tree: exp.Expr, scope: _Scope) -> _References:
        """The base columns whose values an expression carries; all others in it are looked up."""
        carried: set[_Reference] = set()
        stack: list[exp.Expr] = [tree]
        while stack:
            one = stack.pop()
            if isinstance(one, exp.Column):
                references = self.column(one, scope)
                self.ledger.looked_up(references)
                carried.update(references)
            elif isinstance(one, exp.Query):
                carried.update(self.query(one, scope.queries, scope).everything())
            elif isinstance(one, exp.Predicate | exp.Count | exp.Order | exp.Where):
                self.mention(one, scope)
            elif isinstance(one, exp.Window | exp.Filter | exp.Case | exp.If):
                value = "this" if isinstance(one, exp.Window | exp.Filter) else ""
                for key, part in one.args.items():
                    for each in part if isinstance(part, list) else [part]:
                        if not isinstance(each, exp.Expr):
                            continue
                        if key in {value, "true", "false", "ifs", "default"}:
                            stack.append(each)
                        else:
                            self.mention(each, scope)
            elif not isinstance(one, exp.Identifier | exp.DataType):
                stack.extend(one.iter_expressions())
        return frozenset(carried)

    def mention(self, tree: exp.Expr, scope: _Scope, *, to_outputs: bool = False) -> None:
        """Everything in an expression is looked up: its values go nowhere."""
        stack: list[exp.Expr] = [tree]
        while stack:
            one = stack.pop()
            if isinstance(one, exp.Column):
                if to_outputs and not one.table and self.name(one.this) in scope.aliases:
                    continue
                self.ledger.looked_up(self.column(one, scope))
            elif isinstance(one, exp.Query):
                self.ledger.looked_up(self.query(one, scope.queries, scope).everything())
            elif not isinstance(one, exp.Identifier | exp.DataType):
                stack.extend(one.iter_expressions())

    def column(self, column: exp.Column, scope: _Scope) -> _References:
        """The base columns that a name means."""
        if isinstance(column.this, exp.Star):
            return _NONE
        name = self.name(column.this)
        if not name or (name in _NOT_COLUMNS and not _quoted(column.this)):
            return _NONE
        if not column.table:
            return self.unqualified(name, scope)
        qualifier = column.table.lower()
        source = _find(qualifier, scope)
        if source is not None:
            return source.get(name) or _NONE
        if qualifier in _ROW_IMAGES:
            return _NONE
        if self.dialect.structs and not column.db:
            return self.unqualified(self.name(column.args["table"]), scope)
        self.ledger.partial = True
        return _NONE

    def unqualified(self, name: str, scope: _Scope) -> _References:
        here: _Scope | None = scope
        while here is not None:
            able = {
                key: source
                for key, source in here.sources.items()
                if key not in _ROW_IMAGES and source.get(name) is not None
            }
            certain = {
                key: source for key, source in able.items() if source.table is None and not source.rest
            }
            if not certain and len(able) > 1:
                certain = {
                    key: source for key, source in able.items() if (key, name) in self.ledger.qualified
                }
            able = certain or able
            if able:
                self.ledger.partial = self.ledger.partial or len(able) > 1
                found = [source.get(name) or _NONE for source in able.values()]
                return frozenset().union(*found)
            here = here.parent
        return _NONE

    def assign(self, assignment: exp.EQ, scope: _Scope, table: TableName | None) -> None:
        """`column = value` in an UPDATE: the column is set, the value's columns of other tables are read."""
        for column in assignment.this.find_all(exp.Column):
            owner = _find(column.table.lower(), scope) if column.table else None
            written = owner.table if owner is not None and owner.table is not None else table
            if written is not None:
                self.ledger.wrote(written, [self.name(column.this)])
        if isinstance(assignment.expression, exp.Expr):
            self.used(self.values(assignment.expression, scope))

    def used(self, references: _References) -> None:
        """Values that are written somewhere: those of the written table itself stay where they are."""
        self.ledger.read(reference for reference in references if not reference.target)

    def returning(self, tree: exp.Expr, scope: _Scope) -> _Source:
        clause = tree.args.get("returning")
        if not isinstance(clause, exp.Returning):
            return _OPAQUE
        # What comes back is read, so here the written table is a source like any other.
        sources = {key: replace(source, target=False) for key, source in scope.sources.items()}
        written = [sources[key] for key, source in scope.sources.items() if source.target]
        images = dict.fromkeys(_ROW_IMAGES, written[0]) if written else {}
        inner = _Scope({**images, **sources}, scope.queries, scope.parent)
        outputs: list[tuple[str, _References]] = []
        rest: set[_Reference] = set()
        for projection in clause.expressions:
            for source in self.star(projection, inner) or []:
                rest.update(source.everything())
            if self.star(projection, inner) is None:
                outputs.append((self.output_name(projection), self.values(projection, inner)))
        return _Source(outputs=tuple(outputs), rest=frozenset(rest))

    # Names

    def name(self, word: object) -> str:
        if isinstance(word, exp.Identifier):
            return fold(word.name, bool(word.args.get("quoted")), self.dialect)
        if isinstance(word, exp.Expr) and isinstance(word.this, exp.Identifier):
            return self.name(word.this)
        return ""

    def output_name(self, projection: exp.Expr) -> str:
        if isinstance(projection, exp.Alias):
            return self.name(projection.args["alias"])
        return self.name(projection.this) if isinstance(projection, exp.Column) else ""


def _quoted(word: object) -> bool:
    return isinstance(word, exp.Identifier) and bool(word.args.get("quoted"))


def _find(key: str, scope: _Scope) -> _Source | None:
    here: _Scope | None = scope
    while here is not None:
        if key in here.sources:
            return here.sources[key]
        here = here.parent
    return None


def _merged(left: _Source, right: _Source) -> _Source:
    """The outputs of a UNION: by position, or all together where a star hides the positions."""
    if left.rest or right.rest or len(left.outputs) != len(right.outputs):
        return _together((left, right))
    pairs = zip(left.outputs, right.outputs, strict=True)
    return _Source(outputs=tuple((name, ours | theirs) for (name, ours), (_, theirs) in pairs))


def _together(sources: Iterable[_Source]) -> _Source:
    outputs: list[tuple[str, _References]] = []
    rest: set[_Reference] = set()
    for source in sources:
        more, behind = source.as_star()
        outputs.extend(more)
        rest.update(behind)
    return _Source(outputs=tuple(outputs), rest=frozenset(rest))
