"""What a public view and a column of it are, and the columns that several views share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One documented column. `null`: what null means, "" if never null. `unit`: text, number, UTC time, ..."""

    name: str
    sql: str
    meaning: str
    unit: str = "text"
    null: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One public view. `source`: everything from FROM on."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    source: str
    since: str = "0.1"


TIME = "UTC time, YYYY-MM-DDTHH:MM:SSZ"
SNAPSHOT = "snapshot number"

_SCOPE = (
    Column("provider", "{t}.provider", "Where it was found: aws, traces, ...", example="aws"),
    Column("account", "{t}.account", "Cloud account; for traces the environment", example="111122223333"),
    Column("region", "{t}.region", "Cloud region; empty for global", example="eu-central-1"),
)


def scope(table: str) -> tuple[Column, ...]:
    return tuple(Column(c.name, c.sql.format(t=table), c.meaning, c.unit, c.null, c.example) for c in _SCOPE)


INTERVAL = (
    Column("valid_from", "v.since", "First snapshot in which this version holds", SNAPSHOT, example="41"),
    Column(
        "valid_to", "v.until", "First snapshot in which it no longer holds", SNAPSHOT, "it still holds", "42"
    ),
    Column(
        "origin",
        "v.origin",
        "How the version came to be: baseline, added, altered, restated, newly_visible",
        example="added",
    ),
)
