"""Databases of every release come up to this one's schema: nothing they told before is told otherwise."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from daemon.store import documents, tables
from daemon.store.database import Database, open_database
from daemon.store.schema import migrate
from tests.support.released import FOLDER, RELEASED, columns, restore
from tests.support.snapshots import Snapshots, listing, queue

UNTOLD = {"v1_dictionary"}  # it speaks of the views, which grow
NAMES_DOCUMENTS = ("resource_version", "relation_version", "data_path_version", "content")


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, engine_url: str, tmp_path: Path) -> str:
    """The URL of a database as a release wrote it, once for each engine."""
    url = engine_url or f"sqlite:///{tmp_path}/driftline.db"
    restore(url, request.param)
    return url


def test_every_view_answers_as_before(released: str) -> None:
    shape = {view: names for view, names in columns(released).items() if view not in UNTOLD}
    database = open_database(released)
    before = {view: answered(database, view, names) for view, names in shape.items()}
    assert migrate(database)
    after = {view: answered(database, view, names) for view, names in shape.items()}
    database.close()
    assert len(before) >= 12
    assert all(before.values()), "a view without rows proves nothing"
    assert before == after


def test_the_chain_is_unchanged_and_goes_on(released: str, tmp_path: Path) -> None:
    database = open_database(released)
    query = "SELECT number, parent, header, state_root, coverage_digest FROM snapshot ORDER BY number"
    before = rows(database, query)
    migrate(database)
    assert rows(database, query) == before
    store = Snapshots(database, tmp_path)
    assert store.take(listing(queue("a"))).parent == before[-1][2]
    database.close()


def test_every_version_has_the_document_of_its_digest(released: str) -> None:
    database = open_database(released)
    migrate(database)
    for table in NAMES_DOCUMENTS:
        found = rows(
            database,
            f"SELECT v.digest, d.prefix, d.body FROM {table} v JOIN document d ON d.id = v.document_id",
        )
        assert len(found) == rows(database, f"SELECT count(*) FROM {table}")[0][0]
        for digest, prefix, body in found:
            assert documents.digest(body.encode()) == bytes(digest)
            assert documents.prefix(bytes(digest)) == bytes(prefix)
    database.close()


def test_what_is_known_is_recognised_after_the_upgrade(released: str, tmp_path: Path) -> None:
    database = open_database(released)
    migrate(database)
    count = "SELECT count(*) FROM document"
    before = rows(database, count)
    store = Snapshots(database, tmp_path)
    store.take(listing(queue("once")), listing(queue("other")))
    store.take(listing(queue("once", size=1)))
    store.take(listing(queue("once")))
    assert rows(database, count)[0][0] == before[0][0] + 3, "a document that comes back was stored again"
    database.close()


def test_a_copy_is_made_before(tmp_path: Path) -> None:
    for revision in RELEASED:
        path = tmp_path / f"{revision}.db"
        restore(f"sqlite:///{path}", revision)
        before = dump(path)
        database = open_database(f"sqlite:///{path}")
        assert migrate(database)
        database.close()
        (copy,) = tmp_path.glob(f"{path.name}.before-*")
        assert "\n".join(before) == (FOLDER / f"{revision}.sql").read_text().rstrip("\n")
        assert sorted(dump(copy)) == sorted(before)
        assert copy.stat().st_mode & 0o007 == 0, "the copy holds as much as the database"


def test_the_tables_are_as_the_models_say(released: str) -> None:
    database = open_database(released)
    migrate(database)
    assert tables.Snapshot
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [each for each in compare_metadata(context, SQLModel.metadata) if not of_views(each)]
    database.close()
    assert differences == []


def of_views(difference: Any) -> bool:
    return difference[0] == "remove_table" and str(difference[1].name).startswith("v1_")


def answered(database: Database, view: str, names: list[str]) -> Mapping[tuple[Any, ...], int]:
    """How often each row is told, in these columns."""
    return Counter(rows(database, f"SELECT {', '.join(names)} FROM {view}"))


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())
