"""Which columns of which table carry personal data, judged over everything known of the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collectors.model import Json, Resource, Role
from daemon.values.graph import Graph
from daemon.values.told import NOTHING, Column, Ruling, Told

EVERY = "*"
"""Stands among columns for all of them: the statement did not name them."""

_POINTER = "user.unique_id"
"""Makes no path where only a name tells it: it stands in most tables, and would drown the columns that matter."""


class Verdict(Protocol):
    """What a column is held to be."""

    @property
    def data_class(self) -> str: ...

    @property
    def tier(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def reason(self) -> str: ...


class Classifier(Protocol):
    """Judges column names by table, schema and the other columns; a column without data class is left out."""

    def __call__(
        self, table: str, columns: Sequence[str], /, *, schema: str = "", siblings: Sequence[str] = ()
    ) -> Mapping[str, Verdict]: ...


@dataclass(frozen=True, slots=True)
class TableClasses:
    """A table's columns, as far as they are known, and the verdicts on them.

    `complete`: a list of its columns is known, so that what reads all of them reads just these.
    """

    label: str  # schema.table, for people
    columns: tuple[str, ...]
    verdicts: Mapping[str, Verdict]
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a column is held to be, for another reason than its name."""

    data_class: str
    tier: str
    confidence: float
    reason: str


def texts(value: Json | None) -> tuple[str, ...]:
    """The texts of a JSON list."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def together(value: Json | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The (table urn, columns) pairs of a `together` attribute, sorted."""
    if not isinstance(value, list):
        return ()
    return tuple(
        sorted(
            (str(each["table"]), texts(each.get("columns")))
            for each in value
            if isinstance(each, dict) and each.get("table")
        )
    )


def judge(graph: Graph, classifier: Classifier, told: Told = NOTHING) -> dict[str, TableClasses]:
    """Every table that stands in a relation, by urn. What was told of a column overrules what its name tells."""
    columns = _columns(graph)
    tables = sorted(
        columns.keys()
        | {
            urn
            for urn, each in graph.resources.items()
            if each.role is Role.TABLE and urn.startswith("table://")
        }
    )
    return {
        urn: _judge(urn, graph.resources.get(urn), columns.get(urn, ()), classifier, told) for urn in tables
    }


def complete(graph: Graph, told: Told) -> frozenset[str]:
    """The tables of a graph whose columns are all known from a list."""
    if not told.tables:
        return frozenset()
    urns = {urn for urn, each in graph.resources.items() if each.role is Role.TABLE}
    urns.update(str(relation.target) for relation in graph.relations if relation.verb in {"reads", "writes"})
    return frozenset(
        urn
        for urn in urns
        if urn.startswith("table://") and told.columns(*_name(urn, graph.resources.get(urn)))
    )


def _judge(
    urn: str, resource: Resource | None, columns: Iterable[str], classifier: Classifier, told: Told
) -> TableClasses:
    schema, table = _name(urn, resource)
    named, listed = set(columns), told.columns(schema, table)
    folded = {each.lower() for each in named}
    known = tuple(sorted(named.union(each for each in listed if each.lower() not in folded)))
    guessed = classifier(table, known, schema=schema, siblings=known) if known else {}
    guessed = {name: each for name, each in guessed.items() if each.data_class != _POINTER}
    verdicts: dict[str, Verdict] = {}
    for name in known:
        said = told.ruling(Column(urn, schema, table, name))
        found = _held(name, said) if said is not None else guessed.get(name)
        if found is not None:
            verdicts[name] = found
    label = f"{schema}.{table}" if schema else table
    return TableClasses(label, known, verdicts, bool(listed))


def _held(column: str, said: Ruling) -> Held | None:
    """What was said, as a verdict; None if it was that nothing is personal."""
    if not said.data_class:
        return None
    return Held(said.data_class, said.tier, 1.0, f'column "{column}": {said.reason}')


def read_whole(verdict: Verdict) -> Held:
    """The verdict on a column that was read because all of its table were."""
    reason = f"{verdict.reason}; read with all columns (*)"
    return Held(verdict.data_class, verdict.tier, verdict.confidence, reason)


def _columns(graph: Graph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb in {"reads", "writes"} and isinstance(relation.target, str):
            for key in ("columns", "lookups"):
                found[relation.target].update(texts(relation.attributes.get(key)))
        elif relation.verb in {"reaches", "discloses"}:
            if isinstance(relation.target, str) and relation.target.startswith("table://"):
                for key in ("reads", "writes"):
                    found[relation.target].update(texts(relation.attributes.get(key)))
            for table, columns in together(relation.attributes.get("together")):
                found[table].update(columns)
    for columns_of in found.values():
        columns_of.discard(EVERY)
    return found


def _name(urn: str, resource: Resource | None) -> tuple[str, str]:
    """Schema and table, from the attributes or else from `table://NS/SYSTEM/HOST:PORT/DATABASE/SCHEMA.TABLE`."""
    if resource is not None and isinstance(table := resource.attributes.get("table"), str) and table:
        schema = resource.attributes.get("schema")
        return (schema if isinstance(schema, str) else ""), table
    schema, _, table = urn.rpartition("/")[2].rpartition(".")
    return schema, table
