"""Decides what columns a query has that turns rows into columns, columns into rows, or runs of rows into one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from collectors.traces.sql.scope import NONE, References, Scope, Source, together

if TYPE_CHECKING:
    from collectors.traces.sql.queries import Walk


def pivoted(walk: Walk, pivot: exp.Expr, source: Source) -> Source:
    """What PIVOT or UNPIVOT makes of a source: columns of its own before those that are left."""
    scope = Scope({"": source}, {})
    fields = [one for one in pivot.args.get("fields") or [] if isinstance(one, exp.In)]
    if pivot.args.get("unpivot"):
        turned = [part for one in fields for part in one.expressions]
        given = frozenset().union(*(walk.values(part, scope) for part in turned)) if turned else NONE
        values = [(walk.names.of(one), given) for one in pivot.expressions]
        kinds = [(walk.names.of(one.this), NONE) for one in fields]
        return _before([*values, *kinds], source)
    given = frozenset().union(
        *(walk.values(one, scope) for one in (*pivot.expressions, *(one.this for one in fields)))
    )
    walk.ledger.read(each for each in given if not each.target)
    if source.table is None:
        walk.ledger.read(source.everything())
        return Source(made_of=source.everything())
    names = [walk.names.of(one) for one in pivot.args.get("columns") or []]
    return _before([(name, given) for name in names], source)


def _before(outputs: list[tuple[str, References]], source: Source) -> Source:
    more, rest = source.as_star()
    return Source(outputs=(*((name, given) for name, given in outputs if name), *more), rest=rest)


def matched(walk: Walk, match: exp.MatchRecognize, scope: Scope) -> dict[str, Source]:
    """What MATCH_RECOGNIZE puts out in place of its source: what it divides by, and what it measures."""
    source = together(scope.sources.values())
    divides, measures = match.args.get("partition_by") or [], match.args.get("measures") or []
    outputs = [(walk.names.output(one), walk.values(one, scope)) for one in divides]
    outputs += [(walk.names.output(one.this), _of_rows(walk, one.this, scope)) for one in measures]
    order = match.args.get("order")
    if isinstance(order, exp.Expr):
        walk.mention(order, scope)
    for one in match.args.get("define") or []:
        walk.ledger.looked_up(_of_rows(walk, one.this, scope))
    every = "ALL" in str(match.args.get("rows") or "").upper()
    key = match.alias.lower() if match.alias else ""
    return {key or " 0": Source(outputs=tuple(outputs), rest=source.as_star()[1] if every else NONE)}


def _of_rows(walk: Walk, tree: exp.Expr, scope: Scope) -> References:
    """The columns of an expression whose qualifiers are names of rows in a pattern."""
    found: set[References] = set()
    for column in tree.find_all(exp.Column):
        name = walk.names.of(column.this)
        if name:
            found.add(walk.names.unqualified(name, scope))
    references = frozenset().union(*found) if found else NONE
    walk.ledger.looked_up(references)
    return references
