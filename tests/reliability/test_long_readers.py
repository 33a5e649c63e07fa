"""Somebody holds a transaction for long: cycles go on, the reader sees what it saw, and it is named."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from daemon.store.readers import LONG, Readers
from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.prepared import Home, moment

READER = """
import sqlite3, sys
reader = sqlite3.connect(sys.argv[1], isolation_level=None)
reader.execute("BEGIN")
count = "SELECT count(*) FROM v1_snapshots"
print(reader.execute(count).fetchone()[0], flush=True)
sys.stdin.readline()
print(reader.execute(count).fetchone()[0], flush=True)
"""


@contextmanager
def reading(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program, which has begun to read; a line on its standard input lets it read once more and end."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        try:
            yield other
        finally:
            other.kill()


def test_a_reader_of_the_file_hinders_nothing_and_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.hear(0)
    home.cycle(0)
    with home.store() as database, reading(home.file) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "1\n"
        readers = Readers(database)
        assert readers.held_back(moment(0)) == (), "it holds nothing back yet"
        for day in (1, 2):
            home.cycle(day)
        assert readers.held_back(moment(2)) == (), "not for long yet"
        [told] = readers.held_back(moment(2) + LONG)
        assert f"(process {other.pid})" in told.who
        assert told.since == moment(2)
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "1\n", "it sees what it saw"
        other.wait(30)
        assert readers.held_back(moment(3)) == ()
        assert home.rows("SELECT count(*) FROM v1_snapshots") == [(3,)]


def test_one_who_reads_often_but_briefly_is_not_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.hear(0)
    home.cycle(0)
    with home.store() as database, closing(sqlite3.connect(home.file, isolation_level=None)) as other:
        readers = Readers(database)
        for day in (1, 2, 3):
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM v1_snapshots").fetchone()
            home.cycle(day)
            assert readers.held_back(moment(day)) == ()
            other.execute("COMMIT")


def test_a_session_that_idles_in_a_transaction_hinders_nothing_and_is_named(
    postgres: Server, tmp_path: Path
) -> None:
    home = Home(tmp_path, empty_database(postgres))
    home.hear(0)
    home.cycle(0)
    url = make_url(home.url)
    with psycopg.connect(
        host=url.host, port=url.port, user=url.username, dbname=url.database, application_name="notebook"
    ) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        count = "SELECT count(*) FROM v1_snapshots"
        assert other.execute(count).fetchone() == (1,)
        home.cycle(1)
        with home.store() as database:
            assert Readers(database).held_back(moment(1)) == (), "not for long yet"
            [told] = Readers(database, timedelta(0)).held_back(moment(1))
        assert told.who == f"notebook (process {other.info.backend_pid} of shop, idle in transaction)"
        assert other.execute(count).fetchone() == (1,), "it sees what it saw"
        assert home.rows("SELECT count(*) FROM v1_snapshots") == [(2,)]


def test_our_own_readers_are_not_told(postgres: Server, tmp_path: Path) -> None:
    home = Home(tmp_path, empty_database(postgres))
    with home.store() as database, database.reading():
        assert Readers(database, timedelta(0)).held_back(moment(0)) == ()
