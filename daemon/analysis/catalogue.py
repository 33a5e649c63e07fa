"""What the inventory itself says of columns: lists in catalogues, comments, tags, and the files they are in."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Protocol

import orjson

from collectors.model import Json, Resource
from collectors.traces.shards import family
from daemon.values.graph import Graph
from daemon.values.told import Listed, Ruling, Told


class Meant(Protocol):
    """What a comment or a tag means."""

    @property
    def data_class(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def rank(self) -> int: ...

    @property
    def reason(self) -> str: ...


class MeaningOf(Protocol):
    """Tells what is meant by the comment and the tags of a column; None if nothing is."""

    def __call__(
        self, table: str, column: str, /, *, comment: str, tags: tuple[tuple[str, str], ...], by: str
    ) -> Meant | None: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the tables of one catalogue are asked for. `lists`: attributes that hold columns.

    `sharded`: it may have a table for each day.
    """

    by: str
    systems: frozenset[str]
    lists: tuple[str, ...] = ("Columns",)
    sharded: bool = False


_KINDS = {
    "aws.glue.table": _Kind(
        "AWS Glue",
        frozenset(
            {
                "athena",
                "aws.athena",
                "databricks",
                "hive",
                "apache.hive",
                "other_sql",
                "presto",
                "spark",
                "trino",
            }
        ),
        ("Columns", "PartitionKeys"),
    ),
    "gcp.bigquery.table": _Kind(
        "BigQuery", frozenset({"bigquery", "gcp.bigquery", "google_bigquery", "other_sql"}), sharded=True
    ),
}
"""The catalogues, by type of resource, with the systems of databases that read their tables."""

TYPES = (*_KINDS, "gcp.datacatalog.policy_tag")
"""Types of the resources that tell of columns."""

_CRAWLED = {
    "mariadb": frozenset({"mariadb", "mysql"}),
    "mysql": frozenset({"mariadb", "mysql"}),
    "oracle": frozenset({"oracle"}),
    "postgresql": frozenset({"postgresql"}),
    "redshift": frozenset({"postgresql", "redshift"}),
    "sqlserver": frozenset({"mssql"}),
}
"""Databases that crawlers of Glue look into, as they call them, with the systems that they are."""

_TAGS = {"Classification": "classification", "DataClass": "data_class", "Pii": "pii"}
_TELLING = frozenset({*_TAGS.values(), "policy_tag"}) - {"pii"}
_POLICY_TAG = "//datacatalog.googleapis.com/"


def with_catalogue(
    graph: Graph, told: Told, meaning: MeaningOf | None = None, used: Collection[str] | None = None
) -> Told:
    """What was told and what the catalogues of a graph tell. What was told comes first where both say something.

    `used`: names of tables, folded; of others nothing is asked. A lake has many tables that no trace shows.
    """
    tables: dict[str, list[Listed]] = defaultdict(list)
    labels: dict[tuple[str, str], list[Ruling]] = defaultdict(list)
    unknown = dict.fromkeys(told.unknown)
    for resource, kind, (schema, table, systems) in _placed(graph):
        if used is not None and table.lower() not in used:
            continue
        columns = [each for name in kind.lists for each in _mappings(resource.attributes.get(name))]
        names = tuple(str(each["Name"]) for each in columns if each.get("Name"))
        if names:
            tables[table.lower()].append(Listed(schema, names, systems))
        for ruling in (
            *_on_files(resource, names, told),
            *_written(graph, resource, columns, kind, meaning, unknown),
        ):
            placed = replace(ruling, schema=schema, table=table, systems=systems)
            labels[table.lower(), placed.column.lower()].append(placed)
    if not tables:
        return told
    return replace(
        told,
        unknown=tuple(unknown),
        tables={name: (*found, *told.tables.get(name, ())) for name, found in tables.items()}
        | {name: found for name, found in told.tables.items() if name not in tables},
        labels={key: (*found, *told.labels.get(key, ())) for key, found in labels.items()}
        | {key: found for key, found in told.labels.items() if key not in labels},
    )


_Place = tuple[str, str, frozenset[str]]


