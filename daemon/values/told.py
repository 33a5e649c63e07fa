"""What people and scanners say of columns, which no guess overrules, and which columns tables are known to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Source = Literal["verdict", "label"]

FOUND, WRITTEN = 1, 0
"""Ranks of labels: a scanner that looked at the data comes before what somebody wrote beside a column."""

_SCHEMA_IS_DATABASE = frozenset(
    {
        "athena",
        "aws.athena",
        "bigquery",
        "gcp.bigquery",
        "google_bigquery",
        "hive",
        "presto",
        "spark",
        "trino",
    }
    | {"cassandra", "clickhouse", "mariadb", "mysql"}
)
"""Systems of which a table without a schema is in the schema that others call its database."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column stands. `store`: the urn of its table; `schema`, `database`, `system`: "" if unknown."""

    store: str
    schema: str
    table: str
    name: str
    database: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """One statement on columns, by patterns that fold case; "*" is any. `data_class`: "" for nothing personal.

    `systems`: of databases, where it holds for these alone.
    """

    store: str
    schema: str
    table: str
    column: str
    data_class: str
    tier: Source
    reason: str
    rank: int = FOUND
    confidence: float = 1.0
    systems: frozenset[str] = frozenset()

    def covers(self, column: Column) -> bool:
        return all(
            fnmatchcase(text.lower(), pattern.lower())
            for text, pattern in (
                (column.name, self.column),
                (column.table, self.table),
                (column.schema, self.schema),
                (column.store, self.store),
            )
        )

    def fit(self, column: Column) -> int:
        """How well the place of a label fits a column of its name: 0 not at all, 2 with its database."""
        here = self.store == "*" or not column.store or fnmatchcase(column.store.lower(), self.store.lower())
        return _fit(self.schema, self.systems, column) if here else 0


@dataclass(frozen=True, slots=True)
class Listed:
    """All columns of a table, in their order. `schema`: as far as it is known, the outermost part first."""

    schema: str
    columns: tuple[str, ...]
    systems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said. Verdicts win over labels, scanners over comments and tags, and of several the last.

    `labels`: by table and column, folded to lower case. `tables`: those of a name, by the name, folded. `objects`:
    labels on columns of objects, by bucket, each after the object's key and sorted by it; their table is the
    pattern of it.
    `words`: what the operator says that labels mean. `unknown`: words of labels that nobody mapped, each after
    the name of its file.
    """

    verdicts: tuple[Ruling, ...] = ()
    labels: Mapping[tuple[str, str], tuple[Ruling, ...]] = field(default_factory=dict)
    tables: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)
    fingerprint: str = ""
    objects: Mapping[str, tuple[tuple[str, Ruling], ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def speaks_of(self, table: str, column: str) -> bool:
        """Whether anything may be said of a column of a table."""
        return bool(self.verdicts) or (table.lower(), column.lower()) in self.labels

    def ruling(self, column: Column) -> Ruling | None:
        """The statement that holds for a column; None if nobody said anything."""
        said = next((each for each in reversed(self.verdicts) if each.covers(column)), None)
        if said is not None:
            return said
        labels = self.labels.get((column.table.lower(), column.name.lower()), ())
        fits = ((each.rank, fit, at, each) for at, each in enumerate(labels) if (fit := each.fit(column)))
        best = max(fits, default=None, key=lambda found: found[:3])
        return best[3] if best is not None else None

    def of_object(self, bucket: str, name: str) -> Ruling | None:
        """The label on a field of an object, by `KEY#FIELD`."""
        found = (
            label for _, label in self.objects.get(bucket, ()) if f"{label.table}#{label.column}" == name
        )
        return next(found, None)

    def lists(self, label: Ruling) -> bool:
        """Whether a list has the column of a label."""
        return any(
            _may_be(label.schema, each.schema) and label.column.lower() in map(str.lower, each.columns)
            for each in self.tables.get(label.table.lower(), ())
        )

    def columns(self, schema: str, table: str, database: str = "", system: str = "") -> tuple[str, ...]:
        """All columns of a table; none if they are not known, or if several tables could be meant."""
        place = Column("", schema, table, "", database, system)
        known = [
            (_fit(each.schema, each.systems, place), each) for each in self.tables.get(table.lower(), ())
        ]
        best = max((fit for fit, _ in known), default=0)
        found = {each.columns for fit, each in known if fit == best} if best else set()
        return found.pop() if len(found) == 1 else ()


def _fit(known: str, systems: frozenset[str], column: Column) -> int:
    """How well a schema that is told fits a column's: 0 not at all, 1 as far as both say, 2 with its database."""
    schema, database = column.schema, column.database
    if not schema and column.system in _SCHEMA_IS_DATABASE:
        schema, database = database, ""
    if systems and (not schema or (column.system and column.system not in systems)):
        return 0
    if not _may_be(known, schema):
        return 0
    whole = f"{database}.{schema}" if database and schema else ""
    return 2 if whole and "." in known and _may_be(known, whole) else 1


def _may_be(one: str, other: str) -> bool:
    """Whether two names may be of one schema: one may say more, or nothing at all."""
    if not one or not other or one == "*":
        return True
    ours, theirs = one.lower().split("."), other.lower().split(".")
    parts = min(len(ours), len(theirs))
    return ours[-parts:] == theirs[-parts:]


NOTHING = Told()
