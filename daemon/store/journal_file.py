"""The file of the fact journal: its schema, how it is opened, and what is wrong with one that cannot be used."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from daemon.store.errors import DatabaseUnusable, SchemaTooNew

_APPLICATION = 0x44724A31  # "DrJ1": tells the file from any other SQLite file
_VERSION = 1
_LOCK_PATIENCE = 2.0

_SCHEMA = """
create table fact (
    seq integer primary key autoincrement,
    environment text not null,
    source text not null,
    verb text not null,
    target text not null,
    detail text not null,
    first real not null,
    last real not null,
    count integer not null,
    unique (environment, source, verb, target, detail)
) strict
"""
_BOOKMARKS = "create table if not exists bookmark (source text primary key, content text not null) strict"
_UPSERT = """
insert into fact (environment, source, verb, target, detail, first, last, count) values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (environment, source, verb, target, detail) do update set
    first = min(first, excluded.first), last = max(last, excluded.last), count = count + excluded.count
"""

_KEEP = "insert or replace into bookmark (source, content) values (?, ?)"


Identity = tuple[str, str, str, str, str]
"""Environment, source, verb, target and detail of a fact."""


class Seen:
    """When a fact was seen, and how often. Mutable: most facts are seen again before they are written."""

    __slots__ = ("count", "first", "last")

    def __init__(self, first: float, last: float, count: int) -> None:
        self.first = first
        self.last = last
        self.count = count

    def widen(self, first: float, last: float, count: int) -> None:
        """It was seen once more."""
        if first < self.first:  # noqa: PLR1730 - calls of min and max would take longer than all the rest
            self.first = first
        if last > self.last:  # noqa: PLR1730
            self.last = last
        self.count += count


Waiting = dict[Identity, Seen]
"""Facts on their way to the file."""


def create(path: Path) -> None:
    """An empty file that only its owner may read; SQLite gives its WAL the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


def connect(path: Path) -> sqlite3.Connection:
    # Facts go through one thread, readings through a connection each, which its own thread closes.
    connection = sqlite3.connect(path, timeout=_LOCK_PATIENCE, isolation_level=None, check_same_thread=False)
    connection.execute("pragma synchronous = full")
    connection.execute("pragma trusted_schema = off")
    return connection


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """The schema in place. Raises DatabaseUnusable, SchemaTooNew."""
    application = connection.execute("pragma application_id").fetchone()[0]
    tables = connection.execute("select count(*) from sqlite_schema").fetchone()[0]
    if application != _APPLICATION and tables:
        raise DatabaseUnusable(
            f"{path} is not a fact journal; move it away, or choose another state_directory"
        )
    version = connection.execute("pragma user_version").fetchone()[0]
    if version > _VERSION:
        raise SchemaTooNew(
            f"{path} was written by a newer release (version {version}, this is {_VERSION}); upgrade"
        )
    connection.execute("pragma journal_mode = wal")
    connection.execute("begin immediate")
    if not connection.execute("select count(*) from sqlite_schema where name = 'fact'").fetchone()[0]:
        connection.execute(_SCHEMA)
        connection.execute(f"pragma application_id = {_APPLICATION}")
        connection.execute(f"pragma user_version = {_VERSION}")
    connection.execute(_BOOKMARKS)
    connection.execute("commit")
    state = connection.execute("pragma quick_check(1)").fetchone()[0]
    if state != "ok":
        raise DatabaseUnusable(f"{path} is damaged ({state}); move it away: it fills again from new spans")


def commit(connection: sqlite3.Connection, facts: Iterable[Waiting], bookmarks: Mapping[str, str]) -> None:
    # Lone surrogates cannot be stored as UTF-8 and are in no name worth keeping.
    rows = [
        (*(text.encode(errors="replace").decode() for text in identity), seen.first, seen.last, seen.count)
        for waiting in facts
        for identity, seen in waiting.items()
    ]
    connection.execute("begin immediate")
    try:
        connection.executemany(_UPSERT, rows)
        connection.executemany(_KEEP, bookmarks.items())
        connection.execute("commit")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def unusable(path: Path, error: Exception) -> DatabaseUnusable:
    text = str(error)
    if "not a database" in text or "malformed" in text:
        advice = "move it away: it fills again from new spans"
    elif "locked" in text or "busy" in text:
        advice = "another program holds it; end that program, or try again"
    else:
        advice = "check that the directory exists, has room and belongs to the service's user"
    return DatabaseUnusable(f"cannot use the fact journal {path}: {text}; {advice}")
