"""Opens the snapshot database: one writing connection, any number of readers, on SQLite or PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.pool import NullPool

from daemon.store.errors import ConnectionLost, DatabaseUnusable

APPLICATION_NAME = "driftline"
"""How our connections are called in PostgreSQL's `pg_stat_activity`."""

PAGE = 32768  # bytes: of the usual 4096 a sixth stays empty behind three documents
CACHE_KIB = 65536


@dataclass(frozen=True)
class Database:
    """Two engines on one database. Use `writing()` for one transaction, `reading()` for a stable view."""

    url: URL
    writer: Engine
    reader: Engine

    @property
    def sqlite(self) -> bool:
        """True if the database is a file of our own."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file of a SQLite database. Raises ValueError for another engine."""
        if not self.sqlite or not self.url.database:
            raise ValueError(f"{self} is not a file")
        return Path(self.url.database)

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing."""
        with plain_words(self), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read-only view, the same from the first statement to the last."""
        with plain_words(self), self.reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Lets go of all connections; safe to call twice."""
        self.writer.dispose()
        self.reader.dispose()


def open_database(url: str, password: str = "") -> Database:
    """Opens, and for SQLite creates, the database at `url`. Raises DatabaseUnusable.

    `url`: `sqlite:////absolute/path.db` or `postgresql+psycopg://user@host/name`.
    """
    parsed = make_url(url)
    if password:
        parsed = parsed.set(password=password)
    if parsed.get_backend_name() != "sqlite":
        named = {"application_name": parsed.query.get("application_name", APPLICATION_NAME)}
        writer = create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args=named)
        reader = create_engine(
            parsed,
            poolclass=NullPool,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            connect_args=named,
        )
        event.listen(reader, "begin", lambda c: c.exec_driver_sql("SET TRANSACTION READ ONLY"))
        database = Database(parsed, writer, reader)
    else:
        database = _open_sqlite(parsed)
    with database.reading() as connection:
        # For SQLite something that reads the file: a wrong one must be refused here.
        connection.execute(text("PRAGMA schema_version" if database.sqlite else "SELECT 1"))
    return database


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        raise DatabaseUnusable(
            "database.url: a SQLite database needs a file, such as sqlite:////var/lib/driftline/driftline.db"
        )
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        # Created before SQLite does, so that it is never readable by others, not even for a moment.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o640))
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot open the database {path}: {error.strerror}. "
            f"Give the user that runs driftline write access to {path.parent}, or set database.url."
        ) from error
    _check_what_was_left(path)
    writer = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 30.0})
    reader = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 30.0})
    event.listen(writer, "connect", _prepare_writer)
    event.listen(writer, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(reader, "connect", _prepare_reader)
    event.listen(reader, "begin", lambda c: c.exec_driver_sql("BEGIN DEFERRED"))
    return Database(url, writer, reader)


def _check_what_was_left(path: Path) -> None:
    """A log that no writer holds was left by a kill, or came from elsewhere: SQLite would write it into the file.

    Looked at without changing anything. Raises DatabaseUnusable if the two do not make one whole database.
    """
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size or _is_being_written(path):
        return
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)
        ) as looking:
            [(found,)] = looking.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.Error as error:
        found = str(error)
        if "malformed" not in found and "not a database" not in found:
            return  # no room or no rights to look: opening it says so
    if found != "ok":
        raise DatabaseUnusable(
            f"database {path} and its log {log.name} do not make one whole database ({found.splitlines()[-1]}). "
            "Nothing was changed. If the log came from elsewhere, move it away; else restore the published copy "
            "or a backup."
        )


def _is_being_written(path: Path) -> bool:
    """Whether a writer lives, by the lock of `daemon.store.lock`."""
    try:
        descriptor = os.open(lock_path(path), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def lock_path(path: Path) -> Path:
    """The file that the one writer of a SQLite database holds."""
    return path.with_suffix(".lock")


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # our own BEGIN, so that it is IMMEDIATE
    connection.execute(f"PRAGMA page_size={PAGE}")  # of a new file; another keeps its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")


def _prepare_reader(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA query_only=ON")


@contextmanager
def plain_words(database: Database) -> Iterator[None]:
    """Turns the driver's errors into ours; a mistake of our own in SQL passes through as it is."""
    try:
        yield
    except DBAPIError as error:
        if (ours := _unusable(database, error)) is None:
            raise
        raise ours from error


def _unusable(database: Database, error: DBAPIError) -> DatabaseUnusable | None:
    """What an operator is told of a driver's error; None if it is a mistake of our own."""
    said = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    if isinstance(error, ProgrammingError | IntegrityError | DataError) and "permission denied" not in said:
        return None
    advice = next((advice for mark, advice in _ADVICE if mark in said.lower()), None)
    lost = not database.sqlite and isinstance(error, OperationalError | InterfaceError) and _is_loss(error)
    if advice is None and not lost:
        if database.sqlite or not isinstance(error, OperationalError):
            return None
        advice = "Look into the log of the server."
    sentence = f"database {database}: {said}. {advice or _SERVER_GONE}"
    return ConnectionLost(sentence) if lost else DatabaseUnusable(sentence)


def _is_loss(error: DBAPIError) -> bool:
    """Whether the server went away, or could not be reached: not whether it refused us."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state)[:2] == "08" or str(state) in _SERVER_ENDS
    said = str(error.orig).lower()
    return not any(
        refusal in said for refusal in ("password", "does not exist", "no pg_hba.conf", "too many")
    )


_SERVER_ENDS = ("57P01", "57P02", "57P03", "25P03")  # it stops, crashed, starts; or ended an idle session
_SERVER_GONE = "Check that the server runs and that host and port in database.url are right."
_NOTHING_LOST = "nothing already stored is lost"
_ADVICE = (
    ("not a database", "The file is something else, or damaged: move it away or set database.url."),
    ("malformed", "The file is damaged: restore the published copy or a backup."),
    ("disk is full", f"Free some room; {_NOTHING_LOST}."),
    ("no space left", f"Free some room; {_NOTHING_LOST}."),
    ("disk quota", f"Free some room, or raise the quota; {_NOTHING_LOST}."),
    ("disk i/o error", f"Check that its disk has room, then the system's log for the disk; {_NOTHING_LOST}."),
    ("readonly", "Give the user that runs driftline write access to the file and its folder."),
    ("read-only", "The server takes no writes: point database.url at the primary."),
    ("unable to open", "Check that the file exists and that the user that runs driftline may read it."),
    ("locked", "Another program holds the database: close it and try again."),
    ("permission denied", "Let the role in database.url own the database, or grant it what it lacks."),
    ("password", "Check database.password_file."),
    ("connection", _SERVER_GONE),
    ("does not exist", "Create the database, or correct its name in database.url."),
)
