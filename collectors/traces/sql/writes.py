"""Decides which tables and columns a statement writes, and what it reads on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from collectors.traces.sql.queries import Walk
from collectors.traces.sql.scope import (
    OPAQUE,
    ROW_IMAGES,
    STAR,
    Queries,
    Reference,
    References,
    Scope,
    Source,
    find,
)
from collectors.traces.sql.statement import TableName


def write(walk: Walk, tree: exp.Expr, queries: Queries, parent: Scope | None) -> Source:
    """Looks at a statement that is no query. What it returns are its outputs."""
    match tree:
        case exp.Insert():
            return _insert(walk, tree, queries, parent)
        case exp.Update():
            return _update(walk, tree, queries, parent)
        case exp.Delete():
            return _delete(walk, tree, queries, parent)
        case exp.Merge():
            return _merge(walk, tree, queries, parent)
        case exp.Create():
            return _create(walk, tree, queries)
        case exp.Copy():
            return _copy(walk, tree, queries)
        case exp.MultitableInserts():
            return _insert_many(walk, tree, queries)
        case exp.TruncateTable():
            for table in tree.expressions:
                _target(walk, table, {}, queries)
    return OPAQUE


def _insert(walk: Walk, tree: exp.Insert, queries: Queries, parent: Scope | None) -> Source:
    target = tree.this
    columns: list[str] | None = None
    if isinstance(target, exp.Schema):
        columns = [walk.names.of(column) for column in target.expressions]
        target = target.this
    if not isinstance(target, exp.Table):
        return OPAQUE
    scope = Scope({}, queries, parent)
    table = _target(walk, target, scope.sources, queries)
    expression = tree.args.get("expression")
    if isinstance(expression, exp.Expr):
        copied = walk.query(expression, queries, parent).everything()
        walk.ledger.read(copied)
    if table is not None:
        default = () if tree.args.get("default") else (STAR,)
        walk.ledger.wrote(table, columns or default)
    conflict = tree.args.get("conflict")
    if isinstance(conflict, exp.OnConflict):
        for key, part in conflict.args.items():
            parts = part if isinstance(part, list) else [part]
            if key == "expressions":
                _assignments(walk, parts, scope, table)
                continue
            for one in parts:
                if isinstance(one, exp.Expr):
                    walk.mention(one, scope)
    return _returning(walk, tree, scope)


def _insert_many(walk: Walk, tree: exp.MultitableInserts, queries: Queries) -> Source:
    for one in tree.find_all(exp.Insert):
        _insert(walk, one, queries, None)
    source = tree.args.get("source")
    if isinstance(source, exp.Expr):
        walk.ledger.read(walk.query(source, queries, None).everything())
    return OPAQUE


def _update(walk: Walk, tree: exp.Update, queries: Queries, parent: Scope | None) -> Source:
    scope = Scope({}, queries, parent)
    walk.sources(tree, scope)
    table = _target(walk, tree.this, scope.sources, queries) if isinstance(tree.this, exp.Table) else None
    if isinstance(tree.this, exp.Table):
        walk.joins(tree.this, scope)
    _assignments(walk, tree.expressions, scope, table)
    for key in ("where", "order", "limit"):
        if isinstance(tree.args.get(key), exp.Expr):
            walk.mention(tree.args[key], scope)
    return _returning(walk, tree, scope)


def _delete(walk: Walk, tree: exp.Delete, queries: Queries, parent: Scope | None) -> Source:
    scope = Scope({}, queries, parent)
    named = tree.args.get("tables") or []
    using = tree.args.get("using") or []
    if named:
        walk.add(tree.this, scope)
    for member in using if isinstance(using, list) else [using]:
        if isinstance(member, exp.Expr):
            walk.add(member, scope)
            walk.joins(member, scope)
    if isinstance(tree.this, exp.Table):
        walk.joins(tree.this, scope)
    walk.joins(tree, scope)
    for target in named or [tree.this]:
        if isinstance(target, exp.Table):
            _target(walk, target, scope.sources, queries)
    for key in ("where", "order", "limit"):
        if isinstance(tree.args.get(key), exp.Expr):
            walk.mention(tree.args[key], scope)
    return _returning(walk, tree, scope)


def _merge(walk: Walk, tree: exp.Merge, queries: Queries, parent: Scope | None) -> Source:
    scope = Scope({}, queries, parent)
    if isinstance(tree.args.get("using"), exp.Expr):
        walk.add(tree.args["using"], scope)
    table = _target(walk, tree.this, scope.sources, queries) if isinstance(tree.this, exp.Table) else None
    if isinstance(tree.args.get("on"), exp.Expr):
        walk.mention(tree.args["on"], scope)
    for when in tree.find_all(exp.When):
        condition, then = when.args.get("condition"), when.args.get("then")
        if isinstance(condition, exp.Expr):
            walk.mention(condition, scope)
        if table is not None and isinstance(then, exp.Expr) and _all_columns(then):
            walk.ledger.wrote(table, [STAR])
            given = (each for source in scope.sources.values() for each in source.everything())
            walk.ledger.read(each for each in given if not each.target)
        elif isinstance(then, exp.Update):
            _assignments(walk, then.expressions, scope, table)
        elif isinstance(then, exp.Insert) and table is not None:
            columns = then.this.expressions if isinstance(then.this, exp.Tuple) else []
            walk.ledger.wrote(table, [walk.names.of(column.this) for column in columns] or [STAR])
            if isinstance(then.args.get("expression"), exp.Expr):
                _used(walk, walk.values(then.args["expression"], scope))
    return _returning(walk, tree, scope)


def _all_columns(then: exp.Expr) -> bool:
    """Whether a branch of a MERGE copies the whole row: `UPDATE SET *`, `INSERT *`, `INSERT ROW`."""
    if isinstance(then, exp.Update):
        return any(isinstance(one, exp.Star) for one in then.expressions)
    return isinstance(then, exp.Insert) and isinstance(then.this, exp.Star | exp.Var)


def _create(walk: Walk, tree: exp.Create, queries: Queries) -> Source:
    if str(tree.args.get("kind") or "").upper() not in {"TABLE", "VIEW"}:
        return OPAQUE
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    query = tree.args.get("expression")
    properties = tree.args.get("properties")
    temporary = isinstance(properties, exp.Properties) and properties.find(exp.TemporaryProperty) is not None
    if isinstance(target, exp.Table) and temporary:
        walk.ledger.known.temporary.add(target.name.lower())
    if isinstance(query, exp.Expr) and isinstance(target, exp.Table):
        walk.created(target, walk.query(query, queries, None), temporary=temporary)
    return OPAQUE


def _copy(walk: Walk, tree: exp.Copy, queries: Queries) -> Source:
    target = tree.this
    if isinstance(target, exp.Subquery):
        return walk.query(target, queries, None)
    columns = [STAR]
    if isinstance(target, exp.Schema):
        columns = [walk.names.of(column) for column in target.expressions]
        target = target.this
    table = walk.table_name(target) if isinstance(target, exp.Table) else None
    if table is not None and tree.args.get("kind"):
        walk.ledger.wrote(table, columns)
    elif table is not None:
        walk.ledger.read(Reference(table, column) for column in columns)
    return OPAQUE


def _target(walk: Walk, member: exp.Table, sources: dict[str, Source], queries: Queries) -> TableName | None:
    """The table a statement writes to, which may be named by the alias of a source."""
    key = (member.alias or member.name).lower()
    known = None if member.db else sources.get(member.name.lower())
    if known is None and not member.db and member.name.lower() in queries:
        known = queries[member.name.lower()]
    table = _behind(known) if known is not None else walk.table_name(member)
    if table is None:
        sources.setdefault(key, OPAQUE)
        return None
    target = Source(table=table, target=True)
    if known is not None and known.table is None:
        walk.ledger.met(table, "writes")
        sources.setdefault(key, known)
        return table
    if known is not None:
        key = member.name.lower()
        walk.ledger.read_turned_write(table)
    sources[key] = target
    walk.ledger.met(table, "writes")
    return table


def _behind(source: Source) -> TableName | None:
    """The table that is written through a query of it, as through a view."""
    if source.table is not None:
        return source.table
    tables = {reference.table for reference in source.everything()}
    return tables.pop() if len(tables) == 1 else None


def _assignments(walk: Walk, parts: Iterable[object], scope: Scope, table: TableName | None) -> None:
    """`column = value` in an UPDATE: the column is set, the value's other columns are read."""
    found = [one for one in parts if isinstance(one, exp.EQ)]
    assigned = frozenset(
        walk.names.of(column.this) for one in found for column in one.this.find_all(exp.Column)
    )
    for one in found:
        _assign(walk, one, scope, table, assigned)