def _placed(graph: Graph) -> Iterator[tuple[Resource, _Kind, _Place]]:
    """The tables of catalogues with their places, sorted. Of a table for each day the newest stands for all."""
    found: dict[object, tuple[Resource, _Kind, _Place]] = {}
    for urn, resource in sorted(graph.resources.items()):
        kind = _KINDS.get(resource.type)
        place = _place(resource, kind.systems) if kind is not None else None
        if kind is None or place is None:
            continue
        schema, table, systems = place
        if kind.sharded and (name := family(table)) != table:
            found[schema, name] = (resource, kind, (schema, name, systems))
        else:
            found[urn] = (resource, kind, place)
    yield from found.values()


def _place(resource: Resource, systems: frozenset[str]) -> _Place | None:
    """Schema, table, and the systems that read it: of Glue by its name, of BigQuery by `PROJECT.DATASET.TABLE`.

    What a crawler of Glue found in a database is that database's table: its location is `DATABASE.SCHEMA.TABLE`.
    https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html
    """
    crawled = _CRAWLED.get(str(resource.attributes.get("Classification") or "").lower())
    location = resource.attributes.get("Location")
    if crawled is not None and isinstance(location, str) and "/" not in location:
        names, systems = [location], crawled
    else:
        names = [alias.value for alias in resource.aliases if alias.kind in {"glue", "bigquery"}]
    schema, _, table = names[0].rpartition(".") if names else ("", "", "")
    return (schema, table, systems) if table else None


def _written(
    graph: Graph,
    resource: Resource,
    columns: list[Mapping[str, Json]],
    kind: _Kind,
    meaning: MeaningOf | None,
    unknown: dict[str, None],
) -> Iterator[Ruling]:
    """What comments and tags of a table's columns mean. `unknown`: takes the tags of which nobody said it."""
    further: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for tagged in _mappings(resource.attributes.get("ColumnTags")):
        for tag in _mappings(tagged.get("Tags")):
            values = tag.get("Values")
            given = [str(value) for value in values] if isinstance(values, list) else []
            further[str(tagged.get("Name"))] += [(str(tag.get("Key")), value) for value in given]
    for column in columns:
        name, comment = str(column.get("Name")), column.get("Comment")
        tags = [(word, str(column[key])) for key, word in _TAGS.items() if column.get(key)]
        tags += [*further[name], *_policy_tags(graph, column.get("PolicyTags"))]
        said = comment if isinstance(comment, str) else orjson.dumps(comment).decode() if comment else ""
        if meaning is None or not (said or tags):
            continue
        meant = meaning(resource.name, name, comment=said, tags=tuple(tags), by=kind.by)
        if meant is None:
            unknown.update(dict.fromkeys(f"{kind.by}: {value}" for word, value in tags if word in _TELLING))
        else:
            yield _ruling(name, meant.data_class, meant.reason, meant.rank, meant.confidence)


def _policy_tags(graph: Graph, names: Json) -> Iterator[tuple[str, str]]:
    """Policy tags by the names that people gave them, where the inventory has these."""
    for name in names if isinstance(names, list) else ():
        known = graph.resources.get(f"{_POLICY_TAG}{name}")
        shown = known.attributes.get("displayName") if known is not None else None
        yield "policy_tag", str(shown or name)


def _on_files(resource: Resource, columns: tuple[str, ...], told: Told) -> Iterator[Ruling]:
    """What is told of the files that a table is made of: of a field within a column, the column has it."""
    bucket, _, prefix = str(resource.attributes.get("Location") or "").partition("://")[2].partition("/")
    known = {name.lower(): name for name in columns}
    under = f"{prefix.rstrip('/')}/" if prefix else ""
    objects = told.objects.get(bucket, ())
    for key, label in objects[bisect_left(objects, under, key=itemgetter(0)) :]:
        if not key.startswith(under):
            break
        outer = label.column.partition(".")[0]
        name = known.get(label.column.lower()) or known.get(outer.lower())
        if name is not None:
            yield _ruling(name, label.data_class, label.reason, label.rank, label.confidence)


def _ruling(column: str, data_class: str, reason: str, rank: int, confidence: float) -> Ruling:
    return Ruling("*", "*", "*", column, data_class, "label", reason, rank, confidence)


def _mappings(value: Json) -> list[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
