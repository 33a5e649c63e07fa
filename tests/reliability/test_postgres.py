"""A PostgreSQL server that restarts, goes away before or after it has committed, or takes no writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, make_url, text

from daemon import cycle
from daemon.store.database import Database
from daemon.store.errors import AlreadyRunning, ConnectionLost, DatabaseUnusable
from daemon.store.lock import only_writer
from demo.postgres import Server
from tests.support.cutting import CuttingLine
from tests.support.engines import empty_database
from tests.support.prepared import Home
from tests.support.restarting import restart, start, stop

SOON = (0.05, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
Content = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def undisturbed(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """What the database holds after the second day if nothing happens."""
    home = Home(tmp_path_factory.mktemp("undisturbed"), empty_database(postgres))
    for day in (0, 1):
        home.hear(day)
        home.cycle(day)
    return home.content()


@pytest.fixture
def home(postgres: Server, tmp_path: Path) -> Home:
    """After the first day."""
    home = Home(tmp_path, empty_database(postgres))
    home.hear(0)
    home.cycle(0)
    home.hear(1)
    return home


@pytest.fixture
def line(postgres: Server) -> Iterator[CuttingLine]:
    with CuttingLine(postgres.port) as line:
        yield line


def second_day(home: Home, url: str = "", pauses: tuple[float, ...] = SOON) -> cycle.Outcome:
    """The cycle of the second day, by another way to the same server."""
    other = Home(home.folder, url or home.url)
    with other.store() as database, other.parts(database, 1) as parts:
        return run_with(parts, database, pauses)


def by(line: CuttingLine, home: Home) -> str:
    """The database's URL, over the line."""
    return make_url(home.url).set(port=line.port).render_as_string()


def run_with(parts: cycle.Parts, database: Database, pauses: tuple[float, ...]) -> cycle.Outcome:
    with only_writer(database, "collect"):
        return cycle.run(replace(parts, pauses=pauses))


@pytest.mark.parametrize(
    ("word", "after", "delivered"),
    [
        pytest.param(b"COMMIT", b"INSERT INTO snapshot", True, id="the answer to COMMIT is lost"),
        pytest.param(b"COMMIT", b"INSERT INTO snapshot", False, id="COMMIT does not arrive"),
        pytest.param(b"INSERT INTO snapshot", b"", False, id="the seal does not arrive"),
        pytest.param(b"INSERT INTO resource_version", b"", True, id="in the middle of the merge"),
        pytest.param(b"INSERT INTO delivery", b"", False, id="before the outbox"),
    ],
)
def test_a_lost_connection_gives_one_snapshot_and_no_delivery_twice(
    home: Home, line: CuttingLine, undisturbed: Content, word: bytes, after: bytes, delivered: bool
) -> None:
    line.cut(word, after=after, delivered=delivered)
    outcome = second_day(home, by(line, home))
    assert line.cuts == 1
    assert (outcome.number, outcome.previous, outcome.state, outcome.new_paths) == (2, 1, "complete", 1)
    assert home.content() == undisturbed


def test_a_commit_lost_again_and_again_is_made_once(
    home: Home, line: CuttingLine, undisturbed: Content
) -> None:
    for delivered in (False, False, True):
        line.cut(b"COMMIT", after=b"INSERT INTO snapshot", delivered=delivered)
    assert second_day(home, by(line, home)).number == 2
    assert line.cuts == 3
    assert home.content() == undisturbed


@pytest.mark.parametrize("statement", ["INSERT INTO resource_version", "INSERT INTO snapshot"])
def test_a_server_that_restarts_in_mid_commit_gets_the_whole_commit_again(
    home: Home, postgres: Server, undisturbed: Content, statement: str
) -> None:
    restarts = 0

    def disturb(
        _connection: Connection,
        _cursor: object,
        asked: str,
        _parameters: object,
        _context: object,
        _many: bool,
    ) -> None:
        nonlocal restarts
        if not restarts and asked.startswith(statement):
            restarts += 1
            restart(postgres)

    with home.store() as database, home.parts(database, 1) as parts:
        event.listen(database.writer, "before_cursor_execute", disturb)
        outcome = run_with(parts, database, SOON)
    assert restarts == 1
    assert outcome.number == 2
    assert home.content() == undisturbed


def test_a_server_that_stays_away_ends_the_cycle_and_not_the_next(
    home: Home, postgres: Server, undisturbed: Content
) -> None:
    with home.store() as database, home.parts(database, 1) as parts:
        stop(postgres)
        try:
            with pytest.raises(ConnectionLost, match="Check that the server runs"):
                cycle.run(parts)
        finally:
            start(postgres)
        assert cycle.run(parts).number == 2
    assert home.content() == undisturbed


def test_a_server_that_takes_no_writes_is_named_and_not_asked_again(home: Home, postgres: Server) -> None:
    name = home.url.rpartition("/")[2]
    before = home.content()
    with postgres.connect("postgres") as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
    with pytest.raises(
        DatabaseUnusable, match=r"read-only transaction.*point database.url at the primary"
    ) as caught:
        second_day(home)
    assert not isinstance(caught.value, ConnectionLost)
    assert home.content() == before


def test_the_second_writer_from_elsewhere_is_told_who_is_the_first_and_since_when(
    home: Home,
) -> None:
    with home.store() as one, home.store() as other:
        with only_writer(one, "run"):
            words = (
                r"driftline run \(process \d+ on .+, since 20..-..-..T.*\+00:00\) holds .*only one may write"
            )
            with pytest.raises(AlreadyRunning, match=words), only_writer(other, "collect"):
                pass
        with only_writer(other, "collect"):
            pass


def test_a_lock_lost_with_the_server_is_taken_again_before_anything_is_written(
    home: Home, postgres: Server
) -> None:
    with home.store() as one, home.store() as other, only_writer(one, "run"):
        restart(postgres)
        with (
            only_writer(other, "collect"),  # it came first
            pytest.raises(AlreadyRunning, match="driftline collect"),
            one.writing(),
        ):
            pytest.fail("two write")
        with one.writing() as connection:
            connection.execute(text("SELECT 1"))
        with pytest.raises(AlreadyRunning, match="driftline run"), only_writer(other, "collect"):
            pass


def test_our_sessions_have_a_name(home: Home) -> None:
    with home.store() as database, database.reading() as connection:
        assert connection.execute(text("SHOW application_name")).scalar() == "driftline"
