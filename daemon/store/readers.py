"""Who holds an old view of the database for long: it goes on working, but its files or its dead rows only grow."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from daemon.store.database import APPLICATION_NAME, Database

LONG = timedelta(minutes=5)

_LOCKS = Path("/proc/locks")
_READ_MARKS = range(123, 128)  # bytes of the -shm file that a reader of a WAL database locks while it reads


@dataclass(frozen=True, slots=True)
class LongReader:
    """One transaction. `since`: when it began; for SQLite when it was noticed first, which is later."""

    who: str
    since: datetime


@dataclass
class Readers:
    """Remembers whom it has seen. `long`: how old a transaction must be to be told."""

    database: Database
    long: timedelta = LONG
    _noticed: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def held_back(self, now: datetime) -> tuple[LongReader, ...]:
        """Transactions of others that have been open for long. Call it while this process writes nothing."""
        return self._of_file(now) if self.database.sqlite else self._of_server()

    def _of_server(self) -> tuple[LongReader, ...]:
        query = text(
            "SELECT pid, application_name, usename, state, xact_start FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> :ours "
            "AND backend_type = 'client backend' AND xact_start < now() - :long ORDER BY xact_start"
        )
        with self.database.reading() as connection:
            found = connection.execute(query, {"ours": APPLICATION_NAME, "long": self.long}).all()
        return tuple(
            LongReader(
                f"{row.application_name or 'a program'} (process {row.pid} of {row.usename}, {row.state})",
                row.xact_start.astimezone(UTC),
            )
            for row in found
        )

    def _of_file(self, now: datetime) -> tuple[LongReader, ...]:
        """Readers that keep the write-ahead log from being written back, for as long as it stands still."""
        path = self.database.path
        log = path.with_name(f"{path.name}-wal")
        seen: dict[tuple[str, int], datetime] = {}
        if log.exists() and log.stat().st_size:
            try:
                with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
                    _, frames, done = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error:
                return ()  # whoever writes next says what is wrong
            if 0 <= done < frames:
                for who in _holding(path.with_name(f"{path.name}-shm")) or ("a program",):
                    seen[who, done] = self._noticed.get((who, done), now)
        self._noticed = seen
        return tuple(LongReader(who, since) for (who, _), since in seen.items() if now - since >= self.long)


def _holding(shared: Path) -> list[str]:
    """Processes with a read mark on this file, as the kernel tells; none where it does not."""
    try:
        status = shared.stat()
        lines = _LOCKS.read_text().splitlines()
    except OSError:
        return []
    file = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    pids = set()
    for words in map(str.split, lines):
        if len(words) >= 8 and words[3] == "READ" and words[5] == file and int(words[6]) in _READ_MARKS:
            pids.add(int(words[4]))
    return [f"{_command(pid)} (process {pid})" for pid in sorted(pids - {os.getpid()})]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "a program"
