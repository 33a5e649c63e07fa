"""What people and scanners say of columns, which no guess overrules, and which columns tables are known to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Source = Literal["verdict", "label"]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column stands. `store`: the urn of its table; `schema`: "" if unknown."""

    store: str
    schema: str
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """One statement on columns, by patterns that fold case; "*" is any. `data_class`: "" for nothing personal."""

    store: str
    schema: str
    table: str
    column: str
    data_class: str
    tier: Source
    reason: str

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


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said. Verdicts win over labels, and of several the last.

    `labels`: by table and column, folded to lower case. `tables`: (schema, columns) of each table
    of a name, by the name, folded.
    """

    verdicts: tuple[Ruling, ...] = ()
    labels: Mapping[tuple[str, str], tuple[Ruling, ...]] = field(default_factory=dict)
    tables: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = field(default_factory=dict)
    fingerprint: str = ""

    def ruling(self, column: Column) -> Ruling | None:
        """The statement that holds for a column; None if nobody said anything."""
        said = next((each for each in reversed(self.verdicts) if each.covers(column)), None)
        if said is not None:
            return said
        labels = self.labels.get((column.table.lower(), column.name.lower()), ())
        return next((each for each in reversed(labels) if _may_be(each.schema, column.schema)), None)

    def columns(self, schema: str, table: str) -> tuple[str, ...]:
        """All columns of a table; none if they are not known, or if several tables could be meant."""
        found = [columns for known, columns in self.tables.get(table.lower(), ()) if _may_be(known, schema)]
        return found[0] if len(found) == 1 else ()


def _may_be(one: str, other: str) -> bool:
    """Whether two names may be of one schema: one may say more, or nothing at all."""
    if not one or not other or one == "*":
        return True
    ours, theirs = one.lower().split("."), other.lower().split(".")
    parts = min(len(ours), len(theirs))
    return ours[-parts:] == theirs[-parts:]


NOTHING = Told()
