"""One writer at a time: a lock that the operating system or the server frees when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from daemon.store.database import APPLICATION_NAME, Database, lock_path, plain_words
from daemon.store.errors import AlreadyRunning, DatabaseUnusable

_ADVISORY_KEY = 0x0D21F711  # any fixed number of our own
_ADVICE = "Wait for it, or stop it; only one may write."


@contextmanager
def only_writer(database: Database, purpose: str) -> Iterator[None]:
    """Holds the writer's lock. Raises AlreadyRunning, saying who holds it and since when.

    `purpose`: what the holder does, such as `run` or `collect`, for the message of the one refused.
    """
    holding = _file_lock(lock_path(database.path), purpose) if database.sqlite else (
        _server_lock(database, purpose)
    )  # fmt: skip
    with holding:
        yield


# -- PostgreSQL --------------------------------------------------------------------------------------


@contextmanager
def _server_lock(database: Database, purpose: str) -> Iterator[None]:
    """A session's lock. Before each transaction of the writer it is looked at, and taken anew if it was lost."""
    engine = create_engine(
        database.url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        connect_args={"application_name": _name(purpose)},
    )
    lock = _ServerLock(database, engine)
    with plain_words(database):
        lock.take()
    event.listen(database.writer, "begin", lock.renew)
    try:
        yield
    finally:
        event.remove(database.writer, "begin", lock.renew)
        lock.release()


class _ServerLock:
    """The connection whose session holds the lock."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._connection: Connection | None = None

    def take(self) -> None:
        """Raises AlreadyRunning if another session has it."""
        connection = self._engine.connect()
        taken, holder = False, ""
        try:
            # A holder whose machine is gone shall be noticed by the server within two minutes.
            for name, seconds in (("idle", 60), ("interval", 15), ("count", 4)):
                connection.execute(text(f"SET tcp_keepalives_{name} = {seconds}"))
            taken = bool(
                connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}).scalar()
            )
            holder = "" if taken else _holder(connection)
        finally:
            if not taken:
                connection.close()
        if not taken:
            raise AlreadyRunning(f"{holder} holds {self._database}. {_ADVICE}")
        self._connection = connection

    def renew(self, _writing: Connection) -> None:
        """A restart of the server frees the lock: no transaction may begin without it."""
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self.release()
        if self._connection is None:
            self.take()

    def release(self) -> None:
        """Ends the session, and with it the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):  # it may be dead already
                connection.close()


def _name(purpose: str) -> str:
    """What `pg_stat_activity` shows of the holder; the server cuts it at 63 bytes."""
    return f"{APPLICATION_NAME} {purpose} (process {os.getpid()} on {socket.gethostname()})"[:63]


def _holder(connection: Connection) -> str:
    """Who has the lock. It may have gone meanwhile, and other roles see nothing of its session."""
    query = (
        "SELECT a.application_name, a.backend_start FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :key AND l.objsubid = 1 "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    row = connection.execute(text(query), {"key": _ADVISORY_KEY}).first()
    if row is None or not row.application_name or row.backend_start is None:
        return "another driftline"
    since = row.backend_start.astimezone(UTC).isoformat(timespec="seconds")
    return f"{row.application_name.removesuffix(')')}, since {since})"


# -- SQLite ------------------------------------------------------------------------------------------


@contextmanager
def _file_lock(path: Path, purpose: str) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot open the lock {path}: {error.strerror}. "
            "Give the user that runs driftline write access to it and its folder."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who(path, os.read(descriptor, 1000))) from None
        with suppress(OSError):  # without room there is no name in it, but the lock is held
            os.ftruncate(descriptor, 0)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            holder = {"pid": os.getpid(), "purpose": purpose, "since": now}
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _who(path: Path, content: bytes) -> str:
    try:
        holder = json.loads(content)
        named = f"driftline {holder['purpose']} (process {holder['pid']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        named = "another driftline"  # it has taken the lock and not yet written its name
    return f"{named} holds {path}. {_ADVICE}"
