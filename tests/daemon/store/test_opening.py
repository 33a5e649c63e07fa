"""Opening a database: what is created, what is refused and in which words, and who may write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from daemon.store.database import open_database
from daemon.store.errors import AlreadyRunning, DatabaseUnusable, SchemaTooNew
from daemon.store.lock import only_writer
from daemon.store.public.catalogue import VIEWS
from daemon.store.schema import migrate
from tests.support.snapshots import Snapshots, listing, queue


def test_a_new_database_is_private_and_has_every_view(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    assert (tmp_path / "driftline.db").stat().st_mode & 0o007 == 0
    for view in VIEWS:
        assert store.rows(f"SELECT * FROM {view.name}") == []


def test_migrating_twice_does_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/driftline.db")
    assert migrate(database)
    assert not migrate(database)
    assert [path.name for path in tmp_path.glob("*.before-*")] == [], "there was nothing to copy"


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "driftline.db"
    path.write_bytes(b"minutes of the meeting\n" * 100)
    with pytest.raises(DatabaseUnusable, match=r"not a database.*move it away or set database\.url"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == b"minutes of the meeting\n" * 100


def test_a_newer_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match="schema 9999, this release knows up to 0003"):
        migrate(store.database)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnusable, match=r"cannot open the database .*write access"):
        open_database(f"sqlite:///{tmp_path}/file/driftline.db")


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnusable, match="Check that the server runs") as caught:
        open_database("postgresql+psycopg://drift@127.0.0.1:1/drift", password="hunter2")
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    with pytest.raises((DatabaseUnusable, OperationalError)), store.database.reading() as connection:
        connection.execute(text("DELETE FROM snapshot"))


def test_a_reader_sees_one_snapshot_from_begin_to_end(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    store.take(listing(queue("a")))
    count = text("SELECT count(*) FROM v1_resources")
    with store.database.reading() as connection:
        assert connection.execute(count).scalar() == 1
        store.take(listing(queue("a"), queue("b")))
        assert connection.execute(count).scalar() == 1
    assert store.rows("SELECT count(*) FROM v1_resources") == [(2,)]


def test_the_second_writer_is_told_who_is_the_first(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from daemon.store.database import open_database\n"
        "from daemon.store.lock import only_writer\n"
        f"with only_writer(open_database('sqlite:///{tmp_path}/driftline.db'), 'run'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        words = rf"driftline run \(process {holder.pid}, since 20.*only one may write"
        with pytest.raises(AlreadyRunning, match=words), only_writer(store.database, "collect"):
            pass
        holder.kill()
    with only_writer(store.database, "collect"):
        pass


def test_the_dictionary_describes_every_column_of_every_view(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    described = set(store.rows("SELECT view_name, column_name FROM v1_dictionary"))
    found = set()
    for (view,) in store.rows("SELECT name FROM sqlite_master WHERE type = 'view'"):
        found |= {(view, row[1]) for row in store.rows(f"PRAGMA table_info({view})")}
    assert found == described
    assert store.rows("SELECT count(*) FROM v1_dictionary WHERE meaning = '' OR unit = ''") == [(0,)]
