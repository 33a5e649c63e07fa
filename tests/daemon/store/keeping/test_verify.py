"""Whatever is altered in the database is found, unless it stands among what may change, with the reason why."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    create_engine,
    event,
    select,
    text,
    update,
)
from sqlmodel import SQLModel

from daemon.store import chain, columns
from daemon.store.database import open_database
from daemon.store.draft import drafting
from daemon.store.keeping import proofs
from daemon.store.keeping.prune import prune
from daemon.store.keeping.unproven import UNPROVEN
from daemon.store.keeping.verify import Anchor, Verdict, verify
from daemon.store.schema import migrate
from tests.support.histories_kept import Cycle, take
from tests.support.snapshots import Snapshots

CYCLE = Cycle({"a": 1}, {}, 1, 1, 1, 1, 1, 0, False)
RELEASED = Path(__file__).parents[1] / "released" / "0001.sql"
PROVEN = sorted(
    (table.name, column.name)
    for table in SQLModel.metadata.tables.values()
    for column in table.columns
    if table.name not in UNPROVEN and f"{table.name}.{column.name}" not in UNPROVEN
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds every kind of row, some of them after a pruning."""
    folder = tmp_path_factory.mktemp("whole")
    store = Snapshots.create(folder)
    for n in range(8):
        here: Any = None if n == 5 else {"a": n, "c": 1 + n // 3}
        take(
            store,
            Cycle(
                here, {"b": 1} if n % 2 else {}, 1, 1 + n // 4, 2 + n % 2, 1 + n % 2, 1 + n % 2, n % 2, n < 3
            ),
        )
        if n == 4:
            with store.database.writing() as connection:
                prune(connection, [2, 3], store.now)
    store.database.close()
    return folder / "driftline.db"


@pytest.fixture
def broken(whole: Path, tmp_path: Path) -> Iterator[Connection]:
    """A copy of it that may be altered: no constraint is in the way."""
    copy = tmp_path / "driftline.db"
    shutil.copy(whole, copy)
    engine = create_engine(f"sqlite:///{copy}")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_whole_database_is_intact(broken: Connection) -> None:
    verdict = verify(broken)
    assert verdict.damages == ()
    assert (verdict.snapshots, verdict.pruned, verdict.newest) == (8, 2, 8)
    for table in SQLModel.metadata.tables.values():
        if table.name not in UNPROVEN:
            assert broken.execute(select(table).limit(1)).first() is not None, table.name


@pytest.mark.parametrize(("table_name", "column_name"), PROVEN)
def test_an_altered_column_is_found(broken: Connection, table_name: str, column_name: str) -> None:
    table = SQLModel.metadata.tables[table_name]
    column = table.columns[column_name]
    rows = broken.execute(select(table)).all()
    for row in (rows[0], rows[-1]):
        there = [
            row_ == value for row_, value in zip(table.primary_key.columns, _key(table, row), strict=True)
        ]
        for value in _others(column, getattr(row, column_name)):
            with broken.begin_nested() as attempt:
                broken.execute(update(table).where(*there).values({column_name: value}))
                assert verify(broken).damages, (
                    f"{table_name}.{column_name}: {getattr(row, column_name)!r} -> {value!r}"
                )
                attempt.rollback()


@pytest.mark.parametrize("name", sorted({table for table, _ in PROVEN}))
def test_a_row_that_is_gone_is_found(broken: Connection, name: str) -> None:
    if name == "extent":
        pytest.skip("an extent that nothing names any more is missed by nobody")
    table = SQLModel.metadata.tables[name]
    rows = broken.execute(select(table)).all()
    row = rows[0]
    there = [
        column == value for column, value in zip(table.primary_key.columns, _key(table, row), strict=True)
    ]
    broken.execute(table.delete().where(*there))
    assert verify(broken).damages, name


def test_the_first_damaged_snapshot_is_named(broken: Connection) -> None:
    broken.execute(text("UPDATE resource_version SET name = 'other' WHERE since = 7"))
    assert verify(broken).first == 7
    broken.execute(text("UPDATE document SET body = '{}' WHERE id = (SELECT max(document_id) FROM relation_version "
                        "WHERE since = 4)"))  # fmt: skip
    verdict = verify(broken)
    assert verdict.first == 4
    assert "has a document that was altered" in verdict.damages[0].what


def test_a_resealed_chain_is_found_by_a_header_kept_elsewhere(broken: Connection) -> None:
    headers = {row.number: row.header for row in broken.execute(select(columns.SNAPSHOT))}
    broken.execute(text("UPDATE resource_version SET name = 'other' WHERE since >= 5"))
    _reseal(broken)
    assert verify(broken).damages == ()  # it agrees with itself
    found = verify(broken, [Anchor(headers[8])])
    assert found.damages[0].snapshot is None
    assert "history was rewritten" in found.damages[0].what
    assert verify(broken, [Anchor(headers[7], 7)]).first == 7
    assert verify(broken, [Anchor(headers[4], 4)]).damages == ()  # before the forgery
    assert "missing" in verify(broken, [Anchor(headers[4], 12)]).damages[0].what


def test_a_chain_resealed_without_the_key_is_found(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    take(store, CYCLE)
    key = b"a key"
    for _ in range(2):
        with drafting(
            store.database, started_at=store.now, committed_at=store.now, rules="r", key=key
        ) as draft:
            draft.state = "failed"
    with store.database.reading() as connection:
        assert verify(connection, key=key).damages == ()
        assert verify(connection, key=b"another").first == 2
    with store.database.writing() as connection:
        connection.execute(text("UPDATE snapshot SET late = TRUE WHERE number = 3"))
        _reseal(connection)
        assert verify(connection).damages == ()
        assert verify(connection, key=key).first == 3
        connection.execute(text("UPDATE snapshot SET signature = ''"))
        assert "no snapshot is signed" in verify(connection, key=key).damages[0].what


def test_a_lost_end_is_found_by_a_header_kept_elsewhere(broken: Connection) -> None:
    header = broken.execute(text("SELECT header FROM snapshot WHERE number = 8")).scalar_one()
    broken.execute(text("DELETE FROM snapshot WHERE number = 8"))
    assert verify(broken, [Anchor(header, 8)]).damages


@pytest.mark.parametrize(
    ("alteration", "said"),
    [
        ("UPDATE resource_version SET until = since WHERE until IS NOT NULL", "before it begins"),
        ("UPDATE resource_version SET until = NULL WHERE until IS NOT NULL", "overlaps"),
        ("UPDATE resource_version SET since = 2 WHERE since = 4", "which was pruned"),
        ("UPDATE resource_version SET since = 99 WHERE since = 4", "which does not exist"),
        ("DELETE FROM resource", "that is not there"),
        ("UPDATE coverage SET detail = 'nothing' WHERE state = 'throttled'", "its coverage is not"),
        ("UPDATE snapshot SET pruned_at = NULL", "marked as pruned"),
        ("UPDATE relation_version SET origin = 'baseline'", "an origin"),
    ],
)
def test_damages_are_told_in_plain_words(broken: Connection, alteration: str, said: str) -> None:
    broken.execute(text(alteration))
    assert any(said in each.what for each in verify(broken, most=1000).damages)


@pytest.mark.skipif(not RELEASED.exists(), reason="the released schema is not here")
def test_what_a_release_committed_is_still_proven(tmp_path: Path) -> None:
    path = tmp_path / "driftline.db"
    with sqlite3.connect(path) as raw:
        raw.executescript(RELEASED.read_text())
    raw.close()
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    store = Snapshots(database, tmp_path)
    schemes = {row[0] for row in store.rows("SELECT scheme FROM snapshot")}
    assert schemes == {chain.FIRST_SCHEME}
    before = _verdict(store)
    take(store, CYCLE)
    after = _verdict(store)
    assert [each for each in after.damages if each not in before.damages] == []
    database.close()


def _verdict(store: Snapshots) -> Verdict:
    with store.database.reading() as connection:
        return verify(connection)


def _reseal(connection: Connection) -> None:
    """What an attacker does who can write everything: roots and headers made anew from the altered rows."""
    snapshots = connection.execute(select(columns.SNAPSHOT).order_by(columns.SNAPSHOT.c.number)).all()
    ledgers = proofs.ledgers(connection, [row.number for row in snapshots])
    parent, state = "", 0
    for row in snapshots:
        state += ledgers[row.number].state
        values = dict(row._mapping)
        values["parent"] = parent
        if row.pruned_at is None:
            values["state_root"] = chain.plus(chain.EMPTY, state)
            values["changes_now" if row.changes_now else "changes"] = ledgers[row.number].changes
        parent = values["header"] = chain.header(parent, values)
        connection.execute(
            update(columns.SNAPSHOT).where(columns.SNAPSHOT.c.number == row.number).values(values)
        )


def _key(table: Table, row: Any) -> list[Any]:
    return [getattr(row, column.name) for column in table.primary_key.columns]


def _others(column: Column[Any], value: Any) -> list[Any]:
    """Other values of the column's kind."""
    if isinstance(column.type, Boolean):
        return [not value]
    if isinstance(column.type, LargeBinary):
        return [bytes([value[0] ^ 1]) + value[1:]]
    if isinstance(column.type, Integer):
        return [(value or 0) + 1000]
    return [f"{value or ''}x"] if not column.name.endswith("_at") else ["2001-01-01T00:00:00Z"]
