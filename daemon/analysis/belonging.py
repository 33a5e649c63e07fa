"""Decides whose a column is that a statement left without its table, by the columns that tables are known to have.

A statement is read before anybody knows the tables of the estate: of several that a column could be of, it then says
the likeliest, or each. Where a list of columns tells that a table has no such column, it is of another one that the
same operation uses in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from collectors.model import Json, Relation
from daemon.analysis.classes import EVERY, listed_of, place_of, texts, together
from daemon.values.graph import Graph
from daemon.values.told import Told

Columns = Mapping[str, frozenset[str]]
"""Columns by the urn of their table."""

_ATTRIBUTES = {
    "reads": ("columns", "lookups"),
    "writes": ("columns", "lookups"),
    "reaches": ("reads", "writes"),
}


def placed(graph: Graph, told: Told) -> Graph:
    """The graph with each column at the table that has it."""
    if not told.tables:
        return graph
    known = _Known(graph, told)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, relation in enumerate(graph.relations):
        if relation.verb in _ATTRIBUTES and str(relation.target).startswith("table://"):
            groups[relation.source, relation.verb].append(at)
    changed: dict[int, Relation] = {}
    for (_, verb), members in groups.items():
        if len(members) > 1:
            for attribute in _ATTRIBUTES[verb]:
                _place(graph, members, attribute, known, changed)
    for at, relation in enumerate(graph.relations):
        pairs = dict(together(relation.attributes.get("together")))
        if len(pairs) > 1:
            named = {urn: frozenset(columns) for urn, columns in pairs.items()}
            right = known.right(named)
            if right != named:
                listed: list[Json] = [
                    {"table": urn, "columns": [*sorted(columns)]} for urn, columns in sorted(right.items())
                ]
                changed[at] = _with(relation, "together", listed)
    if not changed:
        return graph
    return replace(graph, relations=tuple(changed.get(at, each) for at, each in enumerate(graph.relations)))


def _place(
    graph: Graph, members: Iterable[int], attribute: str, known: _Known, changed: dict[int, Relation]
) -> None:
    """Puts the columns of one attribute of a group of relations at their tables."""
    now = {at: changed.get(at, graph.relations[at]) for at in members}
    named = {
        str(relation.target): frozenset(texts(relation.attributes.get(attribute)))
        for relation in now.values()
    }
    if not any(named.values()):
        return
    right = known.right(named)
    for at, relation in now.items():
        columns = right[str(relation.target)]
        if columns != named[str(relation.target)]:
            changed[at] = _with(relation, attribute, [*sorted(columns)])


def _with(relation: Relation, attribute: str, value: Json) -> Relation:
    return replace(relation, attributes={**relation.attributes, attribute: value})


class _Known:
    """The columns that tables are known to have, and the database of each."""

    def __init__(self, graph: Graph, told: Told) -> None:
        self._graph = graph
        self._told = told
        self._of: dict[str, tuple[str, frozenset[str]]] = {}

    def right(self, named: Columns) -> Columns:
        """The same columns at the tables that have them."""
        found = {urn: set(columns) for urn, columns in named.items()}
        for urn, columns in named.items():
            database, own = self._look(urn)
            strange = [each for each in columns - {EVERY} if own and not _has(own, each)]
            if not strange:
                continue
            beside = {
                each: others
                for each, (near, others) in ((each, self._look(each)) for each in named if each != urn)
                if near == database
            }
            unlisted = [each for each, others in beside.items() if not others]
            for column in strange:
                owners = [each for each, others in beside.items() if column.lower() in others]
                if owners or len(unlisted) == 1:
                    found[urn].discard(column)
                    for owner in owners or unlisted:
                        found[owner].add(column)
        return {urn: frozenset(columns) for urn, columns in found.items()}

    def _look(self, urn: str) -> tuple[str, frozenset[str]]:
        """The database of a table, and its columns, folded; none if they are not known."""
        if urn not in self._of:
            place = place_of(urn, self._graph.resources.get(urn))
            columns = frozenset(each.lower() for each in listed_of(place, self._told))
            self._of[urn] = (urn.rpartition("/")[0], columns)
        return self._of[urn]


def _has(own: frozenset[str], column: str) -> bool:
    """Whether columns have one, or the record that it is a field of."""
    return column.lower() in own or column.partition(".")[0].lower() in own
