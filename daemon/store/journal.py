"""The fact journal: a SQLite file of its own, which receivers write and the cycle reads.

One thread commits for all: new facts at once and together, repeated ones (only counts and newest times) every
few seconds. What `record` returned from is on disk. It is no snapshot and no history; it only updates and, up to a
limit, grows.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

from collectors.contract import Fact, SinkBusy
from collectors.digests import Digests
from collectors.traces import refused
from collectors.traces.refused import Reason
from config.settings import Settings
from daemon.store import journal_file
from daemon.store.journal_file import Identity, Seen, Waiting

_FLUSH_EVERY = 5.0
_PENDING_AT_MOST = 500_000
FACTS_AT_MOST = 2_000_000
"""However often the program starts. Some 200 bytes each on the disk, five in memory."""

_Key = int
"""64 bits of a digest."""


def path_of(settings: Settings) -> Path:
    """Where the journal of this installation is."""
    return settings.driftline.state_directory / "facts.db"


class Journal:
    """Facts on disk: a `FactSink` and a `FactSource`. Safe for threads, and for several processes.

    `flush_every`: seconds after which counts of known facts are written. `most`: facts; new ones beyond are left out,
    and that is told as a refusal.
    """

    def __init__(self, path: Path, flush_every: float = _FLUSH_EVERY, most: int = FACTS_AT_MOST) -> None:
        """Opens the file, or creates it (0600). Raises DatabaseUnusable, SchemaTooNew."""
        self._path = path
        self._flush_every = flush_every
        self._most = most
        self._condition = threading.Condition()
        self._known = Digests()
        self._new: Waiting = {}  # to be committed at once
        self._repeated: Waiting = {}  # known already, to be committed with the next flush
        self._bookmarks: dict[str, str] = {}  # to be committed with the facts that they are about
        self._committed = 0  # rounds, to wait for
        self._begun = 0
        self._flush_asked = False
        self._closing = False
        self._trouble = ""
        try:
            journal_file.create(path)
            with closing(journal_file.connect(path)) as connection:
                journal_file.prepare(connection, path)
                for row in connection.execute("select environment, source, verb, target, detail from fact"):
                    self._known.add(_key(*row))
        except (sqlite3.Error, OSError) as error:
            raise journal_file.unusable(path, error) from None
        self._thread = threading.Thread(target=self._write, name="fact-journal", daemon=True)
        self._thread.start()

    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        """Stores facts; returns once all of them that are new are on disk. Raises SinkBusy."""
        with self._condition:
            self._admit()
            waits, repeated = False, self._repeated
            for fact in facts:
                # Nearly all come again and again: of those that wait already, nothing but the times is looked at.
                seen = repeated.get((fact.environment, fact.source, fact.verb, fact.target, fact.detail))
                if seen is not None:
                    seen.widen(fact.first, fact.last, fact.count)
                elif self._take_in(fact):
                    waits = True
            if waits:
                self._wait(timeout)

    def _take_in(self, fact: Fact) -> bool:
        """Whether the fact is new. Of one that is one too many it is told that it was left out."""
        identity = (fact.environment, fact.source, fact.verb, fact.target, fact.detail)
        known = identity not in self._new and _key(*identity) in self._known
        full = len(self._known) + len(self._new) >= self._most
        # What is told of the receiver itself is always let in: there is as much of it as names in the settings.
        if full and fact.environment and not known and identity not in self._new:
            now = time.time()
            return self._take_in(refused.fact("", Reason.FULL, now, now, 1))
        _add(self._repeated if known else self._new, identity, fact.first, fact.last, fact.count)
        return not known

    def flush(self, timeout: float = 10.0) -> None:
        """Writes everything that waits. Raises SinkBusy."""
        with self._condition:
            if not (self._new or self._repeated):
                return
            self._flush_asked = True
            self._wait(timeout)

    def _admit(self) -> None:
        """Raises SinkBusy where no more may wait."""
        if self._closing:
            raise SinkBusy(f"the fact journal {self._path} is closed")
        if len(self._new) + len(self._repeated) >= _PENDING_AT_MOST:
            raise SinkBusy(
                f"too many facts wait for the fact journal {self._path}: {self._trouble or 'slow disk'}"
            )

    def _wait(self, timeout: float) -> None:
        """Until what waits now is on disk. Raises SinkBusy."""
        self._condition.notify_all()
        # A round that has begun may have taken its facts already: ours are in the one after it at the latest.
        goal = self._begun + 1
        if not self._condition.wait_for(lambda: self._committed >= goal, timeout):
            raise SinkBusy(
                f"facts are not on disk after {timeout:g} s ({self._path}): {self._trouble or 'slow disk'}"
            )

    def environments(self) -> Sequence[str]:
        """Every environment heard of, sorted."""
        query = "select distinct environment from fact where environment <> '' order by environment"
        return [row[0] for row in self._read(query)]

    def facts(self, environment: str) -> Iterator[Fact]:
        """All facts of an environment, in order of identity. Counts may be a flush behind."""
        query = (
            "select environment, source, verb, target, detail, first, last, count from fact"
            " where environment = ? order by source, verb, target, detail"
        )
        for row in self._read(query, environment):
            yield Fact(*row)

    def position(self) -> int:
        """A number that grows with each new fact."""
        return int(next(self._read("select coalesce(max(seq), 0) from fact"))[0])

    def bookmark(self, source: str) -> str:
        """Where a source that is pulled was left, "" if it never was."""
        row = next(self._read("select content from bookmark where source = ?", source), None)
        return str(row[0]) if row else ""

    def keep_bookmark(
        self, source: str, text: str, facts: Sequence[Fact] = (), timeout: float = 30.0
    ) -> None:
        """Keeps it, and the facts that were read up to it, in one transaction. Raises SinkBusy."""
        with self._condition:
            self._admit()
            for fact in facts:
                identity = (fact.environment, fact.source, fact.verb, fact.target, fact.detail)
                _add(self._new, identity, fact.first, fact.last, fact.count)
            self._bookmarks[source] = text
            self._flush_asked = True
            self._wait(timeout)

    @property
    def trouble(self) -> str:
        """Why nothing can be written just now, "" if all is well."""
        return self._trouble

    def close(self) -> None:
        """Writes what waits, and ends. Safe to call twice."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join(30)

    def _read(self, query: str, *parameters: str) -> Iterator[tuple[Any, ...]]:
        try:
            with closing(journal_file.connect(self._path)) as connection:
                connection.execute("pragma query_only = on")
                yield from connection.execute(query, parameters)
        except sqlite3.Error as error:
            raise journal_file.unusable(self._path, error) from None

    def _write(self) -> None:
        """The committing thread: one round after the other until closed and empty."""
        connection: sqlite3.Connection | None = None
        flushed = time.monotonic()
        while True:
            with self._condition:
                due = flushed + self._flush_every - time.monotonic()
                self._condition.wait_for(self._has_work, max(due, 0.01))
                stopping = self._closing
                flush = stopping or self._flush_asked or time.monotonic() - flushed >= self._flush_every
                new, self._new = self._new, {}
                bookmarks, self._bookmarks = self._bookmarks, {}
                repeated: Waiting = {}
                if flush:
                    repeated, self._repeated = self._repeated, {}
                    self._flush_asked = False
                    flushed = time.monotonic()
                self._begun += 1
                this_round = self._begun
            trouble = ""
            if new or repeated or bookmarks:
                try:
                    connection = connection or journal_file.connect(self._path)
                    journal_file.commit(connection, (new, repeated), bookmarks)
                except (sqlite3.Error, OSError) as error:
                    trouble = str(error)
                    if connection is not None:
                        connection.close()
                        connection = None
            keys = [] if trouble else [_key(*identity) for identity in new]
            with self._condition:
                self._trouble = trouble
                if trouble:
                    # Kept for the next round: senders are told to come again, but what is here is not lost.
                    for waiting, back in ((self._new, new), (self._repeated, repeated)):
                        for identity, seen in back.items():
                            _add(waiting, identity, seen.first, seen.last, seen.count)
                    self._bookmarks = {**bookmarks, **self._bookmarks}
                else:
                    for key in keys:
                        self._known.add(key)
                    self._committed = this_round
                    self._condition.notify_all()
                if stopping and (trouble or not (self._new or self._repeated or self._bookmarks)):
                    break
            if trouble:
                time.sleep(0.2)
        if connection is not None:
            connection.close()

    def _has_work(self) -> bool:
        return bool(self._new) or self._flush_asked or self._closing


def _key(environment: str, source: str, verb: str, target: str, detail: str) -> _Key:
    # A digest instead of the texts: five bytes a fact in memory instead of some three hundred.
    text = "\0".join((environment, source, verb, target, detail))
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())


def _add(waiting: Waiting, identity: Identity, first: float, last: float, count: int) -> None:
    seen = waiting.get(identity)
    if seen is None:
        waiting[identity] = Seen(first, last, count)
    else:
        seen.widen(first, last, count)