def _assign(
    walk: Walk, assignment: exp.EQ, scope: Scope, table: TableName | None, assigned: frozenset[str]
) -> None:
    for column in assignment.this.find_all(exp.Column):
        owner = find(column.table.lower(), scope) if column.table else None
        written = owner.table if owner is not None and owner.table is not None else table
        if written is not None:
            walk.ledger.wrote(written, [walk.names.of(column.this)])
    if isinstance(assignment.expression, exp.Expr):
        _used(walk, walk.values(assignment.expression, scope), assigned)


def _used(walk: Walk, references: References, assigned: frozenset[str] = frozenset()) -> None:
    """Values that are written somewhere. A column that is only counted up or cut short is not read for that."""
    walk.ledger.read(
        reference for reference in references if not (reference.target and reference.column in assigned)
    )


def _returning(walk: Walk, tree: exp.Expr, scope: Scope) -> Source:
    clause = tree.args.get("returning")
    if not isinstance(clause, exp.Returning):
        return OPAQUE
    # What comes back is read, so here the written table is a source like any other.
    sources = {key: replace(source, target=False) for key, source in scope.sources.items()}
    written = [sources[key] for key, source in scope.sources.items() if source.target]
    target = tree.this.name.lower() if isinstance(tree.this, exp.Table) else ""
    image = written[0] if written else sources.get(target)
    images = dict.fromkeys(ROW_IMAGES, image) if image is not None else {}
    inner = Scope({**images, **sources}, scope.queries, scope.parent)
    outputs: list[tuple[str, References]] = []
    rest: set[Reference] = set()
    for projection in clause.expressions:
        for source in walk.star(projection, inner) or []:
            rest.update(source.everything())
        if walk.star(projection, inner) is None:
            outputs.append((walk.names.output(projection), walk.values(projection, inner)))
    return Source(outputs=tuple(outputs), rest=frozenset(rest))
