"""Which columns of which table carry personal data, judged over everything known of the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from collectors.model import Json, Resource, Role
from daemon.values.graph import Graph
from daemon.values.told import NOTHING, Column, Ruling, Told

PERSONAL = "user"
"""The class of what is said to be personal, and nothing more."""

BUCKETS = frozenset({"s3", "gcs"})
"""Systems of which a table is a bucket, and a column the key of an object."""

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

    `complete`: a list of its columns is known, so that what reads all of them reads just these. `within`: what is
    known to lie in an object of a bucket, by `KEY#FIELD`, with the key; who reads the object reads it.
    """

    label: str  # schema.table, for people
    columns: tuple[str, ...]
    verdicts: Mapping[str, Verdict]
    complete: bool = False
    within: Mapping[str, str] = field(default_factory=dict)


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
    columns = columns_in_use(graph)
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
    """The tables of a graph whose columns are known without a statement: from a list, or from labels on objects."""
    if not told.tables and not told.objects:
        return frozenset()
    urns = {urn for urn, each in graph.resources.items() if each.role is Role.TABLE}
    urns.update(str(relation.target) for relation in graph.relations if relation.verb in {"reads", "writes"})
    places = {urn: place_of(urn, graph.resources.get(urn)) for urn in urns if urn.startswith("table://")}
    return frozenset(urn for urn, place in places.items() if listed_of(place, told) or _objects(place, told))


def place_of(urn: str, resource: Resource | None) -> Column:
    """Where the columns of a table stand; the column itself has no name.

    Of a resource that is not known, `table://NS/SYSTEM/HOST:PORT/DATABASE/SCHEMA.TABLE` tells.
    """
    parts = urn.removeprefix("table://").split("/")
    system, database, name = (parts[1], parts[-2], parts[-1]) if len(parts) > 3 else ("", "", parts[-1])
    schema, _, table = name.rpartition(".")
    if resource is not None and (said := _text(resource, "table")):
        return Column(
            urn,
            _text(resource, "schema"),
            said,
            "",
            *(_text(resource, each) for each in ("database", "system")),
        )
    return Column(urn, schema, table, "", database, system)


def listed_of(place: Column, told: Told) -> tuple[str, ...]:
    """All columns of a table, as far as a list tells them."""
    return told.columns(place.schema, place.table, place.database, place.system)


def held(column: str, said: Ruling | None, guess: Verdict | None) -> Verdict | None:
    """What a column is held to be; None if it is nothing personal.

    What was said comes before a guess. Where it says no more than that there is something personal, the guess tells
    what.
    """
    if said is None:
        return guess
    if not said.data_class:
        return None
    reason = f'column "{column}": {said.reason}'
    if said.data_class == PERSONAL and guess is not None:
        return Held(
            guess.data_class, said.tier, guess.confidence, f"{reason}; its kind by its name: {guess.reason}"
        )
    return Held(said.data_class, said.tier, said.confidence, reason)


def _judge(
    urn: str, resource: Resource | None, columns: Iterable[str], classifier: Classifier, told: Told
) -> TableClasses:
    place = place_of(urn, resource)
    named, listed = set(columns), listed_of(place, told)
    folded = {each.lower() for each in named}
    known = tuple(sorted(named.union(each for each in listed if each.lower() not in folded)))
    guessed = classifier(place.table, known, schema=place.schema, siblings=known) if known else {}
    guessed = {name: each for name, each in guessed.items() if each.data_class != _POINTER}
    verdicts: dict[str, Verdict] = {}
    for name in known:
        said = told.ruling(replace(place, name=name)) if told.speaks_of(place.table, name) else None
        found = held(name, said, guessed.get(name))
        if found is not None:
            verdicts[name] = found
    within: dict[str, str] = {}
    for label in _objects(place, told):
        name = f"{label.table}#{label.column}"
        found = held(name, told.ruling(replace(place, name=name)) or label, None)
        if found is not None:
            verdicts[name], within[name] = found, label.table
    shown = f"{place.schema}.{place.table}" if place.schema else place.table
    return TableClasses(shown, known, verdicts, bool(listed), within)


def _objects(place: Column, told: Told) -> tuple[Ruling, ...]:
    """What is told of the objects of a bucket, if it is one."""
    return tuple(label for _, label in told.objects.get(place.table, ())) if place.system in BUCKETS else ()


def read_whole(verdict: Verdict) -> Held:
    """The verdict on a column that was read because all of its table were."""
    reason = f"{verdict.reason}; read with all columns (*)"
    return Held(verdict.data_class, verdict.tier, verdict.confidence, reason)


def names_in_use(graph: Graph) -> frozenset[str]:
    """The names of the tables that traces show, folded."""
    urns = {str(relation.target) for relation in graph.relations} | graph.resources.keys()
    return frozenset(
        place_of(urn, graph.resources.get(urn)).table.lower() for urn in urns if urn.startswith("table://")
    )


def columns_in_use(graph: Graph) -> dict[str, set[str]]:
    """The columns that statements name, by the urn of their table; a table of which none is named has none."""
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


def _text(resource: Resource, key: str) -> str:
    value = resource.attributes.get(key)
    return value if isinstance(value, str) else ""
