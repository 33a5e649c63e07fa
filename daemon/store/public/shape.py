"""What a public view and a column of it are, and the columns that several views share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

TEXT = "text"
NUMBER = "number"
BOOLEAN = "boolean"
JSON = "JSON"
HEX = "hex"
TIME = "UTC time, YYYY-MM-DDTHH:MM:SSZ"
SNAPSHOT = "snapshot number"

FIRST, SECOND = "0.1", "0.2"
"""Releases that brought columns."""

DOCUMENT = "JOIN document d ON d.id = v.document_id"
"""How a version finds its document."""


@dataclass(frozen=True, slots=True)
class Column:
    """One documented column. `unit`: one of those above. `null`: what null means, "" if it is never null.

    `sql`: what it shows, of the tables in the view's source. `since`: its release, if younger than its view.
    """

    name: str
    sql: str
    meaning: str
    unit: str = TEXT
    null: str = ""
    example: str = field(kw_only=True)
    since: str = field(default="", kw_only=True)

    @property
    def sentence(self) -> str:
        """All that is known of it, for a reader without a table."""
        end = "" if self.meaning.endswith("...") else "."
        null = f" Null: {self.null}." if self.null else ""
        return f"{self.meaning}{end} Unit: {self.unit}.{null} Example: {self.example}"


@dataclass(frozen=True, slots=True)
class View:
    """One public view. `sources`: everything from FROM on; rows of several follow each other."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    sources: tuple[str, ...]
    since: str = FIRST

    def release(self, column: Column) -> str:
        """The release that brought this column of it."""
        return column.since or self.since


_SCOPE = (
    Column("provider", "{t}.provider", "Where it was found: aws, traces, ...", example="aws"),
    Column("account", "{t}.account", "Cloud account; for traces the environment", example="111122223333"),
    Column("region", "{t}.region", "Cloud region; empty for global", example="eu-central-1"),
)


def scope(table: str, since: str = "") -> tuple[Column, ...]:
    """Where something lives, of the columns of this table."""
    return tuple(replace(column, sql=column.sql.format(t=table), since=since) for column in _SCOPE)


VALIDITY = (
    Column("valid_from", "v.since", "First snapshot in which this version holds", SNAPSHOT, example="41"),
    Column(
        "valid_to",
        "v.until",
        "First snapshot in which it no longer holds",
        SNAPSHOT,
        "it still holds",
        example="42",
    ),
)

INTERVAL = (
    *VALIDITY,
    Column(
        "origin",
        "v.origin",
        "How the version came to be: baseline, added, altered, restated, newly_visible",
        example="added",
    ),
)

AS_OF = Column(
    "snapshot", "s.number", "The snapshot as of which this is; always ask for one", SNAPSHOT, example="42"
)


def as_of(versions: str, joined: str) -> tuple[str, str]:
    """FROM each kept snapshot and the versions that held in it, `s` and `v`: the open ones, and those ended later.

    The sign before `since` keeps SQLite from reading all versions that ever began.
    """
    held = f"FROM snapshot s JOIN {versions} v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until"
    return f"{held} IS NULL {joined}", f"{held} > s.number {joined}"
