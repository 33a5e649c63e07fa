"""One writer at a time: a lock that the operating system or the server frees when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from daemon.store.database import Database
from daemon.store.errors import AlreadyRunning, DatabaseUnusable

_ADVISORY_KEY = 0x0D21F711  # any fixed number of our own


@contextmanager
def only_writer(database: Database, purpose: str) -> Iterator[None]:
    """Holds the writer's lock. Raises AlreadyRunning, saying who holds it and since when.

    `purpose`: what the holder does, such as `run` or `collect`, for the message of the one refused.
    """
    if database.sqlite:
        with _file_lock(database.path.with_suffix(".lock"), purpose):
            yield
        return
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}).scalar()
        if not taken:
            raise AlreadyRunning(
                f"another driftline writes to {database}. Wait for it, or stop it; only one may write."
            )
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})


@contextmanager
def _file_lock(path: Path, purpose: str) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise DatabaseUnusable(f"cannot open the lock {path}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who(path, os.read(descriptor, 1000))) from None
        os.ftruncate(descriptor, 0)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "purpose": purpose, "since": now}).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _who(path: Path, content: bytes) -> str:
    try:
        holder = json.loads(content)
        named = f"driftline {holder['purpose']} (process {holder['pid']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        named = "another driftline"  # it has taken the lock and not yet written its name
    return f"{named} holds {path}. Wait for it, or stop it; only one may write."
