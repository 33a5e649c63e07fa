"""Which columns of which table carry personal data, judged over everything known of the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collectors.model import Json, Resource, Role
from daemon.values.graph import Graph

EVERY = "*"
"""Stands among columns for all of them: the statement did not name them."""


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
    """A table's columns, as far as any statement named them, and the verdicts on them."""

    label: str  # schema.table, for people
    columns: tuple[str, ...]
    verdicts: Mapping[str, Verdict]


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


def judge(graph: Graph, classifier: Classifier) -> dict[str, TableClasses]:
    """Every table that stands in a relation, by urn."""
    columns = _columns(graph)
    tables = sorted(
        columns.keys()
        | {
            urn
            for urn, each in graph.resources.items()
            if each.role is Role.TABLE and urn.startswith("table://")
        }
    )
    return {urn: _judge(urn, graph.resources.get(urn), columns.get(urn, ()), classifier) for urn in tables}


def _judge(
    urn: str, resource: Resource | None, columns: Iterable[str], classifier: Classifier
) -> TableClasses:
    known = tuple(sorted(columns))
    schema, table = _name(urn, resource)
    verdicts = classifier(table, known, schema=schema, siblings=known) if known else {}
    label = f"{schema}.{table}" if schema else table
    return TableClasses(label, known, {each: verdicts[each] for each in known if each in verdicts})


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
