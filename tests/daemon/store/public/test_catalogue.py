"""The catalogue is what the databases hold: each column documented, alike on both engines, and kept for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from daemon.store.public import shape
from daemon.store.public.catalogue import ALL
from daemon.store.public.shape import Column, View
from demo.postgres import Server
from tests.support import views
from tests.support.engines import empty_database
from tests.support.snapshots import Snapshots

RELEASED = sorted((Path(__file__).parent / "released").glob("*.json"))
"""What each release promised: view -> column -> type. Made once, at the release, and never edited."""
UNITS = {
    shape.TEXT: "text", shape.HEX: "text", shape.TIME: "text", shape.JSON: "text", shape.NUMBER: "integer",
    shape.SNAPSHOT: "integer", shape.BOOLEAN: "boolean",
}  # fmt: skip
EXPRESSIONS = {
    ("v1_sight", "valid_to"),
    *((view.name, "snapshot") for view in ALL if view.name == "v1_changes"),
}
"""Numbers of which SQLite does not tell the type, since they are expressions."""


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_what_a_release_promised_is_still_there(store: Snapshots, released: Path) -> None:
    promised = json.loads(released.read_text())
    with store.database.reading() as connection:
        for view, columns in promised.items():
            found = views.columns(connection, view)
            kept = {name: found.get(name) for name in columns}
            if store.database.sqlite:
                kept |= {
                    name: columns[name] for name in columns if (view, name) in EXPRESSIONS and name in found
                }
            assert kept == columns, f"{view} lost or changed a column of release {released.stem}"


def test_release_0_1_is_among_the_promises() -> None:
    assert "0.1" in [path.stem for path in RELEASED]


def test_every_view_is_in_the_catalogue_and_every_column_is_documented(store: Snapshots) -> None:
    with store.database.reading() as connection:
        assert views.names(connection) == {view.name for view in ALL}
        for view in ALL:
            found = views.columns(connection, view.name)
            assert list(found) == [column.name for column in view.columns], view.name
            for column in view.columns:
                if not (store.database.sqlite and (view.name, column.name) in EXPRESSIONS):
                    assert found[column.name] == UNITS[column.unit], f"{view.name}.{column.name}"
        told = connection.execute(text("SELECT view_name, column_name, meaning, unit, null_means, example, since"
                                       " FROM v1_dictionary"))  # fmt: skip
        assert {tuple(row) for row in told} == {
            (v.name, c.name, c.meaning, c.unit, c.null, c.example, v.release(c))
            for v in ALL
            for c in v.columns
        }


@pytest.mark.parametrize(
    ("view", "column"), [(v, c) for v in ALL for c in v.columns], ids=lambda each: each.name
)
def test_a_column_says_what_it_is(view: View, column: Column) -> None:
    assert column.meaning
    assert not column.meaning.removesuffix("...").endswith(".")
    assert column.unit in UNITS
    assert column.example
    assert view.release(column) in {shape.FIRST, shape.SECOND}
    if UNITS[column.unit] == "integer":
        assert column.example.isdecimal()
    if column.unit == shape.JSON:
        json.loads(column.example)
    if column.unit == shape.TIME:
        assert len(column.example) == len("2026-11-22T06:00:00Z")


def test_postgresql_says_it_too(postgres: Server, tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path, empty_database(postgres))
    with store.database.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT c.relname, coalesce(a.attname, ''), d.description FROM pg_description d "
                "JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass "
                "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0 "
                "WHERE c.relkind = 'v' AND c.relname LIKE 'v1!_%' ESCAPE '!'"
            )
        )
        said = {(view, column): words for view, column, words in rows}
    assert said == {(view.name, ""): view.meaning for view in ALL} | {
        (view.name, column.name): column.sentence for view in ALL for column in view.columns
    }
    store.database.close()
