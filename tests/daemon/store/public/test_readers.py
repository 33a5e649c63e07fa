"""A role that is let in reads every public view and nothing else, also after the views were made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from daemon.store.errors import DatabaseUnusable
from daemon.store.public import readers
from daemon.store.public.catalogue import ALL
from daemon.store.public.quoting import named
from daemon.store.public.sql import made_anew
from daemon.store.tables import SQLModel
from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.snapshots import Snapshots, listing, queue

VIEWS = [view.name for view in ALL]
HOSTILE = (
    "auditors",
    "Ops Team",
    'say "hi"; DROP TABLE snapshot; --',
    "o'brien'); DROP TABLE snapshot; --",
    "$$ 100% \\ %s %(x)s :name",
    "ä" * 31,
)


class Hall:
    """A database on a real server, and the roles that come to read it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.store = Snapshots.create(folder, empty_database(server))
        self.store.take(listing(queue("a")))
        self.name = str(self.store.database.url.database)

    def owner(self, statement: str) -> None:
        with self.server.connect(self.name) as connection:
            connection.execute(statement.encode())

    def admit(self, role: str) -> None:
        self.owner(readers.grant(role, self.name, "public"))

    def as_(self, role: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            hostaddr=self.server.address, port=self.server.port, dbname=self.name, user=role, autocommit=True
        )

    def readable(self, role: str) -> list[str]:
        """The views that a role may select from."""
        found = []
        with self.as_(role) as connection:
            for view in VIEWS:
                try:
                    connection.execute(f"SELECT * FROM {view}".encode())
                    found.append(view)
                except psycopg.errors.InsufficientPrivilege:
                    continue
        return found

    def remake(self) -> None:
        """What each migration does to the views."""
        with self.store.database.writing() as connection, made_anew(connection):
            pass


@pytest.fixture
def hall(postgres: Server, tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(postgres, tmp_path)
    yield hall
    hall.store.database.close()
    with postgres.connect("postgres") as connection:
        connection.execute(f'DROP DATABASE "{hall.name}" WITH (FORCE)'.encode())
        rows = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname <> 'shop' AND left(rolname, 3) <> 'pg_'"
        ).fetchall()
        for (role,) in rows:
            connection.execute(f"DROP ROLE {named(str(role))}".encode())


def test_a_role_is_let_in_whatever_its_name(hall: Hall) -> None:
    for role in HOSTILE:
        hall.admit(role)
        hall.admit(role)  # once more does no harm
        assert hall.readable(role) == VIEWS
    assert hall.store.rows("SELECT count(*) FROM v1_snapshots") == [(1,)]


def test_it_reads_no_table_writes_nothing_and_holds_up_no_one(hall: Hall) -> None:
    hall.admit("auditors")
    denied = psycopg.errors.InsufficientPrivilege
    with hall.as_("auditors") as connection:
        for setting, value in (
            ("statement_timeout", "1min"),
            ("idle_in_transaction_session_timeout", "1min"),
            ("default_transaction_read_only", "on"),
        ):
            assert connection.execute(f"SHOW {setting}".encode()).fetchone() == (value,)
        connection.execute("SET default_transaction_read_only = off")  # the usual guard is not the only one
        for table in (*SQLModel.metadata.tables, "alembic_version"):
            with pytest.raises(denied):
                connection.execute(f"SELECT * FROM {table}".encode())
            with pytest.raises(denied):
                connection.execute(f"DELETE FROM {table}".encode())
        for view in VIEWS:
            with pytest.raises((denied, psycopg.errors.ObjectNotInPrerequisiteState)):
                connection.execute(f"DELETE FROM {view}".encode())
        for statement in (b"CREATE TABLE mine (n int)", b"DROP VIEW v1_snapshots"):
            with pytest.raises(denied):
                connection.execute(statement)


def test_rights_outlive_views_that_are_made_anew(hall: Hall) -> None:
    hall.admit("auditors")
    hall.owner("CREATE ROLE counter LOGIN; GRANT SELECT ON v1_snapshots TO counter WITH GRANT OPTION")
    hall.owner("CREATE ROLE nobody LOGIN; GRANT SELECT ON v1_dictionary TO PUBLIC")
    hall.owner('CREATE ROLE "100% ""x""" LOGIN; GRANT SELECT ON v1_coverage TO "100% ""x"""')
    before = {role: hall.readable(role) for role in ("auditors", "counter", "nobody", '100% "x"')}
    assert before == {
        "auditors": VIEWS,
        "counter": ["v1_snapshots", "v1_dictionary"],
        "nobody": ["v1_dictionary"],
        '100% "x"': ["v1_coverage", "v1_dictionary"],
    }
    hall.remake()
    assert {role: hall.readable(role) for role in before} == before
    with hall.as_("counter") as connection:
        connection.execute("GRANT SELECT ON v1_snapshots TO nobody")
    assert hall.readable("nobody") == ["v1_snapshots", "v1_dictionary"]


def test_who_reads_all_views_reads_new_ones_too_and_no_one_else_does(hall: Hall) -> None:
    hall.admit("auditors")
    hall.owner("CREATE ROLE counter LOGIN; GRANT SELECT ON v1_snapshots TO counter")
    hall.owner("DROP VIEW v1_sight")  # as if it came with the next release
    hall.remake()
    assert hall.readable("auditors") == VIEWS
    assert hall.readable("counter") == ["v1_snapshots"]


def test_views_of_others_are_named_before_anything_is_done(hall: Hall) -> None:
    hall.owner("CREATE VIEW ours AS SELECT count(*) FROM v1_resources")
    with pytest.raises(DatabaseUnusable, match=r"select from ours.*: ours\. Drop them"):
        hall.remake()
    assert hall.store.rows("SELECT * FROM ours") == [(1,)]


@pytest.mark.parametrize("role", ["", "a\nb", "a\0", "x" * 64, "ä" * 32, "public", "none", "pg_monitor"])
def test_a_name_that_postgresql_would_not_take_as_it_is_is_refused(role: str) -> None:
    with pytest.raises(ValueError, match=r"name"):
        readers.grant(role, "driftline", "public")
